"""What a memory holds, without when it was taken in: to compare graphs that came about in another order."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from agentmem.graph.contract import Graph, Node, Where, ids_of

UNKNOWN = "unknown_aliases"
COUNTERS = (UNKNOWN, "dropped_lines")
"""Props that count what an answer named and nobody knew: they tell of the answer, not of what is remembered."""
LEFT_OUT = {"position", "upto", *COUNTERS}


def content_of(graph: Graph, memory: str, *, now: bool = False) -> Counter[str]:
    """Return everything a memory holds, each as one line, as often as it is there.

    Left out are ids, positions and the time of taking in, which follow from when an entry was
    folded; what a memory itself keeps of times and sources stays. Left out too are `COUNTERS`.
    Two graphs with the same content say the same, and know it from the same sources.

    Args:
        graph: The namespace's graph.
        memory: Whose.
        now: Only nodes that are current, and no edges.
    """
    nodes = graph.scan(Where(memory=memory, retired=not now), vectors=True)
    names = {node.id: _named(node) for node in nodes}
    lines = [_line(node, names) for node in nodes]
    for edge in () if now else graph.edges(ids_of(nodes), retired=True):
        ends = [names.get(end, end) for end in (edge.source, edge.target)]
        lines.append(json.dumps([ends[0], edge.type, ends[1], _plain(edge.props, names)], sort_keys=True))
    return Counter(lines)


def _named(node: Node) -> str:
    return f"{node.label} {node.text!r}" if node.retired is None else f"{node.label} {node.text!r}, no more"


def _line(node: Node, names: Mapping[str, str]) -> str:
    vector = "" if node.vector is None else blake2b(node.vector.tobytes(), digest_size=8).hexdigest()
    return json.dumps([names[node.id], _plain(node.props, names), node.by, vector], sort_keys=True)


def _plain(value: Any, names: Mapping[str, str]) -> Any:
    """Return a prop with the ids of nodes replaced by what these say."""
    if isinstance(value, Mapping):
        return {names.get(key, key): _plain(one, names) for key, one in value.items() if key not in LEFT_OUT}
    if isinstance(value, list | tuple):
        return [_plain(one, names) for one in value]
    return names.get(value, value) if isinstance(value, str) else value
