"""A memory as it was at a moment that is past. Only reads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from agentmem.context import Context, render
from agentmem.errors import InvalidInput
from agentmem.events import FIRST, LAST, Recollection, Trust
from agentmem.graph.contract import Graph, Where
from agentmem.graph.view import MemoryGraph
from agentmem.journal import EVENT, Journal
from agentmem.remembered import Remembered, node_of, remembered

MORE = 3
"""Times as many are asked for where some were said later."""


class Past:
    """What was remembered once the entry at `position` was folded.

    At a time nothing is told that was said later, though it was written down before: as where old messages
    are brought over after new ones.

    Args:
        graph: The namespace's graph.
        moment: A position of the journal; or a time, and then the last event until then.
        search: `AgentMemory.search`.

    Raises:
        InvalidInput: the journal has not come to that position, or the time is naive.
    """

    def __init__(self, graph: Graph, moment: int | datetime, *, search: Callable[..., list[Recollection]]) -> None:
        self._graph, self._search = graph, search
        self._before = _after(moment) if isinstance(moment, datetime) else None
        self.position = _position(graph, moment if self._before is None else self._before)

    def search(
        self,
        query: str,
        *,
        limit: int = 10,
        now: datetime | None = None,
        min_score: float = 0.0,
        min_trust: Trust = "low",
    ) -> list[Recollection]:
        """Return what would have been recalled; takes and raises what `AgentMemory.search` does."""
        more = MORE if self._has_later() else 1
        limits: dict[str, Any] = {"limit": limit * more, "min_score": min_score, "min_trust": min_trust}
        found = self._search(query, now=now, as_of=self.position, **limits)
        return [one for one in found if self._is_then(one.at)][:limit]

    def context(self, query: str, *, max_tokens: int = 1000, limit: int = 20, min_score: float = 0.0) -> Context:
        """Return what would have been recalled, as a block for a prompt; raises as `AgentMemory.search`."""
        return render(self.search(query, limit=limit, min_score=min_score), max_tokens)

    def get(self, id: str) -> Remembered | None:  # noqa: A002 - the word every peer uses
        """Return what was kept under an id; None if nothing was."""
        now = node_of(self._graph, id)
        then = self._view(now.memory).get([now.id]) if now is not None else []
        return next(iter(remembered(self._graph, [node for node in then if self._is_then(node.at)])), None)

    def get_all(self, *, limit: int = 100, after: int = 0, memory: str = "") -> list[Remembered]:
        """Return what was held, in the order of the journal: events, or what one memory derived."""
        view = self._view(memory)
        nodes = view.scan(Where(after=after, label=None if memory else EVENT, until=self._before), limit=limit)
        return remembered(self._graph, nodes)

    def _view(self, memory: str) -> MemoryGraph:
        return MemoryGraph(self._graph, memory, self.position, self.position)

    def _is_then(self, at: datetime) -> bool:
        return self._before is None or at < self._before

    def _has_later(self) -> bool:
        """Return whether what was said later is among what was written down by then."""
        if self._before is None:
            return False
        later = self._graph.scan(Where(memory="", label=EVENT, since=self._before, retired=True), limit=1)
        return bool(later) and later[0].position <= self.position


def _after(moment: datetime) -> datetime:
    """Return the first time after a moment."""
    if moment.tzinfo is None:
        raise InvalidInput(f"the time {moment} has no zone; give one, such as datetime.now(UTC)")
    return min(max(moment, FIRST), LAST) + timedelta(microseconds=1)


def _position(graph: Graph, moment: int | datetime) -> int:
    if isinstance(moment, datetime):
        until = Where(memory="", label=EVENT, until=moment, retired=True)
        return max((node.position for node in graph.scan(until, newest=True, limit=1)), default=0)
    last = Journal(graph).last
    if type(moment) is not int or not 0 <= moment <= last:
        raise InvalidInput(
            f"there is no entry {moment!r} in namespace {graph.namespace!r}; choose one from 0 to {last}, or a time"
        )
    return moment
