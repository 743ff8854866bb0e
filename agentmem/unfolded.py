"""Finding events a memory has not folded yet: a dead model degrades recall, but hides nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from agentmem.events import EVENT_PREFIX, Event, Query, Recollection
from agentmem.graph.contract import Graph, Where
from agentmem.journal import EVENT, event_of
from agentmem.language.contract import Language

TAIL = 1000
"""The newest unfolded events looked at; older ones are found once they are folded."""


def recall_unfolded(
    graph: Graph, query: Query, language: Language, *, unfolded: Sequence[Event], beside: Sequence[Recollection]
) -> list[Recollection]:
    """Return `beside` and those of `unfolded` that bear on the query, pinned first, then best first.

    Args:
        graph: The namespace's graph.
        query: Its text is matched by words and by vector; its limit holds for all together.
        language: Embeds the query and the tail (known texts are not embedded again).
        unfolded: Events the memory holds nothing of: they wait, or were set aside.
        beside: What the memory itself recalled.
    """
    known = {*query.exclude, *(one.id.removeprefix(EVENT_PREFIX) for one in beside)}  # a memory may read the journal
    tail = [event for event in unfolded if event.id not in known and not event.echo]
    if not tail or not query.text.strip():
        return list(beside)
    oldest = min(event.position for event in tail)
    where = Where(memory="", label=EVENT, after=oldest - 1)
    worded = {hit.node.id for hit in graph.matching(query.text, where, limit=TAIL)}
    vectors = language.embed([query.text, *(event.dated for event in tail)])
    cosines = np.clip(np.vecdot(vectors[1:], vectors[0]), 0, 1)
    found = [
        _recollection(event, cosine=float(cosine), word=float(event.node in worded))
        for event, cosine in zip(tail, cosines, strict=True)
    ]
    found = [one for one in found if one.score > 0 and one.score >= query.min_score]
    return sorted([*beside, *found], key=lambda one: (not one.pinned, -one.score, one.id))[: query.limit]


def waiting(graph: Graph, *, after: int) -> list[Event]:
    """Return the newest `TAIL` events behind the cursor `after`, newest first."""
    where = Where(memory="", label=EVENT, after=after)
    return [event_of(node) for node in graph.scan(where, newest=True, limit=TAIL)]


def _recollection(event: Event, *, cosine: float, word: float) -> Recollection:
    return Recollection(
        id=event.node,
        kind="event",
        text=event.dated,
        score=(cosine + word) / 2,
        sources=(event.id,),
        memory="journal",
        at=event.at,
        position=event.position,
        parts={"vector": cosine, "text": word, "unfolded": 1.0},
    )
