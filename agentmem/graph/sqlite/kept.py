"""Nodes one connection has read lately, so that what is asked for again and again is decoded once.

Only what is sure to be current is kept: all is forgotten as soon as another
connection has committed or a transaction is undone, and each node as soon as
this connection writes it. Whoever asks is given props of their own, to change
as they like.
"""

from __future__ import annotations

import marshal
from collections.abc import Iterable
from typing import NamedTuple

from agentmem.graph.contract import Node

MOST = 20_000
LONGEST = 10_000
"""Characters of text of a node that is kept."""


class Kept(NamedTuple):
    """A node without its vector, and the number of its vector.

    Attributes:
        pk: The number of its row.
        seq: The number of its vector.
        node: What is kept; never to be handed out, for its props could be changed.
        nested: Its props as bytes, if there are lists or objects in them.
    """

    pk: int
    seq: int | None
    node: Node
    nested: bytes | None

    def given(self) -> Node:
        """Return the node with props that are the caller's own."""
        id_, label, at, memory, text, props, vector, position, retired, by = self.node
        own = {**props} if self.nested is None else marshal.loads(self.nested)  # noqa: S302 - written by `keep`
        # Not `_replace`, which takes four times as long.
        return tuple.__new__(Node, (id_, label, at, memory, text, own, vector, position, retired, by))


def keep(pk: int, seq: int | None, node: Node) -> Kept:
    """Return a node as it is kept."""
    nested = any(isinstance(value, list | dict) for value in node.props.values())
    return Kept(pk, seq, node, marshal.dumps({**node.props}) if nested else None)


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
