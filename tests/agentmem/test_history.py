"""What was, stays readable: versions, undo and archives at awkward moments; and no memory sees another's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from agentmem.agent_memory import AgentMemory
from agentmem.events import Event, Query, Recollection
from agentmem.graph.changes import Changes
from agentmem.graph.contract import Edge, Where
from agentmem.graph.view import MemoryGraph
from agentmem.language.contract import Language

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


def test_edges_that_another_memory_ties_to_an_event_are_not_seen(open_memory: Open) -> None:
    memory = open_memory(memory=Scribe())
    told(memory, "write ann secret")
    stranger = MemoryGraph(memory.graph, "stranger", position=99)

    assert stranger.edges(["event/e1"]) == []
    assert stranger.edges([stranger.id_of("Note", "ann"), "scribe/Note/ann"]) == []
    own = MemoryGraph(memory.graph, "scribe", position=99)
    assert own.edges(["event/e1"]) == [Edge("scribe/Note/ann", "OF", "event/e1", {}, 1)]
