"""What was, stays readable: versions, undo and archives at awkward moments; and no memory sees another's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from agentmem.agent_memory import AgentMemory
from agentmem.events import Event, Query, Recollection
from agentmem.graph.changes import Changes
from agentmem.graph.contract import Edge, Where
from agentmem.graph.view import MemoryGraph
from agentmem.language.contract import Language
from agentmem.vectors import Vectors

START = datetime(2026, 1, 1, tzinfo=UTC)
Open = Callable[..., AgentMemory]


class Scribe:
    """Does to its notes what an event says, word by word: `write KEY TEXT`, `retire KEY`, `archive KEY`."""

    name = "scribe"

    def write(self, event: Event, graph: MemoryGraph, language: Language) -> Changes:
        changes = graph.changes()
        for order in event.text.split("; "):
            verb, key, *text = order.split()
            note = graph.id_of("Note", key)
            match verb:
                case "write":
                    said = " ".join(text)
                    written = changes.add("Note", said, key=key, vector=language.embed([said])[0])
                    changes.link(written, "OF", event.node)
                case "retire":
                    changes.retire(note)
                case "archive":
                    changes.archive(note)
        return changes

    def recall(self, query: Query, graph: MemoryGraph, language: Language) -> list[Recollection]:
        return []


class Orders:
    """Does to its things what is written here for each event; `things` is how it looks them up, in every way."""

    name = "orders"

    def __init__(self, **orders: Callable[[Changes, Language], object]) -> None:
        self.orders = orders

    def write(self, event: Event, graph: MemoryGraph, language: Language) -> Changes:
        changes = graph.changes()
        self.orders[event.id](changes, language)
        return changes

    def recall(self, query: Query, graph: MemoryGraph, language: Language) -> list[Recollection]:
        return []


def ordered(memory: AgentMemory, count: int) -> None:
    added = memory.add_many(Event(id=f"e{number}", text="go on", at=START) for number in range(1, count + 1))
    assert added.set_aside == ()


def things(memory: AgentMemory, as_of: int | None = None) -> list[list[str]]:
    """Return the ids that each way of looking gives, in order."""
    view, every, vector = MemoryGraph(memory.graph, "orders", 9, as_of), Where(label="Thing"), vector_of("same", memory)
    found = [view.scan(every), view.scan(every, limit=2), view.scan(every, newest=True, limit=2)]
    hits = [view.nearest(vector, every, limit=2), view.matching("same words", every, limit=2)]
    return [[node.id for node in nodes] for nodes in (*found, *([hit.node for hit in some] for some in hits))]


def vector_of(text: str, memory: AgentMemory) -> Vectors:
    row: Vectors = memory.language.embed([text])[0]
    return row


def told(memory: AgentMemory, *orders: str) -> None:
    for number, text in enumerate(orders, start=1):
        memory.add_many([Event(id=f"e{number}", text=text, at=START + timedelta(minutes=number))])


def notes(memory: AgentMemory, as_of: int | None = None) -> dict[str, str]:
    """Return the text of the notes that hold (or held), by key."""
    view = MemoryGraph(memory.graph, memory.stack.name, position=99, as_of=as_of)
    return {node.id.rpartition("/")[2]: node.text for node in view.scan(Where(label="Note"))}


def test_a_revision_never_takes_the_place_of_a_note_with_a_look_alike_key(open_memory: Open) -> None:
    memory = open_memory(memory=Scribe())

    told(memory, "write ann first; write ann@2 another", "write ann second")

    assert notes(memory) == {"ann": "second", "ann@2": "another"}
    assert notes(memory, as_of=1) == {"ann": "first", "ann@2": "another"}


def test_what_was_revised_is_read_back_with_the_vector_it_had(open_memory: Open) -> None:
    memory = open_memory(memory=Scribe())
    told(memory, "write ann first", "write ann second")
    view = MemoryGraph(memory.graph, memory.stack.name, position=2, as_of=1)

    (then,) = view.get([view.id_of("Note", "ann")], vectors=True)

    assert (then.text, then.vector is None) == ("first", False)


def test_undo_brings_back_the_old_text_of_what_one_event_both_revised_and_retired(open_memory: Open) -> None:
    memory = open_memory(memory=Scribe())
    told(memory, "write ann old", "write ann new; retire ann; write ben draft; retire ben")

    memory.undo("e2", now=START + timedelta(hours=1))

    assert notes(memory) == {"ann": "old"}
    assert notes(memory, as_of=1) == {"ann": "old"}


def test_archiving_what_is_retired_does_not_move_its_end(open_memory: Open) -> None:
    memory = open_memory(memory=Scribe())

    told(memory, "write ann here", "retire ann", "write ben there", "archive ann")

    assert notes(memory, as_of=3) == {"ben": "there"}


@pytest.mark.parametrize("as_of", [None, 15])
def test_a_memory_reads_of_the_journal_only_what_is_news(open_memory: Open, as_of: int | None) -> None:
    memory = open_memory(memory=Scribe())
    told(memory, *(f"write ann {number}" for number in range(3)))
    beside = [Event(id=f"b{n}", text="write ben badly", at=START, echo=n % 2 > 0) for n in range(12)]
    memory.add_many(one if one.echo else one.model_copy(update={"trust": "quarantined"}) for one in beside)
    view = MemoryGraph(memory.graph, "scribe", position=15, as_of=as_of)

    assert [node.text for node in view.events()] == ["write ann 0", "write ann 1", "write ann 2"]
    assert [node.text for node in view.events(last=2)] == ["write ann 1", "write ann 2"]


def test_edges_that_another_memory_ties_to_an_event_are_not_seen(open_memory: Open) -> None:
    memory = open_memory(memory=Scribe())
    told(memory, "write ann secret")
    stranger = MemoryGraph(memory.graph, "stranger", position=99)

    assert stranger.edges(["event/e1"]) == []
    assert stranger.edges([stranger.id_of("Note", "ann"), "scribe/Note/ann"]) == []
    own = MemoryGraph(memory.graph, "scribe", position=99)
    assert own.edges(["event/e1"]) == [Edge("scribe/Note/ann", "OF", "event/e1", {}, 1)]


def test_what_was_revised_is_found_in_its_place_among_equals(open_memory: Open) -> None:
    def made(changes: Changes, language: Language) -> None:
        for key in ("b", "ba", "b a", "a", "c"):
            changes.add("Thing", f"the same words {key}", key=key, vector=language.embed(["same"])[0])

    def revised(changes: Changes, language: Language) -> None:
        for key in ("c", "b"):
            changes.revise(f"orders/Thing/{key}", text="other words", vector=language.embed(["other"])[0])

    memory = open_memory(memory=Orders(e1=made, e2=revised))
    ordered(memory, 1)
    then = things(memory)

    ordered(memory, 2)

    assert things(memory, as_of=1) == then
    assert things(memory) != then


def test_what_is_proposed_last_counts(open_memory: Open) -> None:
    def made(changes: Changes, language: Language) -> None:
        for key in ("first", "second"):
            changes.add("Thing", key, key=key)

    def again(changes: Changes, language: Language) -> None:
        changes.retire("orders/Thing/first", reason="said anew")
        changes.add("Thing", "anew", key="first")
        changes.retire("orders/Thing/second", reason="said again")
        changes.add("Thing", "second", key="second")

    memory = open_memory(memory=Orders(e1=made, e2=again))
    ordered(memory, 2)

    held = memory.graph.scan(Where(memory="orders"))
    assert [(node.text, node.position) for node in held] == [("second", 1), ("anew", 2)]


def test_another_vector_is_another_version(open_memory: Open) -> None:
    def add(text: str) -> Callable[[Changes, Language], object]:
        return lambda changes, language: changes.add("Thing", key="a", vector=language.embed([text])[0])

    memory = open_memory(memory=Orders(e1=add("red"), e2=add("blue"), e3=add("blue")))
    ordered(memory, 3)

    for as_of, text in ((1, "red"), (2, "blue"), (3, "blue"), (None, "blue")):
        view = MemoryGraph(memory.graph, "orders", 3, as_of)
        ((node, likeness),) = view.nearest(vector_of(text, memory), limit=1)
        assert (node.position, round(likeness, 4)) == (1 if text == "red" else 2, 1)


def test_what_is_proposed_under_a_known_key_takes_the_place_of_all_of_it(open_memory: Open) -> None:
    memory = open_memory(
        memory=Orders(
            e1=lambda changes, language: changes.add(
                "Thing", "a", key="a", props={"x": 1, "y": 2}, vector=language.embed(["a"])[0]
            ),
            e2=lambda changes, language: changes.add("Thing", "a", key="a", props={"x": 1}),
        )
    )
    ordered(memory, 2)

    (node,) = memory.graph.scan(Where(memory="orders"), vectors=True)
    assert (node.props, node.vector) == ({"x": 1}, None)


def test_what_never_held_leaves_the_versions_before_it(open_memory: Open) -> None:
    memory = open_memory(memory=Scribe())

    told(memory, "write ann old", "write ann new; retire ann", "write ann again")

    assert [notes(memory, as_of=position) for position in (1, 2, 3)] == [{"ann": "old"}, {}, {"ann": "again"}]
