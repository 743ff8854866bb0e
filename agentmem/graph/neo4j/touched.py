"""What a batch on a copy touched: all that has to be sent to the server when it ends."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from agentmem.graph.contract import Edge

EdgeKey = tuple[str, str, str]


@dataclass
class Touched:
    """Names of what was written; what it came to stands in the copy.

    Attributes:
        nodes: Ids of nodes put or retired.
        erased: Ids of nodes deleted, whether they were put again or not.
        edges: Edges put, as they were given last.
        counters: Names of counters advanced.
        vectors_gone: Whether all vectors there were before were taken off.
    """

    nodes: dict[str, None] = field(default_factory=dict)
    erased: dict[str, None] = field(default_factory=dict)
    edges: dict[EdgeKey, Edge] = field(default_factory=dict)
    counters: dict[str, None] = field(default_factory=dict)
    vectors_gone: bool = False

    def __bool__(self) -> bool:
        return bool(self.nodes or self.erased or self.edges or self.counters or self.vectors_gone)

    def put(self, ids: Sequence[str]) -> None:
        """Note nodes that were put or retired."""
        self.nodes.update(dict.fromkeys(ids))

    def advance(self, name: str) -> None:
        """Note a counter that was advanced."""
        self.counters[name] = None

    def link(self, edges: Sequence[Edge]) -> None:
        """Note edges that were put."""
        self.edges.update({edge[:3]: edge for edge in edges})

    def erase(self, ids: Sequence[str]) -> None:
        """Note nodes that were deleted, with their edges."""
        gone = dict.fromkeys(ids)
        self.erased.update(gone)
        self.edges = {key: edge for key, edge in self.edges.items() if key[0] not in gone and key[2] not in gone}

    @contextmanager
    def inner(self) -> Iterator[None]:
        """Forget what was noted inside where that fails."""
        before = Touched(*map(copy.copy, vars(self).values()))
        try:
            yield
        except BaseException:
            vars(self).update(vars(before))
            raise
