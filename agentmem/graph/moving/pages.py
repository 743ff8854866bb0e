"""A namespace read whole, a page at a time, in the same order whatever store it is in; and its fingerprint."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from agentmem.graph.contract import Edge, Graph, Node, Where, ids_of

PAGE = 500
"""Nodes."""


class Fingerprint(NamedTuple):
    """What a namespace holds: how much, and a SHA-256 over all of it.

    Attributes:
        nodes: Retired ones and past versions too.
        edges: Those with a retired end too.
        sha256: Equal if and only if two namespaces say the same, byte for byte.
    """

    nodes: int
    edges: int
    sha256: str


def pages(graph: Graph, where: Where | None = None, *, vectors: bool = True) -> Iterator[list[Node]]:
    """Yield all nodes, retired or not, in order of (position, id); only those of the memory and label of `where`."""
    after: int | None = None
    seen: set[str] = set()
    narrowed = where or Where()
    while True:
        meant = Where(memory=narrowed.memory, label=narrowed.label, after=after, retired=True)
        page = graph.scan(meant, limit=PAGE + len(seen), vectors=vectors)
        fresh = [node for node in page if node.id not in seen]
        if not fresh:
            return
        yield fresh
        last = fresh[-1].position
        after = last - 1  # others may be of the same position, and come again
        seen = {node.id for node in page if node.position == last}


def edges_from(graph: Graph, nodes: Sequence[Node]) -> list[Edge]:
    """Return all edges from some nodes, sorted."""
    found = graph.edges(ids_of(nodes), direction="out", retired=True)
    return sorted(found, key=lambda edge: edge[:3])


def fingerprint(graph: Graph) -> Fingerprint:
    """Return what a namespace holds, and a hash over all of it: nodes, vectors and edges, but no counters."""
    hashed = hashlib.sha256()
    counts = [0, 0]
    for page in pages(graph):
        edges = edges_from(graph, page)
        for line in (*map(_node_line, page), *map(_edge_line, edges)):
            hashed.update(line)
        counts[0] += len(page)
        counts[1] += len(edges)
    return Fingerprint(counts[0], counts[1], hashed.hexdigest())


def _node_line(node: Node) -> bytes:
    said = [node.id, node.label, node.at.isoformat(), node.memory, node.text, node.props, node.position, node.retired]
    vector = b"" if node.vector is None else node.vector.tobytes()
    return json.dumps([*said, node.by], sort_keys=True).encode() + vector


def _edge_line(edge: Edge) -> bytes:
    return json.dumps([*edge[:3], edge.props, edge.position], sort_keys=True).encode()
