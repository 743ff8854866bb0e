"""Where two graphs differ that should be the same, byte for byte: the first node or edge that does, and in what."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from agentmem.graph.contract import Graph, Where, ids_of

Held = Mapping[str, Mapping[str, Any]]
"""All that a memory holds: each node by its id, each edge by what it joins, with the value of every field."""


def held_in(graph: Graph, memory: str) -> Held:
    """Return all that `memory` holds, what is retired and versions included."""
    nodes = graph.scan(Where(memory=memory, retired=True), vectors=True)
    edges = graph.edges(ids_of(nodes), retired=True)
    held: dict[str, Mapping[str, Any]] = {f"{node.label} {node.id}": _plain(node._asdict()) for node in nodes}
    return held | {f"edge {one.source} {one.type} {one.target}": _plain(one._asdict()) for one in edges}


def difference(found: Held, wanted: Held) -> str:
    """Return the first thing that is not the same, and in what; "" where nothing is.

    >>> difference({"Note a/1.0": {"text": "one", "at": 1}}, {"Note a/1.0": {"text": "two", "at": 1}})
    'Note a/1.0 is not the same: its text differs'
    >>> difference({}, {"Note a/1.0": {}}), difference({"Note a/1.0": {}}, {}), difference({}, {})
    ('Note a/1.0 is not there', 'Note a/1.0 should not be there', '')
    """
    for name in sorted({*found, *wanted}, key=_place):
        if name not in found:
            return f"{name} is not there"
        if name not in wanted:
            return f"{name} should not be there"
        fields = [field for field, value in wanted[name].items() if found[name][field] != value]
        if fields:
            return f"{name} is not the same: its {' and '.join(fields)} differs"
    return ""


def _plain(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return fields as what is the same byte for byte or not: 1 is not 1.0, and no two vectors are nearly the same."""
    return {name: value.tobytes() if hasattr(value, "tobytes") else _said(value) for name, value in fields.items()}


def _said(value: object) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def _place(name: str) -> tuple[bool, str]:
    return name.startswith("edge "), name
