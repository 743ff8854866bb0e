"""Nodes one connection has read or written lately, and ids it found to be none.

Only what is sure to be current is kept: all is forgotten as soon as another
connection has committed or a transaction is undone, and what this connection
writes takes the place of what it was. Whoever asks is given props of their
own, to change as they like.
"""

from __future__ import annotations

import marshal
from collections.abc import Iterable
from typing import Any, NamedTuple, Self

from agentmem.graph.contract import Node
from agentmem.vectors import Vectors

MOST = 20_000
"""Ids."""
LONGEST = 10_000
"""Characters of text of a node that is kept."""
PLAIN = frozenset((str, int, float, bool, type(None)))
"""What is in a list that can be copied as it is."""


class Kept(NamedTuple):
    """A node without its vector, and the number of its vector.

    Attributes:
        pk: The number of its row.
        seq: The number of its vector.
        node: What is kept; never to be handed out, for its props could be changed.
        nested: Its props as bytes of `marshal`, if there are objects or lists in lists in them.
        lists: The names of props that are plain lists.
    """

    pk: int
    seq: int | None
    node: Node
    nested: bytes | None = None
    lists: tuple[str, ...] = ()

    @classmethod
    def nesting(cls, pk: int, seq: int | None, node: Node) -> Self:
        """Return a node with lists or objects in its props as it is kept."""
        inner = {name: value for name, value in node.props.items() if type(value) in (dict, list)}
        if all(type(value) is list and PLAIN.issuperset(map(type, value)) for value in inner.values()):
            return cls(pk, seq, node, lists=tuple(inner))
        return cls(pk, seq, node, marshal.dumps({**node.props}))

    def given(self, vector: Vectors | None = None) -> Node:
        """Return the node with its vector, if that was read, and props that are the caller's own."""
        id_, label, at, memory, text, props, _, position, retired, by = self.node
        own: dict[str, Any]
        own = {**props} if self.nested is None else marshal.loads(self.nested)  # noqa: S302 - our own bytes
        for name in self.lists:
            own[name] = own[name][:]
        # Not `_replace`, which takes four times as long.
        return tuple.__new__(Node, (id_, label, at, memory, text, own, vector, position, retired, by))


class KeptNodes:
    """Nodes by their row number, and by namespace and id; None for an id that is no node."""

    def __init__(self) -> None:
        self._by_pk: dict[int, Kept] = {}
        self._by_id: dict[int, dict[str, Kept | None]] = {}
        self._size = 0

    def by_pk(self, pk: int) -> Kept | None:
        """Return the node in this row, if it is kept."""
        return self._by_pk.get(pk)

    def by_pks(self, pks: Iterable[int]) -> dict[int, Kept]:
        """Return the nodes in these rows that are kept."""
        known = self._by_pk
        return {pk: known[pk] for pk in pks if pk in known}

    def by_id(self, ns: int, ids: Iterable[str]) -> tuple[dict[str, Kept], list[str]]:
        """Return the nodes kept of these ids, and the ids of which nothing is known, each once."""
        known = self._by_id.get(ns, {})
        found: dict[str, Kept] = {}
        unknown: list[str] = []
        for one in dict.fromkeys(ids):
            if one not in known:
                unknown.append(one)
            elif (kept := known[one]) is not None:
                found[one] = kept
        return found, unknown

    def add(self, ns: int, kept: Kept) -> Kept:
        """Keep a node just read or written, and return it."""
        if len(kept.node.text) <= LONGEST:
            self._add(ns, kept.node.id, kept)
            self._by_pk[kept.pk] = kept
        return kept

    def add_missing(self, ns: int, ids: Iterable[str]) -> None:
        """Keep that there are no nodes with these ids."""
        for one in ids:
            self._add(ns, one, None)

    def forget(self, ns: int, ids: Iterable[str]) -> None:
        """Forget what is about to be written."""
        known = self._by_id.get(ns, {})
        for one in ids:
            if one in known:
                self._size -= 1
                if (kept := known.pop(one)) is not None:
                    self._by_pk.pop(kept.pk, None)

    def clear(self) -> None:
        """Forget everything."""
        self._by_pk.clear()
        self._by_id.clear()
        self._size = 0

    def _add(self, ns: int, id_: str, kept: Kept | None) -> None:
        if self._size >= MOST:
            self.clear()
        known = self._by_id.setdefault(ns, {})
        self._size += id_ not in known
        known[id_] = kept
