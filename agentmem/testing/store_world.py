"""The small worlds that the store tests write: nodes, vectors and a plain search to compare with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

import numpy as np

from agentmem.graph.contract import Hit, Json, Node
from agentmem.vectors import Vectors, to_unit

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
DIM = 16


def fact(
    name: str,
    position: int = 1,
    *,
    text: str = "",
    props: Mapping[str, Json] | None = None,
    vector: Vectors | None = None,
) -> Node:
    """Return a node of the memory "m" with label `Fact`, one minute of the world's time per position."""
    at = NOON + timedelta(minutes=position)
    return Node(name, "Fact", at, "m", text, props or {}, vector, position)


def unit_vectors(count: int, *, seed: int = 0) -> Vectors:
    """Return random vectors of unit length, shape (count, DIM)."""
    return to_unit(np.random.default_rng(seed).standard_normal((count, DIM)).astype(np.float32))


def by_hand(nodes: Iterable[Node], query: Vectors, limit: int) -> list[Hit]:
    """Return what `nearest` must return when `nodes` are those that match."""
    hits = [Hit(node, float(np.vecdot(node.vector, query))) for node in nodes if node.vector is not None]
    return sorted(hits, key=lambda hit: (-round(hit.score, 6), hit.node.id))[:limit]


def names(hits: Iterable[Hit]) -> list[str]:
    """Return the ids of the nodes found, in order."""
    return [hit.node.id for hit in hits]
