"""The journal and the fold: nothing lost, nothing folded twice, everything repeatable."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentmem.agent_memory import AgentMemory
from agentmem.errors import BadAnswer, InvalidInput, LanguageUnavailable, WrongDimension
from agentmem.events import Event, Query
from agentmem.feed import Feed
from agentmem.graph.changes import Changes
from agentmem.graph.contract import Store
from agentmem.graph.digest import digest
from agentmem.graph.view import MemoryGraph
from agentmem.host import Host
from agentmem.journal import Journal
from agentmem.language.contract import Language, Task
from agentmem.spending.account import Account
from agentmem.testing.embedding import HashEmbedder
from agentmem.testing.languages import PretendModel
from agentmem.testing.notebook import Notebook

START = datetime(2026, 1, 1, tzinfo=UTC)
HOST = Host()
ON_EVERY_STORE = True
Open = Callable[..., AgentMemory]


class Asking(Notebook):
    """A notebook that asks the language first."""

    name = "asking"

    def write(self, event: Event, graph: MemoryGraph, language: Language) -> Changes:
        language.ask(ECHO, text=event.text)
        return super().write(event, graph, language)


class Stumbling(Notebook):
    """A notebook that fails where somebody mumbles."""

    name = "stumbling"

    def write(self, event: Event, graph: MemoryGraph, language: Language) -> Changes:
        if event.text == "mumble":
            raise ValueError("what?")
        return super().write(event, graph, language)


def _echo(text: str) -> Query:
    return Query(text=text, now=START)


ECHO = Task(name="test.echo", output=Query, prompt="{text}", rules=_echo)


def event(number: int, text: str = "") -> Event:
    return Event(id=f"e{number}", text=text or f"note number {number}", at=START + timedelta(minutes=number))


def test_what_was_added_is_found_again_after_reopening(open_memory: Open) -> None:
    open_memory().add("the key is under the mat", at=START)

    best = open_memory().search("where is the key", limit=1)[0]

    assert best.text == "the key is under the mat"


def test_adding_a_known_id_again_changes_nothing(open_memory: Open) -> None:
    memory = open_memory()
    memory.add_many([event(1), event(2)])
    before = digest(memory.graph, "notebook")

    added = memory.add_many([event(2), event(1), event(1)])

    assert added.events == ()
    assert digest(memory.graph, "notebook") == before
    assert memory.status().entries == 2


def test_one_by_one_or_all_at_once_gives_the_same_graph(open_memory: Open) -> None:
    one_by_one, at_once = open_memory("a.db"), open_memory("b.db")

    for number in range(20):
        one_by_one.add_many([event(number)])
    at_once.add_many(event(number) for number in range(20))

    assert digest(one_by_one.graph, "notebook") == digest(at_once.graph, "notebook")


def test_a_rebuild_gives_the_same_graph_byte_for_byte(open_memory: Open) -> None:
    memory = open_memory()
    memory.add_many(event(number) for number in range(10))
    before = digest(memory.graph, "notebook")

    memory.rebuild()

    assert digest(memory.graph, "notebook") == before


def test_an_event_has_the_same_hour_when_it_is_folded_and_when_it_is_read_back(open_memory: Open) -> None:
    memory = open_memory()
    at = datetime(2026, 1, 1, 23, 30, tzinfo=timezone(timedelta(hours=-5)))

    (added,) = memory.add("hello", at=at, speaker="Ann").events

    (kept,) = memory.search("hello")
    assert added.at == at
    assert added.at.hour == kept.at.hour == 4


def test_an_outage_keeps_the_event_and_stops_the_fold_until_the_model_is_back(open_memory: Open) -> None:
    down = True
    model = PretendModel(HOST.language("rules"), lambda task, inputs: LanguageUnavailable("no route") if down else None)
    memory = open_memory(memory=Asking(), language=model)

    added = memory.add_many([event(1, "the key is under the mat"), event(2, "it rains")])
    unfolded = memory.search("where is the key")

    assert added.receipt.deferred == 2
    assert memory.status().folded == 0
    assert unfolded[0].text == "the key is under the mat"
    assert unfolded[0].parts["unfolded"] == 1.0

    down = False
    memory.catch_up()

    assert memory.status().folded == 2
    assert memory.search("where is the key")[0].kind == "note"


def test_after_an_outage_the_graph_is_as_if_there_had_been_none(open_memory: Open) -> None:
    calls = 0

    def every_third_call_fails(task: str, inputs: object) -> Exception | None:
        nonlocal calls
        calls += 1
        return LanguageUnavailable("overloaded") if calls % 3 == 0 else None

    shaky = open_memory("a.db", memory=Asking(), language=PretendModel(HOST.language("rules"), every_third_call_fails))
    steady = open_memory("b.db", memory=Asking(), language=PretendModel(HOST.language("rules")))
    for number in range(9):
        shaky.add_many([event(number)])
        steady.add_many([event(number)])
    while shaky.status().folded < 9:
        shaky.catch_up()

    assert digest(shaky.graph, "asking") == digest(steady.graph, "asking")


def test_undo_leaves_what_later_events_lean_on(open_memory: Open) -> None:
    memory = open_memory(memory="arigraph")
    memory.add_many([event(1, "-= Hall =-\nYou see a table. There is an exit to the north.")])
    memory.add_many([event(2, "You take the key from the table.")])

    memory.undo("e1", now=START + timedelta(hours=1))

    assert "key, is in, inventory" in {one.text for one in memory.search("key", limit=50)}
    before = digest(memory.graph, "arigraph")
    memory.rebuild()
    assert digest(memory.graph, "arigraph") == before


def test_two_handles_opened_on_an_empty_namespace_cannot_mix_embedders(open_memory: Open) -> None:
    first, second = open_memory(), open_memory(language=HOST.language("rules", embedder=HashEmbedder(dim=256)))
    first.add("the key is under the mat")

    with pytest.raises(WrongDimension, match="opened with"):
        second.add("it rains")


def test_an_outage_of_a_language_that_stays_on_the_machine_keeps_the_event_too(open_memory: Open) -> None:
    model = PretendModel(HOST.language("rules"), lambda task, inputs: LanguageUnavailable("starting up"))
    model.leaves = False
    memory = open_memory(memory=Asking(), language=model)

    added = memory.add_many([event(1)])

    assert len(added.events) == 1
    assert added.receipt.deferred == 1


def test_a_bad_answer_sets_the_event_aside_visibly(open_memory: Open) -> None:
    model = PretendModel(
        HOST.language("rules"),
        lambda task, inputs: BadAnswer("not JSON") if inputs["text"] == "mumble" else None,
    )
    memory = open_memory(memory=Asking(), language=model)

    added = memory.add_many([event(1), event(2, "mumble"), event(3)])

    assert added.set_aside == ("e2",)
    assert added.receipt.set_aside == 1
    assert memory.status().folded == 3


@pytest.mark.parametrize("leaves", [False, True])
def test_what_folding_came_to_is_counted_once(open_store: Callable[[], Store], *, leaves: bool) -> None:
    rules = HOST.language("rules")
    store, language = open_store(), PretendModel(rules) if leaves else rules
    feed = Feed(store.graph("a"), [Stumbling()], language, Account(store, "a"))

    fresh, added = feed.append([event(1), event(2, "mumble")])
    Journal(store.graph("a")).append([event(3, "mumble"), event(4)])
    caught_up = feed.catch_up()

    assert [one.id for one in fresh] == ["e1", "e2"]
    assert (added.folded, added.set_aside) == (2, ["e2"])
    assert (caught_up.folded, caught_up.set_aside) == (2, ["e3"])


def test_no_transaction_is_open_while_a_model_is_asked(open_memory: Open) -> None:
    def another_writer_gets_in(task: str, inputs: object) -> None:
        with open_memory(namespace="other") as other:
            other.add("written meanwhile")

    memory = open_memory(memory=Asking(), language=PretendModel(HOST.language("rules"), another_writer_gets_in))

    memory.add_many([event(1)])

    assert memory.status().folded == 1


def test_as_of_a_position_the_past_answers(open_memory: Open) -> None:
    memory = open_memory()
    memory.add_many(event(number) for number in range(1, 6))

    then = memory.search("note number", limit=9, as_of=2)

    assert sorted(one.text for one in then) == ["note number 1", "note number 2"]


def test_undo_takes_back_what_one_event_changed_and_a_rebuild_keeps_it_so(open_memory: Open) -> None:
    memory = open_memory()
    memory.add_many([event(1, "the key is under the mat"), event(2, "it rains")])

    memory.undo("e2", now=START + timedelta(hours=1))

    assert [one.text for one in memory.search("rain key mat", limit=9)] == ["the key is under the mat"]
    assert len(memory.search("rain key mat", limit=9, as_of=2)) == 2
    before = digest(memory.graph, "notebook")
    memory.rebuild()
    assert digest(memory.graph, "notebook") == before


def test_undoing_what_never_happened_is_refused(open_memory: Open) -> None:
    with pytest.raises(InvalidInput, match="no event 'e7'"):
        open_memory().undo("e7")


def test_why_names_the_event_the_rule_and_the_history(open_memory: Open) -> None:
    memory = open_memory()
    memory.add_many([event(1, "the key is under the mat")])
    found = memory.search("key", limit=1)[0]

    explanation = memory.why(found.id)

    assert explanation.versions[-1].since.event == "e1"
    assert explanation.versions[-1].by == "rules"
    assert list(memory.why("e1").derived) == [found.id]


def test_an_echo_is_kept_but_not_folded_again(open_memory: Open) -> None:
    memory = open_memory()
    memory.add_many([event(1, "the key is under the mat")])

    memory.add_many([Event(id="e2", text="the key is under the mat", at=START, echo=True)])

    assert memory.status().entries == 2
    assert len(memory.search("key", limit=9)) == 1


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"message": "  "}, "empty"),
        ({"message": "x", "at": datetime(2026, 1, 1)}, "timezone"),  # noqa: DTZ001 - that is the point
        ({"message": "x", "role": "king"}, "role"),
        ({"message": "x" * 3_000_000}, "text"),
        ({"message": "x", "id": "i" * 300}, "id"),
    ],
)
def test_a_bad_event_is_refused_in_one_sentence_and_changes_nothing(
    open_memory: Open, fields: dict[str, object], message: str
) -> None:
    memory = open_memory()

    with pytest.raises(InvalidInput, match=message) as refused:
        memory.add(**fields)  # type: ignore[arg-type]

    assert len(str(refused.value)) < 300
    assert memory.status().entries == 0


def test_an_event_older_than_the_last_one_is_kept_in_the_order_it_came(open_memory: Open) -> None:
    memory = open_memory()

    memory.add_many([event(9), event(1)])

    assert [one.position for one in memory.search("note number", limit=9)] in ([1, 2], [2, 1])
    assert {one.position: one.at for one in memory.search("note number", limit=9)}[2] < START + timedelta(minutes=9)


@pytest.mark.parametrize("text", ["a\x00b", "\x1b[31mred", "\ud800 alone", "y" * 1_000_000, "\u202eright to left", "🗝️"])
def test_odd_text_is_remembered(open_memory: Open, text: str) -> None:
    memory = open_memory()

    memory.add(text, id="odd", at=START)

    assert memory.status().folded == 1
    assert memory.status().set_aside == {}


@given(names=st.lists(st.text(min_size=1, max_size=20), min_size=2, max_size=4, unique=True))
@settings(max_examples=30)
def test_two_namespaces_never_meet(tmp_path_factory: pytest.TempPathFactory, names: list[str]) -> None:
    store = HOST.store(str(tmp_path_factory.mktemp("isolation") / "memory.db"))
    opened = {}
    for name in names:
        try:
            opened[name] = AgentMemory(store, namespace=name, memory=Notebook(), host=HOST)
        except InvalidInput:
            continue
    for number, memory in enumerate(opened.values()):
        memory.add(f"canary {number}", at=START)

    for number, memory in enumerate(opened.values()):
        assert [one.text for one in memory.search("canary", limit=9)] == [f"canary {number}"]
    store.close()


def test_a_namespace_refuses_another_embedder(open_memory: Open) -> None:
    open_memory().add("the key is under the mat")

    with pytest.raises(ValueError, match="opened with"):
        open_memory(language=HOST.language("rules", embedder=HashEmbedder(dim=8)))
