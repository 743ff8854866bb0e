"""Nodes one connection has read lately, so that what is asked for again and again is decoded once.

Only what is sure to be current is kept: all is forgotten as soon as another
connection has committed or a transaction is undone, and each node as soon as
this connection writes it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from agentmem.graph.contract import Node

MOST = 20_000
LONGEST = 10_000
"""Characters of text of a node that is kept."""


class Kept(NamedTuple):
    """A node without its vector, and the number of its vector."""

    pk: int
    seq: int | None
    node: Node


class KeptNodes:
    """Nodes by their row number, and by namespace and id."""

    def __init__(self) -> None:
        self._by_pk: dict[int, Kept] = {}
        self._by_id: dict[tuple[int, str], Kept] = {}

    def by_pk(self, pk: int) -> Kept | None:
        """Return the node in this row, if it is kept."""
        return self._by_pk.get(pk)

    def by_id(self, ns: int, id_: str) -> Kept | None:
        """Return the node with this id, if it is kept."""
        return self._by_id.get((ns, id_))

    def add(self, ns: int, kept: Kept) -> Kept:
        """Keep a node just read, and return it."""
        if len(kept.node.text) <= LONGEST:
            if len(self._by_pk) >= MOST:
                self.clear()
            self._by_pk[kept.pk] = kept
            self._by_id[ns, kept.node.id] = kept
        return kept

    def forget(self, ns: int, ids: Iterable[str]) -> None:
        """Forget nodes that are being written."""
        for one in ids:
            kept = self._by_id.pop((ns, one), None)
            if kept is not None:
                self._by_pk.pop(kept.pk, None)

    def clear(self) -> None:
        """Forget everything."""
        self._by_pk.clear()
        self._by_id.clear()
