"""A memory's graph as a whole, to be looked at elsewhere: its nodes, the events they point to, and the edges."""

from __future__ import annotations

from typing import NamedTuple

from agentmem.graph.contract import Edge, Node, ids_of
from agentmem.graph.view import MemoryGraph


class Drawing(NamedTuple):
    """What is current in one memory.

    Attributes:
        memory: Its name.
        nodes: Its own nodes, in order of (position, id).
        events: The events its edges lead to, oldest first.
        edges: Between these, by (source, type, target).
    """

    memory: str
    nodes: tuple[Node, ...]
    events: tuple[Node, ...]
    edges: tuple[Edge, ...]


def drawing_of(graph: MemoryGraph) -> Drawing:
    """Return the nodes and edges that `graph` shows, as of its moment, always in the same order."""
    nodes = graph.scan()
    own = set(ids_of(nodes))
    edges = sorted(graph.edges(sorted(own)), key=lambda edge: edge[:3])
    beside = {end for edge in edges for end in (edge.source, edge.target)} - own
    events = sorted(graph.get(sorted(beside)), key=lambda node: (node.position, node.id))
    return Drawing(graph.memory, tuple(nodes), tuple(events), tuple(edges))
