"""What a memory holds, without when it was taken in: to compare graphs that came about in another order."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from agentmem.graph.contract import Graph, Node, Where, ids_of

COUNTERS = ("unknown", "unknown_aliases", "dropped")


def content_of(graph: Graph, memory: str, *, without: tuple[str, ...] = ()) -> Counter[str]:
    """Return everything a memory holds, current or not, each as one line, as often as it is there.

    Left out are ids, positions and the time of taking in, which follow from when an entry was
    folded; what a memory itself keeps of times and sources stays. Two graphs with the same
    content say the same.

    Args:
        graph: The namespace's graph.
        memory: Whose.
        without: Props that are left out.
    """
    nodes = graph.scan(Where(memory=memory, retired=True), vectors=True)
    names = {node.id: _named(node) for node in nodes}
    lines = [_line(node, names, without) for node in nodes]
    for edge in graph.edges(ids_of(nodes), retired=True):
        ends = [names.get(end, end) for end in (edge.source, edge.target)]
        lines.append(json.dumps([ends[0], edge.type, ends[1], _plain(edge.props, names, ("position", *without))]))
    return Counter(lines)


def _named(node: Node) -> str:
    return f"{node.label} {node.text!r}" if node.retired is None else f"{node.label} {node.text!r}, no more"


def _line(node: Node, names: Mapping[str, str], without: tuple[str, ...]) -> str:
    vector = "" if node.vector is None else node.vector.tobytes().hex()[:64]
    return json.dumps([names[node.id], _plain(node.props, names, without), node.by, vector], sort_keys=True)


def _plain(value: Any, names: Mapping[str, str], without: tuple[str, ...]) -> Any:
    """Return a prop with the ids of nodes replaced by what these say."""
    if isinstance(value, Mapping):
        return {names.get(key, key): _plain(one, names, without) for key, one in value.items() if key not in without}
    if isinstance(value, list | tuple):
        return [_plain(one, names, without) for one in value]
    return names.get(value, value) if isinstance(value, str) else value
