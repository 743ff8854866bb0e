"""Erasing events with all that was ever derived from them, and looking whether anything is left.

Every memory that was ever at work in the namespace goes back to where it stood before the first of the events, open
or not; what came after is then folded again without them. So no summary quotes what is gone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agentmem.aside import Aside
from agentmem.events import EVENT_PREFIX, Event
from agentmem.graph.contract import Graph, Node, Where
from agentmem.journal import EVENT, GRAVES, OPERATION, Journal, event_of
from agentmem.rewind import rewind
from agentmem.spending.ledger import OWNER
from agentmem.vectors import Vectors

CURSOR = "cursor/"
LOOKED_AT = 50
"""Nodes looked at for each text that was erased, by words and by vector each."""
SAME = 0.999
"""The cosine from which a vector is that of the same text."""
BLANK = re.compile(r"\s+")


def chain_of(graph: Graph, event: Event) -> list[Event]:
    """Return an event with all that it corrects, and all that correct it, oldest first: they say the same thing."""
    chain = {event.id: event}
    while True:
        older = [one.corrects for one in chain.values() if one.corrects and one.corrects not in chain]
        found = graph.get([EVENT_PREFIX + one for one in older])
        newer = Where(memory="", label=EVENT, retired=True, props={"corrects": ("in", list(chain))})
        new = [event_of(node) for node in (*found, *graph.scan(newer))]
        new = [one for one in new if one.id not in chain]
        if not new:
            return sorted(chain.values(), key=lambda one: one.position)
        chain |= {one.id: one for one in new}


def echoes_of(graph: Graph, events: Sequence[Event]) -> list[Event]:
    """Return the events that were marked as echoes, and quote one of `events`: they say nothing else."""
    where = Where(memory="", label=EVENT, retired=True, props={"echo": ("=", True)})
    told = [(event, graph.matching(event.text, where, limit=LOOKED_AT)) for event in events]
    found = {hit.node.id: hit.node for event, hits in told for hit in hits if _quotes(hit.node.text, event.text)}
    return [event_of(found[id_]) for id_ in found if id_ not in {event.node for event in events}]


def erase(graph: Graph, events: Sequence[Event]) -> None:
    """Erase events and what came of them, inside a batch of the caller; what came after waits to be folded again."""
    before = min(event.position for event in events) - 1
    for memory in [name.removeprefix(CURSOR) for name in graph.counters() if name.startswith(CURSOR)]:
        rewind(graph, memory, before)
        Aside(graph, memory).rewind(before)
        cursor = graph.counter(CURSOR + memory)
        graph.advance(CURSOR + memory, expected=cursor, value=min(cursor, before))
    Journal(graph).erase(graph.get([event.node for event in events]))


def erase_all(graph: Graph) -> list[Event]:
    """Erase all events and operations and all that came of them, inside a batch of the caller; return the events.

    What was spent stays in the ledger, and the hashes of ids, so that nothing that is sent again comes back.
    """
    kept = ("", GRAVES, OWNER)
    ever = graph.scan(Where(retired=True))
    entries = [node for node in ever if not node.memory and node.label in (EVENT, OPERATION)]
    graph.delete([node.id for node in ever if node.memory not in kept])
    Journal(graph).erase(entries)
    for counter in [name for name in graph.counters() if name.startswith(CURSOR)]:
        graph.advance(counter, expected=graph.counter(counter), value=Journal(graph).last)
    return [event_of(node) for node in entries if node.label == EVENT]


def left_of(graph: Graph, texts: Sequence[str], vectors: Vectors | None) -> Iterator[Node]:
    """Yield the nodes, retired or not, that still say one of `texts`, or have the vector of one.

    Args:
        graph: Looked through by words and by vector.
        texts: What was erased.
        vectors: Of the texts, shape (len(texts), dim); None to look by words alone.
    """
    everything = Where(retired=True)
    near = [[] for _ in texts] if vectors is None else graph.nearest_many(vectors, everything, limit=LOOKED_AT)
    for number, text in enumerate(texts):
        said = {hit.node.id: hit.node for hit in graph.matching(text, everything, limit=LOOKED_AT)}
        same = {hit.node.id: hit.node for hit in near[number] if hit.score >= SAME}
        yield from (node for node in said.values() if _quotes(node.text, text))
        yield from (node for id_, node in same.items() if id_ not in said)


def _quotes(text: str, other: str) -> bool:
    return _plain(other) in _plain(text)


def _plain(text: str) -> str:
    return BLANK.sub(" ", text).strip().casefold()
