"""Finding events a memory has not folded yet: a dead model degrades recall, but hides nothing."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np

from agentmem.errors import BadAnswer, LanguageUnavailable
from agentmem.events import EVENT_PREFIX, Event, Query, Recollection
from agentmem.graph.contract import Graph, Where
from agentmem.journal import EVENT, event_of
from agentmem.language.contract import Language

log = logging.getLogger(__name__)
TAIL = 1000
"""The newest unfolded events looked at; older ones are found once they are folded."""


def recall_unfolded(
    graph: Graph, query: Query, language: Language, *, unfolded: Sequence[Event], beside: Sequence[Recollection]
) -> list[Recollection]:
    """Return `beside` and those of `unfolded` that bear on the query, pinned first, then best first.

    Args:
        graph: The namespace's graph.
        query: Its text is matched by words and by vector; its limit holds for all together.
        language: Embeds the query and the tail (known texts are not embedded again). While its embedder is
            out, words alone decide, and `parts` has no "vector".
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
    found = [
        _recollection(event, cosine=cosine, word=float(event.node in worded))
        for event, cosine in zip(tail, _likenesses(query, tail, language), strict=True)
    ]
    found = [one for one in found if one.score > 0 and one.score >= query.min_score]
    return sorted([*beside, *found], key=lambda one: (not one.pinned, -one.score, one.id))[: query.limit]


def waiting(graph: Graph, *, after: int) -> list[Event]:
    """Return the newest `TAIL` events behind the cursor `after`, newest first."""
    where = Where(memory="", label=EVENT, after=after)
    return [event_of(node) for node in graph.scan(where, newest=True, limit=TAIL)]


def _likenesses(query: Query, tail: Sequence[Event], language: Language) -> Sequence[float | None]:
    """Return the cosine of the query with each event; None for all while the embedder is out: words still find them."""
    try:
        vectors = language.embed([query.text, *(event.dated for event in tail)])
    except (LanguageUnavailable, BadAnswer) as error:
        log.warning("events that are not folded yet are searched by words alone: %s", error)
        return [None] * len(tail)
    return [float(cosine) for cosine in np.clip(np.vecdot(vectors[1:], vectors[0]), 0, 1)]


def _recollection(event: Event, *, cosine: float | None, word: float) -> Recollection:
    parts = {"text": word, "unfolded": 1.0} | ({} if cosine is None else {"vector": cosine})
    return Recollection(
        id=event.node,
        kind="event",
        text=event.dated,
        score=((cosine or 0.0) + word) / 2,
        sources=(event.id,),
        memory="journal",
        at=event.at,
        position=event.position,
        parts=parts,
    )
