"""Nodes and edges as lines of JSON, and back."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np

from agentmem.graph.contract import Edge, Node


def node_line(node: Node) -> Mapping[str, Any]:
    """Return a node as JSON; its vector as base64 of float32, little endian."""
    said = node._asdict() | {"at": node.at.isoformat(), "props": dict(node.props)}
    if node.vector is not None:
        said["vector"] = b64encode(node.vector.astype("<f4").tobytes()).decode()
    return {name: value for name, value in said.items() if value not in (None, "", {}) or name == "id"}


def node_of(line: Mapping[str, Any]) -> Node:
    """Return the node of its JSON.

    Raises:
        KeyError, TypeError, ValueError: it is none.
    """
    vector = line.get("vector")
    known = {**line, "at": datetime.fromisoformat(line["at"])}
    if vector is not None:
        known["vector"] = np.frombuffer(b64decode(vector, validate=True), "<f4")
    return Node(**known)


def edge_line(edge: Edge) -> list[Any]:
    """Return an edge as JSON."""
    return [*edge[:3], dict(edge.props), edge.position]


def edge_of(line: list[Any]) -> Edge:
    """Return the edge of its JSON.

    Raises:
        TypeError, ValueError: it is none.
    """
    source, type_, target, props, position = line
    return Edge(source, type_, target, props, position)


def dumped(line: Mapping[str, Any]) -> bytes:
    """Return one line, ended."""
    return json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"
