"""Events as documents, each for itself: what flat searches look at, and what they recall."""

from __future__ import annotations

from collections.abc import Iterable

from agentmem.events import Event, Query, Recollection
from agentmem.graph.changes import Changes
from agentmem.graph.contract import Node
from agentmem.graph.view import MemoryGraph
from agentmem.vectors import Vectors


def add_document(event: Event, graph: MemoryGraph, *, vector: Vectors | None) -> Changes:
    """Return the proposal of one document: the event's text with who said it and when."""
    changes = graph.changes()
    document = changes.add("Document", event.dated, key=event.id, props={"event": event.id}, vector=vector)
    changes.link(document, "OF", event.node)
    return changes


def recalled(scored: Iterable[tuple[Node, float]], query: Query, *, part: str) -> list[Recollection]:
    """Return what the query allows of documents that come best first; what scores nothing is left out.

    Args:
        scored: Documents with their scores, at most 1.
        query: Its `exclude`, `min_score` and `limit` hold.
        part: What the score is called.
    """
    kept = [
        (document, score)
        for document, score in scored
        if score > 0 and score >= query.min_score and document.props["event"] not in query.exclude
    ]
    return [
        Recollection(
            id=document.id,
            kind="event",
            text=document.text,
            score=score,
            parts={part: score},
            sources=(str(document.props["event"]),),
            memory=document.memory,
            at=document.at,
            position=document.position,
        )
        for document, score in kept[: query.limit]
    ]
