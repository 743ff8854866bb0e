"""The running summary: what it keeps, when it is told anew, and where it says it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agentmem.agent_memory import AgentMemory
from agentmem.errors import UnknownSetting
from agentmem.events import Event, Query, Recollection, new_event
from agentmem.graph.contract import Node, Store, Where
from agentmem.graph.sqlite import SQLiteStore
from agentmem.host import Host
from agentmem.language.contract import Language
from agentmem.language.recording.replay import RecordedLanguage
from agentmem.language.rules import RuleLanguage
from agentmem.testing.embedding import HashEmbedder

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
NOW = START + timedelta(days=1)


@pytest.fixture
def store() -> Iterator[Store]:
    store = SQLiteStore.in_memory()
    yield store
    store.close()


def opened(store: Store, language: Language | None = None, **settings: int) -> AgentMemory:
    memory = Host().memory("summary", settings)
    return AgentMemory(store, memory=memory, language=language or RuleLanguage(HashEmbedder()))


def said(number: int, text: str = "", **fields: Any) -> Event:
    text = text or f"I bought {number} boats in Oslo."
    fields = {"speaker": "Ann", "role": "user", "id": f"e{number}"} | fields
    return new_event(text, at=START + timedelta(minutes=number), **fields)


def told(memory: AgentMemory, **limits: Any) -> tuple[list[Recollection], list[str]]:
    """Return the summaries that are recalled, and the events beside them."""
    found = memory.search(Query(text="boats", now=NOW, **{"limit": 50, **limits}))
    return [one for one in found if one.kind == "summary"], [one.sources[0] for one in found if one.kind == "event"]


def versions(memory: AgentMemory) -> list[Node]:
    return memory.graph.scan(Where(memory="summary", retired=True))


def test_before_there_are_enough_events_they_are_all_recalled_as_they_were(store: Store) -> None:
    memory = opened(store, every=10, recent=2)
    memory.add_many(said(n) for n in range(9))

    assert told(memory) == ([], [f"e{n}" for n in range(8, -1, -1)])


def test_every_few_events_become_a_summary_with_who_said_it_and_when(store: Store) -> None:
    memory = opened(store, every=2, recent=0)
    memory.add_many([said(0), said(1, "I sold my house in Bergen.")])

    ((summary,), events) = told(memory)

    assert summary.text.splitlines() == [
        "Ann (12:00 pm on 1 January, 2026): I bought 0 boats in Oslo.",
        "Ann (12:01 pm on 1 January, 2026): I sold my house in Bergen.",
    ]
    assert (summary.sources, summary.pinned, events) == (("e0", "e1"), True, [])
    assert (summary.at, summary.position) == (START + timedelta(minutes=1), 2)


def test_events_after_the_summary_come_beside_it_and_the_last_ones_always(store: Store) -> None:
    memory = opened(store, every=4, recent=3)
    memory.add_many(said(n) for n in range(5))

    (summaries, events) = told(memory)

    assert (len(summaries), events) == (1, ["e4", "e3", "e2"])


def test_a_summary_stays_bounded_and_takes_in_what_is_new(store: Store) -> None:
    memory = opened(store, every=5, sentences=4, characters=300)
    memory.add_many(said(n, f"I saw my friend number {n} in the old town of Oslo.") for n in range(100))

    ((summary,), _) = told(memory)

    assert len(summary.text.splitlines()) <= 4
    assert len(summary.text) <= 300
    assert max(int(source[1:]) for source in summary.sources) >= 95
    assert len(summary.sources) == len(summary.text.splitlines())


def test_questions_advice_and_pictures_are_not_kept(store: Store) -> None:
    memory = opened(store, every=4)
    memory.add_many(
        [
            said(0, "Where did my old boat in Oslo go?"),
            said(1, "I think my advice is to buy boats in Oslo.", role="assistant", speaker=None),
            said(2, "[a photo of my boat in Oslo]"),
            said(3, "I painted my old boat red."),
        ]
    )

    assert [one.sources for one in told(memory)[0]] == [("e3",)]


def test_what_a_game_shows_is_summed_up_too(store: Store) -> None:
    memory = opened(store, every=2)
    game = {"role": "environment", "speaker": None}
    memory.add_many([said(0, "The red key is on the table.", **game), said(1, "Hm.", action="wait", **game)])

    ((summary,), events) = told(memory)

    assert (summary.text, events) == ("The red key is on the table.", ["e1", "e0"])


def test_a_write_in_between_costs_nothing_and_revisions_are_few(store: Store) -> None:
    language = RuleLanguage(HashEmbedder())
    memory = opened(store, language, every=10)

    memory.add_many(said(n) for n in range(100))

    assert (language.receipt().asked, language.receipt().embedded) == (10, 0)
    assert len(versions(memory)) == 10


def test_echoes_are_not_condensed_and_nothing_is_passed_over_because_of_them(store: Store) -> None:
    memory = opened(store, every=3, recent=0)
    texts = ["I bought boats.", "echo", "echo", "I sold my old house.", "echo", "I painted my red door."]
    memory.add_many(said(n, text, echo=text == "echo") for n, text in enumerate(texts))

    ((summary,), _) = told(memory)

    assert set(summary.sources) <= {"e0", "e3", "e5"}
    assert "house" in summary.text


def test_no_event_is_condensed_twice_whatever_else_the_journal_holds(store: Store) -> None:
    language = RuleLanguage(HashEmbedder())
    memory = opened(store, language, every=3)
    memory.add_many(said(n) for n in range(3))
    for _ in range(3):
        memory.undo("e0")  # an entry of the journal that is no event

    memory.add_many([said(3)])

    assert language.receipt().asked == 1


def test_a_model_cites_lines_by_short_names_and_sources_pass_on(store: Store) -> None:
    asked: list[Mapping[str, Any]] = []

    def model(task: str, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        asked.append(inputs)
        based_on = ["s1", "s9"] if inputs["summary"] else ["e2"]
        return {"lines": [{"text": "Ann has\nboats.", "based_on": based_on}]}

    memory = opened(store, RecordedLanguage(model, embedder=HashEmbedder()), every=2)
    memory.add_many(said(n) for n in range(4))

    ((summary,), _) = told(memory)
    assert (summary.text, summary.sources) == ("Ann has boats.", ("e1",))
    assert str(asked[1]["summary"]) == "s1: Ann has boats."
    assert str(asked[1]["events"]).startswith("e1: Ann (12:02 pm on 1 January, 2026): I bought 2 boats")
    assert versions(memory)[-1].props["unknown_aliases"] == 1


def test_a_model_that_says_too_much_is_cut_and_what_was_lost_is_counted(store: Store) -> None:
    lines = [{"text": "x" * 90, "based_on": ["e1"]} for _ in range(5)]
    language = RecordedLanguage(lambda task, inputs: {"lines": lines}, embedder=HashEmbedder())
    memory = opened(store, language, every=1, characters=200)

    memory.add_many([said(0)])

    assert [len(one.text.splitlines()) for one in told(memory)[0]] == [2]
    assert versions(memory)[-1].props["dropped_lines"] == 3


def test_a_sentence_that_does_not_fit_makes_no_other_go(store: Store) -> None:
    lines = [{"text": letter * length, "based_on": ["e1"]} for letter, length in (("a", 50), ("b", 900), ("c", 60))]
    language = RecordedLanguage(lambda task, inputs: {"lines": lines}, embedder=HashEmbedder())
    memory = opened(store, language, every=1, characters=200)

    memory.add_many([said(0)])

    assert [line[0] for line in told(memory)[0][0].text.splitlines()] == ["a", "c"]


def test_a_blank_sentence_is_a_bad_answer_and_the_event_is_recalled_once(store: Store) -> None:
    answer = {"lines": [{"text": " \n", "based_on": ["e1"]}]}
    memory = opened(store, RecordedLanguage(lambda task, inputs: answer, embedder=HashEmbedder()), every=1)

    added = memory.add_many([said(0)])

    assert added.set_aside == ("e0",)
    assert told(memory) == ([], ["e0"])


def test_a_summary_of_excluded_events_alone_is_not_recalled(store: Store) -> None:
    memory = opened(store, every=2, recent=0)
    memory.add_many(said(n) for n in range(2))

    assert told(memory, exclude=("e0", "e1")) == ([], [])
    assert len(told(memory, exclude=("e0",))[0]) == 1


def test_settings_out_of_range_are_refused() -> None:
    with pytest.raises(UnknownSetting, match="every"):
        Host().memory("summary", {"every": 0})
