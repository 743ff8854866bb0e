"""Finding events no memory can: a dead model degrades recall, but hides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np

from agentmem.errors import BadAnswer, LanguageUnavailable
from agentmem.events import EVENT_PREFIX, Event, Query, Recollection
from agentmem.graph.contract import Graph, Where
from agentmem.journal import EVENT, event_of
from agentmem.language.contract import Language
from agentmem.vectors import Vectors

Mark = Literal["unfolded", "unasked"]
"""Why the memory did not recall it: it has not folded it, or the language it asks when it recalls was out."""
TAIL = 1000
"""The newest unfolded events looked at; older ones are found once they are folded."""
LOOKED_AT = 200
"""Where a memory cannot be asked: the newest events looked at, and the best by words. More would be dear to embed."""


def recall_events(
    graph: Graph,
    query: Query,
    language: Language,
    *,
    events: Sequence[Event],
    beside: Sequence[Recollection],
    mark: Mark = "unfolded",
) -> list[Recollection]:
    """Return `beside` and those of `events` that bear on the query, pinned first, then best first.

    Args:
        graph: The namespace's graph.
        query: Its text is matched by words and by vector, by words only where the language cannot embed
            it; its limit holds for all together.
        language: Embeds the query and the events (known texts are not embedded again).
        events: What is looked through.
        beside: What the memories themselves recalled.
        mark: What each is marked with, in its `parts`.
    """
    known = {*query.exclude, *(one.id.removeprefix(EVENT_PREFIX) for one in beside)}  # a memory may read the journal
    tail = [event for event in events if event.id not in known and event.is_news]
    if not tail or not query.text.strip():
        return list(beside)
    oldest = min(event.position for event in tail)
    where = Where(memory="", label=EVENT, after=oldest - 1)
    worded = {hit.node.id for hit in graph.matching(query.text, where, limit=TAIL)}
    likeness = _likeness(query.text, [event.dated for event in tail], language)
    found = [
        _recollection(event, mark, cosine=float(cosine), word=float(event.node in worded))
        for event, cosine in zip(tail, likeness, strict=True)
    ]
    found = [one for one in found if one.score > 0 and one.score >= query.min_score]
    return sorted([*beside, *found], key=lambda one: (not one.pinned, -one.score, one.id))[: query.limit]


def in_journal(graph: Graph, query: Query, *, beside: Iterable[Recollection]) -> list[Event]:
    """Return the events to look through where a memory cannot be asked: the best by words, and the newest.

    What others recalled (`beside`) comes from events that need not be told again.
    """
    told = {source for one in beside for source in one.sources}
    where = Where(memory="", label=EVENT, as_of=query.as_of)
    worded = [hit.node for hit in graph.matching(query.text, where, limit=LOOKED_AT)] if query.text.strip() else []
    newest = graph.scan(where, newest=True, limit=LOOKED_AT)
    events = (event_of(node) for node in {node.id: node for node in (*worded, *newest)}.values())
    return [event for event in events if event.id not in told]


def waiting(graph: Graph, *, after: int) -> list[Event]:
    """Return the newest `TAIL` events behind the cursor `after`, newest first."""
    where = Where(memory="", label=EVENT, after=after)
    return [event_of(node) for node in graph.scan(where, newest=True, limit=TAIL)]


def _likeness(text: str, others: Sequence[str], language: Language) -> Vectors:
    """Return the cosine of `text` with each of `others`, in [0, 1]; 0 where the language cannot embed them."""
    try:
        vectors = _embedded([text, *others], language)
    except LanguageUnavailable:
        return np.zeros(len(others), np.float32)
    likeness: Vectors = np.clip(np.vecdot(vectors[1:], vectors[0]), 0, 1)
    return likeness


def _embedded(texts: Sequence[str], language: Language) -> Vectors:
    """Return the vectors of texts; zeros for one that cannot be embedded: an event may be set aside for just that."""
    try:
        return language.embed(texts)
    except BadAnswer:
        if len(texts) == 1:
            return np.zeros((1, language.embedder.dim), np.float32)
    half = len(texts) // 2
    parts = [_embedded(part, language) for part in (texts[:half], texts[half:])]
    longest = max(part.shape[1] for part in parts)  # of the first text ever, no length is known
    return np.concatenate([part if part.shape[1] else np.zeros((len(part), longest), np.float32) for part in parts])


def _recollection(event: Event, mark: Mark, *, cosine: float, word: float) -> Recollection:
    return Recollection(
        id=event.node,
        kind="event",
        text=event.dated,
        score=(cosine + word) / 2,
        sources=(event.id,),
        memory="journal",
        at=event.at,
        position=event.position,
        parts={"vector": cosine, "text": word, mark: 1.0},
    )
