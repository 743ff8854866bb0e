"""One namespace of a Neo4j store: read from a copy where there is one, on the server where there is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TypeVar

from agentmem.graph.contract import EVERYTHING_CURRENT, Direction, Edge, Graph, Hit, Node, Where, ids_of
from agentmem.graph.neo4j.far import FarGraph
from agentmem.graph.neo4j.near import Near
from agentmem.graph.neo4j.touched import Touched
from agentmem.vectors import Vectors

T = TypeVar("T")


class Neo4jGraph:
    """The nodes and edges of one namespace on a Neo4j server; promises: `agentmem.graph.contract.Graph`."""

    def __init__(self, namespace: str, far: FarGraph, near: Near) -> None:
        self.namespace = namespace
        self._near, self._far = near, far

    def batch(self) -> AbstractContextManager[None]:
        """Make everything inside one transaction; an inner batch can be undone by itself."""
        return self._near.batch(self._far)

    def transact(self, work: Callable[[], T]) -> T:
        """Run `work` on the copy and commit in one round trip; again, where another writer was faster."""
        return self._near.transact(self._far, work)

    def snapshot(self) -> AbstractContextManager[None]:
        """Let reads inside be of one moment, for one round trip, if the namespace is kept near."""
        return self._near.snapshot(self._far)

    def counters(self) -> Mapping[str, int]:
        """Return all counters that were ever advanced, by name."""
        with self._reading() as graph:
            return graph.counters()

    def counter(self, name: str) -> int:
        """Return the value of a named counter; 0 when it was never advanced."""
        with self._reading() as graph:
            return graph.counter(name)

    def advance(self, name: str, *, expected: int, value: int) -> None:
        """Compare and swap a counter."""
        self._write(
            lambda graph: graph.advance(name, expected=expected, value=value), lambda touched: touched.advance(name)
        )

    def put_nodes(self, nodes: Sequence[Node]) -> None:
        """Write all or none; a node whose id is known is replaced."""
        if nodes:
            self._write(lambda graph: graph.put_nodes(nodes), lambda touched: touched.put(ids_of(nodes)))

    def put_edges(self, edges: Sequence[Edge]) -> None:
        """Write all or none; a known one keeps its position."""
        if edges:
            self._write(lambda graph: graph.put_edges(edges), lambda touched: touched.link(edges))

    def retire(self, ids: Sequence[str], *, position: int) -> int:
        """Mark nodes as retired by `position`; return how many were current until now."""
        return self._write(lambda graph: graph.retire(ids, position=position), lambda touched: touched.put(ids))

    def get(self, ids: Sequence[str], *, vectors: bool = False) -> list[Node]:
        """Return the nodes with these ids, retired or not, in the order of `ids`."""
        with self._reading() as graph:
            return graph.get(ids, vectors=vectors)

    def scan(
        self,
        where: Where = EVERYTHING_CURRENT,
        *,
        newest: bool = False,
        limit: int | None = None,
        vectors: bool = False,
    ) -> list[Node]:
        """Return nodes in order of (position, id); with `newest`, the last ones first."""
        with self._reading() as graph:
            return graph.scan(where, newest=newest, limit=limit, vectors=vectors)

    def edges(
        self,
        ids: Sequence[str],
        *,
        types: Sequence[str] | None = None,
        direction: Direction = "both",
        retired: bool = False,
        limit: int | None = None,
    ) -> list[Edge]:
        """Return the edges at these nodes, newest first, each once."""
        with self._reading() as graph:
            return graph.edges(ids, types=types, direction=direction, retired=retired, limit=limit)

    def expand(
        self,
        ids: Sequence[str],
        *,
        hops: int,
        types: Sequence[str] | None = None,
        direction: Direction = "both",
        limit: int = 200,
    ) -> list[tuple[Node, int]]:
        """Return current nodes within `hops` edges with their distance, nearest first, the start included."""
        with self._reading() as graph:
            return graph.expand(ids, hops=hops, types=types, direction=direction, limit=limit)

    def nearest(self, vector: Vectors, where: Where = EVERYTHING_CURRENT, *, limit: int) -> list[Hit]:
        """Return up to `limit` nodes with their cosine, best first, ties by id."""
        with self._reading() as graph:
            return graph.nearest(vector, where, limit=limit)

    def nearest_many(self, vectors: Vectors, where: Where = EVERYTHING_CURRENT, *, limit: int) -> list[list[Hit]]:
        """Return `nearest` for each row of `vectors`, in one pass."""
        with self._reading() as graph:
            return graph.nearest_many(vectors, where, limit=limit)

    def matching(self, text: str, where: Where = EVERYTHING_CURRENT, *, limit: int) -> list[Hit]:
        """Return up to `limit` nodes that share words with `text`, best first, scores above 0."""
        with self._reading() as graph:
            return graph.matching(text, where, limit=limit)

    def frequencies(self, words: Sequence[str], where: Where = EVERYTHING_CURRENT, *, most: int) -> Mapping[str, int]:
        """Return in how many nodes each of `words` is, in any form, counting no further than `most`."""
        with self._reading() as graph:
            return graph.frequencies(words, where, most=most)

    def delete(self, ids: Sequence[str]) -> int:
        """Erase nodes with their edges, vectors and text; return how many there were."""
        return self._write(lambda graph: graph.delete(ids), lambda touched: touched.erase(ids))

    def forget_vectors(self) -> None:
        """Take the vector off every node, and with them the dimension that is kept."""
        self._near.forget_vectors(self._far)

    def stats(self) -> Mapping[str, int]:
        """Return counts: one per "memory/label" of current nodes, and `nodes`, `edges`, `vectors`, `retired`."""
        with self._reading() as graph:
            return graph.stats()

    def _reading(self) -> AbstractContextManager[Graph]:
        return self._near.reading(self._far)

    def _write(self, write: Callable[[Graph], T], note: Callable[[Touched], None]) -> T:
        return self._near.write(self._far, write, note)
