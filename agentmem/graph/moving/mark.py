"""Whether a namespace is whole: one that is just being filled from elsewhere cannot be used yet."""

from __future__ import annotations

from agentmem.errors import StoreRefused
from agentmem.graph.contract import Graph

MARK = "arriving"
"""Counter: 1 while a copy or an import fills the namespace."""


def is_arriving(graph: Graph) -> bool:
    """Return whether a copy or an import is filling this namespace, or was killed while it did."""
    return graph.counter(MARK) == 1


def check_whole(graph: Graph) -> None:
    """Refuse a namespace that is not whole.

    Raises:
        StoreRefused: a copy or an import of it is not finished.
    """
    if is_arriving(graph):
        raise StoreRefused(
            f"namespace {graph.namespace!r} is not whole: a copy or an import of it is under way, or was interrupted; "
            "run the same agentmem copy or agentmem import again"
        )
