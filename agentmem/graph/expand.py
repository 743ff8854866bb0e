"""The neighbourhood of some nodes, for any graph that can list edges."""

from __future__ import annotations

from collections.abc import Sequence

from agentmem.graph.contract import Direction, Graph, Node


def expand(
    graph: Graph,
    ids: Sequence[str],
    *,
    hops: int,
    types: Sequence[str] | None = None,
    direction: Direction = "both",
    limit: int = 200,
) -> list[tuple[Node, int]]:
    """Return up to `limit` current nodes within `hops` edges, with their distance: nearest first, then by id.

    One question to the graph per hop. Retired nodes are neither returned nor passed through.
    """
    nearest_first = [(node, 0) for node in graph.get(list(dict.fromkeys(ids))) if node.retired is None]
    seen = {node.id for node, _ in nearest_first}
    frontier = sorted(seen)
    for distance in range(1, hops + 1):
        if not frontier or len(nearest_first) >= limit:
            break
        edges = graph.edges(frontier, types=types, direction=direction)
        ends = {end for edge in edges for end in (edge.source, edge.target)}
        frontier = sorted(ends - seen)
        seen.update(frontier)
        room = limit - len(nearest_first)
        nearest_first += [(node, distance) for node in graph.get(frontier[:room])]
    return nearest_first[:limit]
