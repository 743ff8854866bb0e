"""A memory as it was at a moment that is past. Only reads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from agentmem.context import Context, render
from agentmem.errors import InvalidInput
from agentmem.events import Recollection
from agentmem.graph.contract import Graph, Where
from agentmem.graph.view import MemoryGraph
from agentmem.journal import EVENT, Journal
from agentmem.remembered import Remembered, node_of, remembered


class Past:
    """What was remembered once the entry at `position` was folded.

    Args:
        graph: The namespace's graph.
        moment: A position of the journal; or a time, and then the last event until then.
        search: `AgentMemory.search`.

    Raises:
        InvalidInput: the journal has not come to that position, or the time is naive.
    """

    def __init__(self, graph: Graph, moment: int | datetime, *, search: Callable[..., list[Recollection]]) -> None:
        self._graph, self._search = graph, search
        self.position = _position(graph, moment)

    def search(self, query: str, *, limit: int = 10, min_score: float = 0.0) -> list[Recollection]:
        """Return what would have been recalled; raises as `AgentMemory.search`."""
        return self._search(query, limit=limit, min_score=min_score, as_of=self.position)

    def context(self, query: str, *, max_tokens: int = 1000, limit: int = 20, min_score: float = 0.0) -> Context:
        """Return what would have been recalled, as a block for a prompt; raises as `AgentMemory.search`."""
        return render(self.search(query, limit=limit, min_score=min_score), max_tokens)

    def get(self, id: str) -> Remembered | None:  # noqa: A002 - the word every peer uses
        """Return what was kept under an id; None if nothing was."""
        now = node_of(self._graph, id)
        then = self._view(now.memory).get([now.id]) if now is not None else []
        return next(iter(remembered(self._graph, then)), None)

    def get_all(self, *, limit: int = 100, after: int = 0, memory: str = "") -> list[Remembered]:
        """Return what was held, in the order of the journal: events, or what one memory derived."""
        view = self._view(memory)
        nodes = view.scan(Where(after=after, label=None if memory else EVENT), limit=limit)
        return remembered(self._graph, nodes)

    def _view(self, memory: str) -> MemoryGraph:
        return MemoryGraph(self._graph, memory, self.position, self.position)


def _position(graph: Graph, moment: int | datetime) -> int:
    if isinstance(moment, datetime):
        if moment.tzinfo is None:
            raise InvalidInput(f"the time {moment} has no zone; give one, such as datetime.now(UTC)")
        until = Where(memory="", label=EVENT, until=moment + timedelta(microseconds=1), retired=True)
        return max((node.position for node in graph.scan(until, newest=True, limit=1)), default=0)
    last = Journal(graph).last
    if not 0 <= moment <= last:
        raise InvalidInput(f"there is no entry {moment} in namespace {graph.namespace!r}; choose one from 0 to {last}")
    return moment
