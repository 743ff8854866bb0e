"""Erasing events with all that was ever derived from them, and looking whether anything is left.

Every memory that was ever at work in the namespace goes back to where it stood before the first of the events, open
or not; what came after is then folded again without them. So no summary quotes what is gone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agentmem.aside import Aside
from agentmem.context import named, quotations
from agentmem.events import EVENT_PREFIX, Event
from agentmem.graph.contract import Graph, Node, Where
from agentmem.journal import EVENT, GRAVES, OPERATION, Journal, event_of
from agentmem.rewind import rewind
from agentmem.spending.ledger import OWNER
from agentmem.vectors import Vectors

CURSOR = "cursor/"
LOOKED_AT = 50
"""Nodes looked at for each text that was erased, by words and by vector each."""
BEGINNING = 4
"""Characters by which a text that was cut is known."""
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
    """Return the events that were marked as echoes, and repeat one of `events`, or what came of it: nothing else."""
    where = Where(memory="", label=EVENT, retired=True, props={"echo": ("=", True)})
    going = {event.node for event in events}
    echoes = [node for node in graph.scan(where) if node.id not in going]
    return [event_of(node) for node in echoes if any(_repeats(node.text, event) for event in events)]


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


def _repeats(echo: str, event: Event) -> bool:
    """Return whether an echo quotes an event: as it is, or in a block of what was recalled, where it may be cut."""
    said, name = _plain(event.text), named(event.id)
    return _quotes(echo, event.text) or any(
        name in sources or (quotation.endswith("…") and _ends_amid(_plain(quotation[:-1]), said))
        for quotation, sources in quotations(echo)
    )


def _ends_amid(text: str, said: str) -> bool:
    """Return whether a text ends with the beginning of what was said.

    >>> _ends_amid("ada: my secret is", "my secret is 4711"), _ends_amid("ada: my secret is", "my dog")
    (True, False)
    """
    begins = text.find(said[:BEGINNING])
    while begins >= 0 and not said.startswith(text[begins:]):
        begins = text.find(said[:BEGINNING], begins + 1)
    return begins >= 0


def _quotes(text: str, other: str) -> bool:
    """Return whether a text says another one, or has a block that does; blanks and capitals do not matter."""
    said = _plain(other)
    return bool(said) and any(said in _plain(one) for one in (text, *(quotation for quotation, _ in quotations(text))))


def _plain(text: str) -> str:
    return BLANK.sub(" ", text).strip().casefold()
