"""The vectors of a SQLite store, held in memory for exact search.

One matrix per kind (namespace, memory, label), loaded on its first search. It
only proposes: the rows of the file decide. New vectors are read on from the
last `seq` seen, so those of other threads and processes are found; what was
retired or deleted is noticed when its row is fetched, or at the next sweep.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agentmem.graph.sqlite.session import Row, Session
from agentmem.vectors import Vectors

Whole = NDArray[np.int64]
Key = tuple[int, int, int]
"""Namespace, kind and dimension: a kind that was rolled back gives its number to another, of any namespace."""
NUMBER_BYTES = 4
SMALLEST = 64
MOST_DEAD = 0.25
BLOCK_SCORES = 512
BLOCK_ROWS = 1024
"""Rows scored at a time for many queries: they stay in the processor's cache."""

LOAD = """select v.seq, v.pk, v.v from vec v join node n on n.pk = v.pk
where v.kind = ? and v.seq > ? and n.ns = ? and n.retired is null and length(v.v) = ? order by v.seq"""
# By length: others are of a dimension that this namespace keeps no longer, or has begun to keep meanwhile.
LIVE = "select n.vec from node n where n.ns = ? and n.kind = ? and n.retired is null and n.vec is not null"


class Snapshot(NamedTuple):
    """Rows of a matrix as they were; later changes to the matrix do not touch them.

    Attributes:
        rows: Shape (n, dim).
        seqs: Shape (n,), ascending.
        pks: Shape (n,).
        dead: Indices of rows that no longer count.
    """

    rows: Vectors
    seqs: Whole
    pks: Whole
    dead: Whole


