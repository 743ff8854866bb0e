"""Search in one namespace of a SQLite store: by vector, exact."""

from __future__ import annotations

import json
from collections.abc import Sequence
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from agentmem.errors import WrongDimension
from agentmem.graph.contract import Hit, Where
from agentmem.graph.filters import conditions, everything, standings
from agentmem.graph.sqlite.kept import Kept
from agentmem.graph.sqlite.rows import KEPT_COLUMNS, kept_of
from agentmem.graph.sqlite.session import Session, Space
from agentmem.graph.sqlite.spaces import kinds_of
from agentmem.graph.sqlite.vectors import NUMBER_BYTES, Snapshot, VectorIndex, best, scores
from agentmem.vectors import Vectors

# S608: SQL is put together from constant parts (`filters` too); every value is a parameter.

SPARE = 8
"""Candidates fetched beyond those asked for, in case some are no longer current."""
WIDER = 4


def nearest(
    session: Session, space: Space, index: VectorIndex, queries: Vectors, where: Where, *, limit: int
) -> list[list[Hit]] | None:
    """Return for each row of `queries` up to `limit` nodes with their cosine, best first, ties by id; exact.

    The matrices propose candidates, the rows of the file decide; if too few are left, more are proposed.
    None where another writer came between the two: search again, with what is known of the space by then.

    Raises:
        WrongDimension: `queries` have another dim than the vectors kept.
    """
    if space.dim is None:
        return [[] for _ in queries]
    if queries.shape[1:] != (space.dim,):
        raise WrongDimension(
            f"a query of shape {queries.shape[1:]} where this namespace keeps ({space.dim},): use its embedder"
        )
    search = _Search(session, space, index, where)
    found = search.run(queries, limit)
    return None if search.is_overtaken else found


class _Search:
    """One search: the rows it has fetched so far are kept, for the next query may need them too."""

    def __init__(self, session: Session, space: Space, index: VectorIndex, where: Where) -> None:
        self.session, self.space, self.index, self.where = session, space, index, where
        self.parts = [part for kind in kinds_of(space, where) for part in self._parts(kind)]
        session.refresh()  # so that no node kept is older than the matrices, which would find it twice
        self.seqs = _joined([part.seqs for part in self.parts])
        self.pks = _joined([part.pks for part in self.parts])
        self.fetched: dict[int, Kept | None] = {}
        self.newest = max((int(part.seqs[-1]) for part in self.parts if len(part.seqs)), default=0)
        self.is_overtaken = False
        self.is_plain = where == Where(memory=where.memory, label=where.label)

    def run(self, queries: Vectors, limit: int) -> list[list[Hit]]:
        lines = scores(self.parts, queries)
        firsts = [best(line, limit + SPARE) for line in lines]
        if firsts:
            self._fetch(np.concatenate(firsts))
        found = [self._hits(line, first, limit) for line, first in zip(lines, firsts, strict=True)]
        self._bury()
        return found

    def _hits(self, line: Vectors, places: NDArray[np.intp], limit: int) -> list[Hit]:
        count = limit + SPARE
        while True:
            proposed = zip(self.seqs[places].tolist(), line[places].tolist(), strict=True)
            found = [
                (-max(-1.0, min(1.0, score)), kept.node.id, kept)
                for seq, score in proposed
                if (kept := self.fetched[seq]) is not None
            ]
            if len(found) >= limit or count >= len(line):
                found.sort(key=itemgetter(0, 1))
                return [Hit(kept.given(), -below) for below, _, kept in found[:limit]]
            count *= WIDER
            places = best(line, count)
            self._fetch(places)

    def _fetch(self, places: NDArray[np.intp]) -> None:
        missing: dict[int, int] = {}
        for seq, pk in zip(self.seqs[places].tolist(), self.pks[places].tolist(), strict=True):
            if seq in self.fetched:
                continue
            kept = self.session.kept.by_pk(pk) if self.is_plain else None
            if kept is None or kept.seq != seq:
                missing[seq] = pk
                self.fetched[seq] = None
            else:  # what is kept is current, and of a kind that is searched
                self.fetched[seq] = kept if kept.node.retired is None else None
        if not missing:
            return
        filters, values = everything(self.where)
        sql = (
            f"select {KEPT_COLUMNS} from json_each(?) w "  # noqa: S608
            f"cross join node n on n.pk = w.value where n.ns = ?{filters}"
        )
        for row in self.session.rows(sql, (json.dumps(list(missing.values())), self.space.ns, *values)):
            if row[9] in missing:
                self.fetched[row[9]] = kept_of(row, self.session, self.space)
            elif row[9] is not None and row[9] > self.newest:
                # Another writer has just replaced this vector: neither the old nor the new one would be found.
                self.is_overtaken = True

    def _parts(self, kind: int) -> list[Snapshot]:
        ns, dim = self.space.ns, self.space.dim
        assert dim is not None
        if self.where.as_of is not None or self.where.retired:
            return [self._history(kind)]
        shared = self.index.snapshot(ns, kind, dim)
        if not self.session.depth:
            return [shared]
        # Another thread may have read on what was committed before this batch began: take it once.
        written = self.index.written(self.session, ns, kind, dim)
        start = int(np.searchsorted(written.seqs, shared.seqs[-1], side="right")) if len(shared.seqs) else 0
        return [shared, Snapshot(written.rows[start:], written.seqs[start:], written.pks[start:], written.dead)]

    def _history(self, kind: int) -> Snapshot:
        dim = self.space.dim or 1
        # Time travel is rare: it reads the file, and the matrices stay free of what is retired.
        filters, values = conditions(self.where)
        rows = []
        for standing, more in standings(self.where):
            sql = (
                "select n.vec, n.pk, v.v from node n cross join vec v on v.seq = n.vec "  # noqa: S608
                f"where n.ns = ? and n.kind = ?{standing}{filters} and length(v.v) = ?"
            )
            rows += self.session.rows(sql, (self.space.ns, kind, *more, *values, dim * NUMBER_BYTES))
        vectors = np.frombuffer(b"".join([row[2] for row in rows]), "<f4").reshape(-1, dim)
        whole = np.array([row[:2] for row in rows], np.int64).reshape(-1, 2)
        return Snapshot(vectors, whole[:, 0], whole[:, 1], np.empty(0, np.int64))

    def _bury(self) -> None:
        # Only a search for all that is current tells what is gone from what was filtered out.
        if self.session.depth or not self.is_plain:
            return
        gone = {seq for seq, kept in self.fetched.items() if kept is None}
        if gone:
            self.index.bury(gone)


def _joined(arrays: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Return the arrays as one; a single one as it is, for it may be long."""
    return arrays[0] if len(arrays) == 1 else np.concatenate([np.empty(0, np.int64), *arrays])
