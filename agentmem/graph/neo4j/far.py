"""One namespace on the server itself: every read is asked there, every batch holds its lock there."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import numpy as np

from agentmem.errors import CursorMoved, StoreUnavailable
from agentmem.graph.checks import check_integer, check_limit
from agentmem.graph.contract import EVERYTHING_CURRENT, Direction, Edge, Hit, Node, Where
from agentmem.graph.neo4j import reading, search, writing
from agentmem.graph.neo4j.batch import Batch, Space, counters_of
from agentmem.graph.neo4j.faults import Unsure
from agentmem.graph.neo4j.server import Row, Server
from agentmem.graph.neo4j.statements import statement
from agentmem.graph.neo4j.vector_index import VectorIndexes
from agentmem.vectors import Vectors

T = TypeVar("T")


class Far:
    """The server of one store, the indexes of its vectors, and the batches its threads have open."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.indexes = VectorIndexes(server)
        self._mine = threading.local()

    @property
    def batches(self) -> dict[str, Batch]:
        """The batches this thread has open, by namespace."""
        batches: dict[str, Batch] = self._mine.__dict__.setdefault("batches", {})
        return batches

    @property
    def pinned(self) -> dict[str, Mapping[str, int]]:
        """The counters of snapshots this thread is in, by namespace."""
        pinned: dict[str, Mapping[str, int]] = self._mine.__dict__.setdefault("pinned", {})
        return pinned


