"""What is left of what entries changed, once some of them are undone: in any order, and the same when replayed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from agentmem.agent_memory import AgentMemory
from agentmem.events import Event, Query, Recollection
from agentmem.graph.changes import Changes
from agentmem.graph.contract import Node, Where
from agentmem.graph.digest import digest
from agentmem.graph.view import MemoryGraph
from agentmem.language.contract import Language

START = datetime(2026, 1, 1, tzinfo=UTC)
LATER = START + timedelta(days=30)
Open = Callable[..., AgentMemory]


class Addresses:
    """Keeps where somebody lives: the newest statement, in the place of the one before."""

    name = "addresses"
    key: Callable[[Event], str | None] = staticmethod(lambda event: None)

    def write(self, event: Event, graph: MemoryGraph, language: Language) -> Changes:
        changes = graph.changes()
        known = graph.get([graph.id_of("Home", event.text)])
        new = known[0].id if known else changes.add("Home", event.text, key=self.key(event))
        telling = changes.add("Telling", key=event.id)
        changes.link(telling, "TELLS", new)
        for old in graph.scan(Where(label="Home")):
            if old.id != new:
                changes.retire(old.id, successor=new, reason="moved")
        return changes

    def recall(self, query: Query, graph: MemoryGraph, language: Language) -> list[Recollection]:
        return []


class Atlas(Addresses):
    """Keeps it under the name of the place, which can be told again."""

    key = staticmethod(lambda event: event.text)


class Words(Addresses):
    """Counts words."""

    def write(self, event: Event, graph: MemoryGraph, language: Language) -> Changes:
        changes = graph.changes()
        for word in event.text.split():
            known = graph.get([graph.id_of("Word", word)])
            count = int(str(known[0].props["count"])) if known else 0
            changes.add("Word", word, key=word, props={"count": count + 1})
        return changes


class Beads(Addresses):
    """Strings each event to the one before it, under a key of its own; `event` is what it keeps of the event."""

    is_linked = False

    def write(self, event: Event, graph: MemoryGraph, language: Language) -> Changes:
        changes = graph.changes()
        before = graph.scan(Where(label="Bead"), newest=True, limit=1)
        props = {} if self.is_linked else {"event": event.id}
        bead = changes.add("Bead", event.text, key=f"bead {event.position}", props=props)
        if self.is_linked:
            changes.link(bead, "OF", event.node)
        for one in before:
            changes.link(one.id, "NEXT", bead)
            if self.is_linked:
                changes.link(bead, "BEFORE", one.id)
        return changes


class LinkedBeads(Beads):
    """Links each to its event, and back to the one before it, too."""

    is_linked = True


class Chapters(Addresses):
    """Closes a chapter around what was said, at each "end"."""

    def write(self, event: Event, graph: MemoryGraph, language: Language) -> Changes:
        changes = graph.changes()
        if event.text == "end":
            chapter = changes.add("Chapter", "a chapter", key=str(len(graph.scan(Where(label="Chapter")))))
            for line in graph.scan(Where(label="Line")):
                changes.link(line.id, "IN", chapter)
        changes.add("Line", event.text)
        return changes


def told(memory: AgentMemory, *texts: str) -> AgentMemory:
    for number, text in enumerate(texts, start=memory.status().entries + 1):
        memory.add_many([Event(id=f"e{number}", text=text, at=START + timedelta(days=number))])
    return memory


def held(memory: AgentMemory, label: str) -> list[Node]:
    return memory.graph.scan(Where(memory="addresses", label=label))


def homes(memory: AgentMemory) -> list[str]:
    return [node.text for node in held(memory, "Home")]


def undo(memory: AgentMemory, events: Sequence[str]) -> None:
    """Undo events, and see that a replay does the same."""
    for event in events:
        memory.undo(event, now=LATER)
    before = digest(memory.graph, "addresses")
    memory.rebuild()
    assert digest(memory.graph, "addresses") == before


@pytest.mark.parametrize("kind", [Addresses, Atlas])
@pytest.mark.parametrize(
    ("undone", "left"),
    [
        (("e2",), ["Rome"]),
        (("e3",), ["Porto"]),
        (("e2", "e3"), ["Lisbon"]),
        (("e3", "e2"), ["Lisbon"]),
        (("e1", "e3"), ["Porto"]),
        (("e3", "e1", "e2"), []),
    ],
)
def test_only_the_last_statement_that_is_not_undone_holds(
    open_memory: Open, kind: type[Addresses], undone: Sequence[str], left: list[str]
) -> None:
    memory = told(open_memory(memory=kind()), "Lisbon", "Porto", "Rome")

    undo(memory, undone)

    assert homes(memory) == left


def test_what_is_outdated_stays_so_where_another_event_told_the_same(open_memory: Open) -> None:
    memory = told(open_memory(memory=Atlas()), "Oslo", "Rome", "Rome")

    undo(memory, ["e2"])
    assert homes(memory) == ["Rome"]

    undo(memory, ["e3"])
    assert homes(memory) == ["Oslo"]


def test_what_came_after_an_undo_is_not_touched_by_the_next_one(open_memory: Open) -> None:
    memory = told(open_memory(memory=Atlas()), "Oslo", "Rome")
    undo(memory, ["e2"])
    told(memory, "Rome", "Oslo", "Bonn")

    undo(memory, ["e6"])

    assert homes(memory) == ["Oslo"]


@pytest.mark.parametrize("order", list(permutations(("e1", "e2", "e3"))))
def test_what_no_entry_changed_any_more_is_gone(open_memory: Open, order: Sequence[str]) -> None:
    memory = told(open_memory(memory=Words()), "the kayak", "a kayak", "my kayak")

    undo(memory, order[:2])
    assert {node.text for node in held(memory, "Word")} == {"kayak", {"e1": "the", "e2": "a", "e3": "my"}[order[2]]}

    undo(memory, order[2:])
    assert held(memory, "Word") == []


def test_a_revision_that_was_undone_does_not_come_back_with_the_next_undo(open_memory: Open) -> None:
    memory = told(open_memory(memory=Words()), "kayak", "kayak", "kayak")

    undo(memory, ["e2", "e3"])

    assert [node.props["count"] for node in held(memory, "Word")] == [1]


@pytest.mark.parametrize("kind", [Beads, LinkedBeads])
@pytest.mark.parametrize("undone", ["e1", "e2", "e3"])
def test_a_node_that_tells_of_the_event_goes_though_others_were_linked_to_it(
    open_memory: Open, kind: type[Beads], undone: str
) -> None:
    memory = told(open_memory(memory=kind()), "e1", "e2", "e3")

    undo(memory, [undone])

    assert [node.text for node in held(memory, "Bead")] == [one for one in ("e1", "e2", "e3") if one != undone]


def test_a_chapter_that_others_are_in_stays_until_they_go(open_memory: Open) -> None:
    memory = told(open_memory(memory=Chapters()), "one", "two", "end")

    undo(memory, ["e3"])
    assert len(held(memory, "Chapter")) == 1

    undo(memory, ["e1", "e2"])
    assert held(memory, "Chapter") == []


def test_what_comes_back_has_the_time_it_had(open_memory: Open) -> None:
    memory = told(open_memory(memory=Addresses()), "Oslo", "Rome")

    undo(memory, ["e2"])

    assert [node.at for node in held(memory, "Home")] == [START + timedelta(days=1)]
