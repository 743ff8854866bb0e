"""What a memory proposes: typed changes to its own part of the graph.

A memory never writes. It collects `Changes`; the host checks them, stamps each
with its cause, and commits them together with the memory's cursor. Nothing is
ever overwritten or erased: a revision keeps the old value, and what is
outdated is retired.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from agentmem.graph.contract import Json
from agentmem.vectors import Vectors

PAST = "\x01"
"""What parts the id of a node from when it held, in the id of a past version: less than all else."""
LONGEST_ID = 450
"""Characters of the id of a memory's node; the rest is for when a past version held."""


class AddNode(NamedTuple):
    """A new node; if the id is known already, what takes the place of all that it holds."""

    id: str
    label: str
    text: str
    props: Mapping[str, Json]
    vector: Vectors | None


class ReviseNode(NamedTuple):
    """New content for a current node; None keeps what is there. `props` are merged."""

    id: str
    text: str | None
    props: Mapping[str, Json]
    vector: Vectors | None


class AddEdge(NamedTuple):
    """A new edge between two nodes of this memory, or from one to an event."""

    source: str
    type: str
    target: str
    props: Mapping[str, Json]


class Retire(NamedTuple):
    """A node that no longer holds; `successor` is what replaced it, `reason` why, in words."""

    id: str
    successor: str | None
    reason: str


class Archive(NamedTuple):
    """A node put away: no longer recalled, but it can be restored."""

    id: str


class Restore(NamedTuple):
    """A retired or archived node that holds again."""

    id: str


Change = AddNode | ReviseNode | AddEdge | Retire | Archive | Restore


class Changes:
    """Changes being collected, in order; made by `MemoryGraph.changes()`.

    Ids are made from (memory, position, ordinal), or from the key a memory
    gives: so replaying a journal gives the same graph.
    """

    def __init__(self, memory: str, position: int) -> None:
        self.memory = memory
        self.position = position
        self._list: list[Change] = []
        self._made = 0

    def add(
        self,
        label: str,
        text: str = "",
        *,
        key: str | None = None,
        props: Mapping[str, Json] | None = None,
        vector: Vectors | None = None,
    ) -> str:
        """Propose a node and return its id.

        Args:
            label: What it is, an identifier.
            text: What it says; found by full-text search when not empty.
            key: A natural key, unique for the label ("knife"); the id can be had with `id_of`. Proposing a known
                key again puts this in the place of all that the node holds, text, props and vector (`revise`
                changes only what it is given), and the node holds again if it was retired; the old is kept as history.
                A node without one is of this entry alone, and goes when that is undone.
            props: Anything else, as JSON; `version_of` and `archived` are the host's.
            vector: Shape (dim,), unit length: that of `text`. A memory whose vectors are something else says
                so (`agentmem.memory.EmbedsOther`, `MakesVectors`), so that they can be made by another embedder.
        """
        if key is None:
            node = f"{self.memory}/{self.position}.{self._made}"
            self._made += 1
        else:
            node = keyed_id(self.memory, label, key)
        self._list.append(AddNode(node, label, text, props or {}, vector))
        return node

    def revise(
        self,
        node: str,
        *,
        text: str | None = None,
        props: Mapping[str, Json] | None = None,
        vector: Vectors | None = None,
    ) -> None:
        """Propose new content for a node that holds, also in part; the old is kept as history."""
        self._list.append(ReviseNode(node, text, props or {}, vector))

    def link(self, source: str, type_: str, target: str, *, props: Mapping[str, Json] | None = None) -> None:
        """Propose an edge; linking what is linked already only replaces `props`, of which no history is kept."""
        self._list.append(AddEdge(source, type_, target, props or {}))

    def retire(self, node: str, *, successor: str | None = None, reason: str = "") -> None:
        """Propose that a node no longer holds; it stays readable in history, and proposing its key again ends that."""
        self._list.append(Retire(node, successor, reason))

    def merge(self, nodes: Iterable[str], *, into: str) -> None:
        """Propose that `into` stands for all `nodes`, which retire in its favour."""
        self._list.extend(Retire(node, into, "merged") for node in nodes if node != into)

    def archive(self, node: str) -> None:
        """Propose to put a node away; `restore` brings it back."""
        self._list.append(Archive(node))

    def restore(self, node: str) -> None:
        """Propose that a retired or archived node holds again."""
        self._list.append(Restore(node))

    def __iter__(self) -> Iterator[Change]:
        return iter(self._list)

    def __len__(self) -> int:
        return len(self._list)


def keyed_id(memory: str, label: str, key: str) -> str:
    """Return the id of a node with a natural key.

    >>> keyed_id("arigraph", "Entity", "knife")
    'arigraph/Entity/knife'
    """
    return f"{memory}/{label}/{key}"
