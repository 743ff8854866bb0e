"""One namespace of a SQLite store."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TypeVar

import numpy as np

from agentmem.errors import CursorMoved
from agentmem.graph.checks import as_queries, check_integer, check_limit
from agentmem.graph.contract import EVERYTHING_CURRENT, Direction, Edge, Hit, Node, Where
from agentmem.graph.expand import expand
from agentmem.graph.sqlite import matching, reading, search, writing
from agentmem.graph.sqlite.session import Session, Space
from agentmem.graph.sqlite.spaces import find_space, make_space
from agentmem.graph.sqlite.vectors import VectorIndex
from agentmem.vectors import Vectors

T = TypeVar("T")
COUNTER = "select value from counter where ns = ? and name = ?"
COUNTERS = "select name, value from counter where ns = ? order by name"
FIRST = "insert into counter(ns, name, value) values(?, ?, ?) on conflict do nothing"
SWAP = "update counter set value = ? where ns = ? and name = ? and value = ?"


class SQLiteGraph:
    """The nodes and edges of one namespace in a SQLite file; promises: `agentmem.graph.contract.Graph`."""

    def __init__(self, namespace: str, session: Callable[[], Session], index: Callable[[], VectorIndex]) -> None:
        self.namespace = namespace
        self._session = session
        self._index = index

    def batch(self) -> AbstractContextManager[None]:
        """Make everything inside one transaction; an inner batch can be undone by itself."""
        return self._session().batch()

    def transact(self, work: Callable[[], T]) -> T:
        """Run `work` once, inside a batch, and return what it returns."""
        with self.batch():
            return work()

    def snapshot(self) -> AbstractContextManager[None]:
        """Let reads inside be of one moment."""
        return self._session().snapshot()

    def counters(self) -> Mapping[str, int]:
        """Return all counters that were ever advanced, by name."""
        session, space = self._reading()
        return dict(session.rows(COUNTERS, (space.ns,))) if space else {}

    def counter(self, name: str) -> int:
        """Return the value of a named counter; 0 when it was never advanced."""
        session, space = self._reading()
        return _counter(session, space, name) if space else 0

    def advance(self, name: str, *, expected: int, value: int) -> None:
        """Compare and swap a counter."""
        check_integer(value, "counter")
        self._write(lambda session, space: _swap(session, space, name, expected=expected, value=value))

    def put_nodes(self, nodes: Sequence[Node]) -> None:
        """Write all or none; a node whose id is known is replaced."""
        if nodes:
            self._write(lambda session, space: writing.put_nodes(session, space, nodes))

    def put_edges(self, edges: Sequence[Edge]) -> None:
        """Write all or none; a known one keeps its position."""
        if edges:
            self._write(lambda session, space: writing.put_edges(session, space, edges))

    def retire(self, ids: Sequence[str], *, position: int) -> int:
        """Mark nodes as retired by `position`; return how many were current until now."""
        check_integer(position, "position")
        return self._write(lambda session, space: writing.retire(session, space, ids, position=position))

    def get(self, ids: Sequence[str], *, vectors: bool = False) -> list[Node]:
        """Return the nodes with these ids, retired or not, in the order of `ids`."""
        with self._one_moment() as (session, space):
            return reading.get(session, space, ids, vectors=vectors) if space else []

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
        with self._one_moment() as (session, space):
            return reading.scan(session, space, where, newest=newest, limit=limit, vectors=vectors) if space else []

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
        session, space = self._reading()
        if space is None:
            return []
        question = reading.EdgeQuestion(types, direction, retired, limit)
        return reading.edges(session, space, ids, question)

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
        return expand(self, ids, hops=hops, types=types, direction=direction, limit=limit)

    def nearest(self, vector: Vectors, where: Where = EVERYTHING_CURRENT, *, limit: int) -> list[Hit]:
        """Return up to `limit` nodes with their cosine, best first, ties by id; exact."""
        return self.nearest_many(np.asarray(vector, np.float32)[None], where, limit=limit)[0]

    def nearest_many(self, vectors: Vectors, where: Where = EVERYTHING_CURRENT, *, limit: int) -> list[list[Hit]]:
        """Return `nearest` for each row of `vectors`, in one pass."""
        check_limit(limit)
        queries = as_queries(vectors)
        session, space = self._reading()
        while space is not None:
            found = search.nearest(session, space, self._index(), queries, where, limit=limit)
            dim, version = space.dim, session.version
            session, space = self._reading()
            is_same = space is not None and space.dim == dim and (session.version == version or any(found or ()))
            if found is not None and is_same:
                return found  # else all vectors were made anew meanwhile, with another dimension, once or twice
        return [[] for _ in queries]

    def matching(self, text: str, where: Where = EVERYTHING_CURRENT, *, limit: int) -> list[Hit]:
        """Return up to `limit` nodes that share words with `text`, best first, scores above 0."""
        check_limit(limit)
        with self._one_moment() as (session, space):
            return matching.matching(session, space, text, where, limit=limit) if space else []

    def frequencies(self, words: Sequence[str], where: Where = EVERYTHING_CURRENT, *, most: int) -> Mapping[str, int]:
        """Return in how many nodes each of `words` is, in any form, counting no further than `most`."""
        check_limit(most)
        with self._one_moment() as (session, space):
            return matching.frequencies(session, space, words, where, most=most) if space else dict.fromkeys(words, 0)

    def delete(self, ids: Sequence[str]) -> int:
        """Erase nodes with their edges, vectors and text; return how many there were."""
        return self._write(lambda session, space: writing.delete(session, space, ids))

    def stats(self) -> Mapping[str, int]:
        """Return counts: one per "memory/label" of current nodes, and `nodes`, `edges`, `vectors`, `retired`."""
        with self._one_moment() as (session, space):
            return reading.stats(session, space) if space else {"nodes": 0, "edges": 0, "vectors": 0, "retired": 0}

    @contextmanager
    def _one_moment(self) -> Iterator[tuple[Session, Space | None]]:
        # A commit between two statements would show what `where` shuts out, or a node of a kind not known yet.
        session = self._session()
        with session.snapshot():
            yield session, find_space(session, self.namespace)

    def _reading(self) -> tuple[Session, Space | None]:
        session = self._session()
        return session, find_space(session, self.namespace)

    def _write(self, write: Callable[[Session, Space], T]) -> T:
        session = self._session()
        if session.depth:
            return write(session, make_space(session, self.namespace))
        with session.batch():
            return write(session, make_space(session, self.namespace))


def _counter(session: Session, space: Space, name: str) -> int:
    if name not in space.counters:
        found = session.rows(COUNTER, (space.ns, name))
        space.counters[name] = int(found[0][0]) if found else 0
    return space.counters[name]


def _swap(session: Session, space: Space, name: str, *, expected: int, value: int) -> None:
    moved = session.run(SWAP, (value, space.ns, name, expected))
    if not moved and not expected:
        moved = session.run(FIRST, (space.ns, name, value))
    if not moved:
        raise CursorMoved(f"counter {name!r} is {_counter(session, space, name)}, not {expected}: read again and retry")
    space.counters[name] = value