class FarGraph:
    """The nodes and edges of one namespace, on the server; promises: `agentmem.graph.contract.Graph`.

    Writes are only for inside a batch.
    """

    def __init__(self, namespace: str, far: Far) -> None:
        self.namespace = namespace
        self._far = far

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Make everything inside one transaction; an inner batch can be undone by itself."""
        batches = self._far.batches
        if self.namespace in batches:
            with batches[self.namespace].inner():
                yield
            return
        self._far.pinned.pop(self.namespace, None)  # a write ends a snapshot
        with self._far.server.transaction() as transaction:
            batch = batches[self.namespace] = Batch(self.namespace, transaction)
            try:
                yield
                batch.end()
            finally:
                del batches[self.namespace]

    def transact(self, work: Callable[[], T]) -> T:
        """Run `work` inside a batch and return what it returns; again, if it met another or the server was lost."""
        if self._batch is not None:
            with self.batch():
                return work()
        return self._far.server.repeat(lambda: self._done(work))

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Read the counters once; all else is of the moment it is read."""
        pinned = self._far.pinned
        if self.namespace in pinned or self._batch is not None:
            yield
            return
        pinned[self.namespace] = self._counters()
        try:
            yield
        finally:
            pinned.pop(self.namespace, None)

    def counters(self) -> Mapping[str, int]:
        """Return all counters that were ever advanced, by name."""
        if self._space is not None:
            return dict(sorted(self._space.counters.items()))
        pinned = self._far.pinned.get(self.namespace)
        return self._counters() if pinned is None else pinned

    def counter(self, name: str) -> int:
        """Return the value of a named counter; 0 when it was never advanced."""
        return self.counters().get(name, 0)

    def advance(self, name: str, *, expected: int, value: int) -> None:
        """Compare and swap a counter."""
        check_integer(value, "counter")
        counters = self._open.space.counters
        if counters.get(name, 0) != expected:
            raise CursorMoved(f"counter {name!r} is {counters.get(name, 0)}, not {expected}: read again and retry")
        counters[name] = value

    def put_nodes(self, nodes: Sequence[Node]) -> None:
        """Write all or none; a node whose id is known is replaced."""
        writing.put_nodes(self._open, nodes)

    def put_edges(self, edges: Sequence[Edge]) -> None:
        """Write all or none; a known one keeps its position."""
        writing.put_edges(self._open, edges)

    def retire(self, ids: Sequence[str], *, position: int) -> int:
        """Mark nodes as retired by `position`; return how many were current until now."""
        check_integer(position, "position")
        return writing.retire(self._open, ids, position=position)

    def delete(self, ids: Sequence[str]) -> int:
        """Erase nodes with their edges, vectors and text; return how many there were."""
        return writing.delete(self._open, ids)

    def forget_vectors(self) -> None:
        """Take the vector off every node, and with them the dimension that is kept."""
        writing.forget_vectors(self._open)

    def get(self, ids: Sequence[str], *, vectors: bool = False) -> list[Node]:
        """Return the nodes with these ids, retired or not, in the order of `ids`."""
        return reading.get(self._ask, ids, vectors=vectors)

    def scan(
        self,
        where: Where = EVERYTHING_CURRENT,
        *,
        newest: bool = False,
        limit: int | None = None,
        vectors: bool = False,
    ) -> list[Node]:
        """Return nodes in order of (position, id); with `newest`, the last ones first."""
        check_limit(limit, least=0)
        new_kinds = sorted(self._space.new_kinds) if self._space else []
        return reading.scan(self._ask, where, reading.Scan(newest, limit, vectors), new_kinds)

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
        check_limit(limit, least=0)
        return reading.edges(self._ask, ids, reading.EdgeQuestion(types, direction, retired, limit))

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
        return reading.expand(self._ask, ids, hops=hops, types=types, direction=direction, limit=limit)

    def nearest(self, vector: Vectors, where: Where = EVERYTHING_CURRENT, *, limit: int) -> list[Hit]:
        """Return up to `limit` nodes with their cosine, best first, ties by id; exact."""
        return self.nearest_many(np.asarray(vector, np.float32)[None], where, limit=limit)[0]

    def nearest_many(self, vectors: Vectors, where: Where = EVERYTHING_CURRENT, *, limit: int) -> list[list[Hit]]:
        """Return `nearest` for each row of `vectors`, in one pass."""
        check_limit(limit)
        indexes, dim = self._far.indexes, np.shape(vectors)[-1]
        index = indexes.known(self.namespace, dim) if self._batch is None and np.any(vectors) else None
        if index is not None:
            try:
                found = search.nearest_indexed(self._ask, vectors, where, limit=limit, index=index)
            except StoreUnavailable:  # it was dropped, with the namespace or its vectors, by another process
                indexes.forget(self.namespace)
                found = None
            if found is not None:
                return found
        return search.nearest(
            self._ask, vectors, where, limit=limit, space=self._space,
            known=lambda nodes, index: indexes.learn(self.namespace, dim, nodes, index),
        )  # fmt: skip

    def matching(self, text: str, where: Where = EVERYTHING_CURRENT, *, limit: int) -> list[Hit]:
        """Return up to `limit` nodes that share words with `text`, best first, scores above 0."""
        check_limit(limit)
        return search.matching(self._ask, self.namespace, text, where, limit=limit, space=self._space)

    def frequencies(self, words: Sequence[str], where: Where = EVERYTHING_CURRENT, *, most: int) -> Mapping[str, int]:
        """Return in how many nodes each of `words` is, in any form, counting no further than `most`."""
        check_limit(most)
        return search.frequencies(self._ask, self.namespace, words, where, most=most)

    def stats(self) -> Mapping[str, int]:
        """Return counts: one per "memory/label" of current nodes, and `nodes`, `edges`, `vectors`, `retired`."""
        return reading.stats(self._ask)

    def _counters(self) -> Mapping[str, int]:
        found = self._ask(statement("counters"))
        return counters_of(found[0][0]) if found else {}

    def _done(self, work: Callable[[], T]) -> T:
        mark = ""
        try:
            with self.batch():
                made = work()
                mark = self._open.mark
        except Unsure:
            if not self._ask(statement("committed"), commit=mark):
                return self._done(work)
        return made

    @property
    def _batch(self) -> Batch | None:
        return self._far.batches.get(self.namespace)

    @property
    def _space(self) -> Space | None:
        return self._batch.space if self._batch else None

    @property
    def _open(self) -> Batch:
        return self._far.batches[self.namespace]

    def _ask(self, text: str, /, **parameters: Any) -> list[Row]:
        batch = self._batch
        if batch is not None:
            return batch.read(text, **parameters)
        return self._far.server.read(text, namespace=self.namespace, **parameters)
