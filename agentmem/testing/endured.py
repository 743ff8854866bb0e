"""What became of a memory whose model was in trouble, and how that is found out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from agentmem.agent_memory import AgentMemory
from agentmem.events import Event, Value
from agentmem.graph.contract import Where
from agentmem.graph.digest import digest
from agentmem.journal import EVENT, Journal
from agentmem.testing.graph_content import UNKNOWN, content_of

Sameness = Literal["bytes", "content", "differs"]


class Endured(Value):
    """What became of one memory.

    Attributes:
        memory, trouble: Which.
        waits: Entries that waited for the model while it was out.
        set_aside: Entries that were set aside because of what it said.
        lost: Events missing in the journal, not found by a search while the trouble lasted, or
            not taken in after it.
        silent: What the memory then held that it would not hold with the model well, or that
            another than the model said.
        dropped: Names in answers that meant nothing, as the memory counted them.
        looked, locked: How often a question was put or arrived, and how often no other
            connection could write to the file just then.
        touched: Rows of another namespace in the same file that changed.
        recovered: The graph after `catch_up` and `retry`, beside that of a run without trouble:
            the same bytes; the same content, taken in at other positions; or not the same.
        difference: What is there and should not be ("+"), and the other way round ("-").
        rebuilt: The graph after `rebuild`, beside it; it is rebuilt where it is not the same bytes before.
    """

    memory: str
    trouble: str = ""
    waits: int = 0
    set_aside: int = 0
    lost: int = 0
    silent: int = 0
    dropped: int = 0
    looked: int = 0
    locked: int = 0
    touched: int = 0
    recovered: Sameness = "differs"
    difference: tuple[str, ...] = ()
    rebuilt: Sameness = "differs"


@dataclass(frozen=True)
class Well:
    """A memory that never had any trouble: its graph at the end, and all it ever held on the way."""

    digest: str
    content: Counter[str]
    ever: Counter[str]


def seen_in_trouble(memory: AgentMemory, told: Sequence[Event], *, by: str, right: Counter[str] | None) -> Endured:
    """Look at a memory while its model is in trouble.

    Args:
        memory: Opened with the model that is in trouble.
        told: The events so far.
        by: The name of its model.
        right: All that it may hold; None where the model lies, and nobody can say.
    """
    standing, name = memory.status(), memory.stack.name
    nodes = memory.graph.scan(Where(memory=name))
    wrong = Counter[str]() if right is None else content_of(memory.graph, name, now=True) - right
    return Endured(
        memory=name,
        waits=standing.entries - standing.folded,
        set_aside=len(standing.set_aside),
        lost=len(_lost(memory, told)),
        silent=sum(by not in node.by for node in nodes) + wrong.total(),
        dropped=sum(int(str(node.props.get(UNKNOWN, 0))) for node in nodes),
    )


def not_taken_in(memory: AgentMemory) -> set[str]:
    """Return what waits, and what is set aside: ids of events, verbs of operations."""
    standing = memory.status()
    waiting = Journal(memory.graph).after(standing.folded, limit=standing.entries or 1)
    return set(standing.set_aside) | {entry.id if isinstance(entry, Event) else entry.verb for entry in waiting}


def held_beside(memory: AgentMemory, well: Well) -> tuple[Sameness, tuple[str, ...]]:
    """Return how alike the graph is to that of a memory without trouble, and what differs."""
    name = memory.stack.name
    if digest(memory.graph, name) == well.digest:
        return "bytes", ()
    content = content_of(memory.graph, name)
    more, fewer = content - well.content, well.content - content
    difference = (*(f"+ {line}" for line in more), *(f"- {line}" for line in fewer))
    return ("differs" if difference else "content"), difference


def _lost(memory: AgentMemory, told: Sequence[Event]) -> set[str]:
    """Return the events that are not in the journal, or not to be found although the memory has not taken them in."""
    journal = {node.id for node in memory.graph.scan(Where(memory="", label=EVENT))}
    lost = {event.id for event in told if event.node not in journal}
    waiting = not_taken_in(memory)
    for event in told:
        if event.id in waiting:
            found = memory.search(event.text, limit=len(told), now=told[-1].at)
            lost |= {event.id} - {source for one in found for source in one.sources}
    return lost
