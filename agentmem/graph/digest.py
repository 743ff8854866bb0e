"""A fingerprint of a graph: equal if and only if two graphs say the same, byte for byte."""

from __future__ import annotations

import hashlib
import json

from agentmem.graph.contract import Graph, Where, ids_of


def digest(graph: Graph, memory: str) -> str:
    """Return a SHA-256 over all nodes of `memory`, retired or not, their vectors, and their edges."""
    nodes = graph.scan(Where(memory=memory, retired=True), vectors=True)
    hashed = hashlib.sha256()
    for node in sorted(nodes, key=lambda one: one.id):
        said = [node.id, node.label, node.at.isoformat(), node.text, node.props, node.position, node.retired, node.by]
        hashed.update(json.dumps(said, sort_keys=True).encode())
        hashed.update(b"" if node.vector is None else node.vector.tobytes())
    edges = graph.edges(ids_of(nodes), retired=True)
    for edge in sorted(edges, key=lambda one: one[:3]):
        hashed.update(json.dumps([*edge[:3], edge.props, edge.position], sort_keys=True).encode())
    return hashed.hexdigest()
