"""Recalling the newest events, whatever is asked: a short context, and an endless one."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from agentmem.events import Event, Query, Recollection
from agentmem.graph.changes import Changes
from agentmem.graph.view import MemoryGraph
from agentmem.journal import event_of
from agentmem.language.contract import Language


class WindowSettings(BaseModel):
    """What can be set: `size`, the events in the window."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    size: int = Field(default=5, ge=1, le=10_000)


class FullSettings(BaseModel):
    """There is nothing to set."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Window:
    """Recalls the last `size` events. The journal has them: nothing more is written.

    The window moves on with everything that happens, so what a query excludes
    still takes its place in it.
    """

    name = "window"

    def __init__(self, settings: WindowSettings | None = None) -> None:
        self.settings = settings or WindowSettings()

    def write(self, event: Event, graph: MemoryGraph, language: Language) -> Changes:  # noqa: ARG002
        """Propose nothing."""
        return graph.changes()

    def recall(self, query: Query, graph: MemoryGraph, language: Language) -> list[Recollection]:  # noqa: ARG002
        """Return the events of the window, newest first."""
        events = [event_of(node) for node in graph.events(last=self.settings.size)]
        return by_recency(events, query, memory=self.name)


class Full:
    """Recalls every event; where they do not all fit under the limit, the newest."""

    name = "full"

    def write(self, event: Event, graph: MemoryGraph, language: Language) -> Changes:  # noqa: ARG002
        """Propose nothing."""
        return graph.changes()

    def recall(self, query: Query, graph: MemoryGraph, language: Language) -> list[Recollection]:  # noqa: ARG002
        """Return as many events as are wanted, newest first."""
        nodes = graph.events(last=query.limit + len(query.exclude))
        return by_recency([event_of(node) for node in nodes], query, memory=self.name)


def by_recency(events: Sequence[Event], query: Query, *, memory: str) -> list[Recollection]:
    """Return what the query allows of `events`, newest first; the k-th newest scores 1 / k.

    Args:
        events: Oldest first.
        query: Its `exclude`, `min_score` and `limit` hold.
        memory: The name of the memory that recalls.
    """
    scored = ((event, 1 / age) for age, event in enumerate(reversed(events), 1))
    kept = [(event, score) for event, score in scored if event.id not in query.exclude and score >= query.min_score]
    return [_recollection(event, score, memory) for event, score in kept[: query.limit]]


def _recollection(event: Event, score: float, memory: str) -> Recollection:
    return Recollection(
        id=event.node,
        kind="event",
        text=event.dated,
        score=score,
        parts={"recency": score},
        sources=(event.id,),
        memory=memory,
        at=event.at,
        position=event.position,
    )