@dataclass
class Matrix:
    """The vectors of one kind, oldest first, in arrays that grow by doubling."""

    ns: int
    kind: int
    dim: int
    last: int = 0
    sweeps: bool = True
    size: int = 0
    dead: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._rows = np.empty((0, self.dim), np.float32)
        self._seqs = np.empty(0, np.int64)
        self._pks = np.empty(0, np.int64)

    def read_on(self, session: Session) -> None:
        """Append what was written since `last`, as `session` sees it."""
        new = session.rows(LOAD, (self.kind, self.last, self.ns, self.dim * NUMBER_BYTES))
        if not new:
            return
        if self.size + len(new) > len(self._seqs):
            self._make_room(len(new), session)
        self._append(new)
        self.last = new[-1][0]

    def snapshot(self) -> Snapshot:
        """Return the rows of now."""
        size = self.size
        dead = np.fromiter(self.dead, np.int64, len(self.dead))
        return Snapshot(self._rows[:size], self._seqs[:size], self._pks[:size], dead)

    def bury(self, seqs: set[int]) -> None:
        """Stop proposing the vectors with these seqs."""
        for seq in seqs:
            place = int(np.searchsorted(self._seqs[: self.size], seq))
            if place < self.size and self._seqs[place] == seq:
                self.dead.add(place)
        if len(self.dead) > MOST_DEAD * self.size:
            keep = np.ones(self.size, np.bool_)
            keep[list(self.dead)] = False
            self._keep(keep, capacity=self.size)

    def _append(self, new: list[Row]) -> None:
        end = self.size + len(new)
        self._rows[self.size : end] = np.frombuffer(b"".join([row[2] for row in new]), "<f4").reshape(-1, self.dim)
        self._seqs[self.size : end] = [row[0] for row in new]
        self._pks[self.size : end] = [row[1] for row in new]
        self.size = end

    def _make_room(self, count: int, session: Session) -> None:
        # Before growing, sweep: whoever retires much and searches little must not pay for ever.
        keep = np.ones(self.size, np.bool_)
        if self.size and self.sweeps:
            live = np.fromiter((row[0] for row in session.rows(LIVE, (self.ns, self.kind))), np.int64)
            keep = np.isin(self._seqs[: self.size], live)
        needed = int(keep.sum()) + count
        self._keep(keep, capacity=max(SMALLEST, needed + needed // 2))

    def _keep(self, keep: NDArray[np.bool_], *, capacity: int) -> None:
        # Into new arrays: a search may still be reading the old ones.
        kept = int(keep.sum())
        rows, seqs, pks = (
            np.empty((capacity, self.dim), np.float32),
            np.empty(capacity, np.int64),
            np.empty(capacity, np.int64),
        )
        rows[:kept], seqs[:kept], pks[:kept] = (
            self._rows[: self.size][keep],
            self._seqs[: self.size][keep],
            self._pks[: self.size][keep],
        )
        self._rows, self._seqs, self._pks = rows, seqs, pks
        self.size = kept
        self.dead = set()


class VectorIndex:
    """The matrices of a store, shared by its threads; beside them, what the one open batch has written.

    The shared ones are read through a connection of their own, so that they hold only what is committed.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._lock = threading.Lock()
        self._matrices: dict[Key, Matrix] = {}
        self._written: dict[Key, Matrix] = {}
        self._writer: tuple[Session, int] | None = None

    def snapshot(self, ns: int, kind: int, dim: int) -> Snapshot:
        """Return the committed current vectors of one kind."""
        with self._lock:
            matrix = self._matrices.get((ns, kind, dim))
            if matrix is None:
                matrix = self._matrices[ns, kind, dim] = Matrix(ns, kind, dim)
            matrix.read_on(self._session)
            return matrix.snapshot()

    def written(self, session: Session, ns: int, kind: int, dim: int) -> Snapshot:
        """Return the vectors of one kind that `session` has written in its open batch."""
        if self._writer != (session, session.transactions):
            self._writer = (session, session.transactions)
            self._written = {}
        matrix = self._written.get((ns, kind, dim))
        if matrix is None:
            # It lives as long as the batch, so nothing in it is worth a sweep.
            matrix = self._written[ns, kind, dim] = Matrix(ns, kind, dim, last=session.committed_seq, sweeps=False)
        matrix.read_on(session)
        return matrix.snapshot()

    def bury(self, seqs: set[int]) -> None:
        """Stop proposing these vectors: their rows are retired, replaced or gone."""
        with self._lock:
            for matrix in self._matrices.values():
                matrix.bury(seqs)

    def forget(self) -> None:
        """Free all memory; the next search loads again."""
        with self._lock:
            self._matrices.clear()

    def close(self) -> None:
        """Free all memory and close the connection."""
        self.forget()
        self._session.close()


def scores(parts: list[Snapshot], queries: Vectors) -> Vectors:
    """Return the cosine of each query with each row of `parts`, shape (n queries, n rows); -2 for dead rows."""
    found = np.empty((len(queries), sum(len(part.seqs) for part in parts)), np.float32)
    start = 0
    for part in parts:
        end = start + len(part.seqs)
        _score(part.rows, queries, found[:, start:end])
        found[:, start + part.dead] = -2.0
        start = end
    return found


def _score(rows: Vectors, queries: Vectors, out: Vectors) -> None:
    # vecdot, never `@`: BLAS would wake a second thread and wait for it on a busy machine.
    if len(queries) == 1:
        np.vecdot(rows, queries[0], out=out[0])
        return
    for start in range(0, len(rows), BLOCK_ROWS):
        block = rows[start : start + BLOCK_ROWS]
        for query, line in zip(queries, out, strict=True):
            np.vecdot(block, query, out=line[start : start + BLOCK_ROWS])


def best(line: Vectors, count: int) -> NDArray[np.intp]:
    """Return the indices of the `count` highest scores, and of all that equal the last of them; none that is dead."""
    if count >= len(line):
        return np.flatnonzero(line > -2.0)
    places = _high(line, count)
    part = line[places]
    lowest = np.partition(part, len(part) - count)[len(part) - count]
    best_places: NDArray[np.intp] = places[(part >= lowest) & (part > -2.0)]
    return best_places


def _high(line: Vectors, count: int) -> NDArray[np.intp]:
    """Return indices that hold the `count` best and few more, so that few need sorting.

    `count` blocks have a maximum of at least the count-th best maximum, so the count-th best score is not below it.
    """
    blocks = len(line) // BLOCK_SCORES
    if blocks <= count:
        return np.arange(len(line))
    tops = line[: blocks * BLOCK_SCORES].reshape(blocks, BLOCK_SCORES).max(axis=1)
    return np.flatnonzero(line >= np.partition(tops, blocks - count)[blocks - count])
