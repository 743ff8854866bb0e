"""Nodes and edges as properties on a Neo4j server, and back.

What a property can hold as it is stands under its own name, for people to read and to ask for: text, numbers,
bools, lists of texts. Anything else is JSON under `j_<name>`. A name that we use ourselves gets the prefix `p_`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from agentmem.graph.checks import check_edge, check_node, microseconds, moment, props_json, storable, value_json
from agentmem.graph.contract import Edge, Json, Node

Properties = dict[str, Any]
ALWAYS = ("id", "kind", "at_us", "position", "by", "version")
"""What every node has."""
OURS = frozenset(
    [
        "namespace",
        "id",
        "kind",
        "memory",
        "name",
        "text",
        "at",
        "at_us",
        "position",
        "retired",
        "current",
        "by",
        "version",
        "vec",
        "vec_zero",
        "words",
        "keys",
        "length",
    ]
)
OURS_OF_EDGES = frozenset(("position",))
PREFIXES = ("p_", "j_")
CAPTION = 60
"""Characters of a text that are its caption."""


def node_row(node: Node, words: Sequence[str], keys: str, index: str | None = None) -> Mapping[str, Any]:
    """Return a node as a row for a statement: its id, labels, length in words, and all properties but two.

    The namespace and its version are the statement's own.

    Args:
        node: Checked here.
        words: The stems of its text.
        keys: The words by which a search by words is kept to a namespace, and to a kind.
        index: The label of the index of vectors, if the namespace has one.

    Raises:
        InvalidInput: a part of it is not acceptable.
    """
    check_node(node)
    at_us = microseconds(node.at)
    text = storable(node.text)
    props: Properties = {
        "id": node.id,
        "kind": f"{node.memory}/{node.label}",
        "memory": node.memory,
        "name": " ".join(text[: CAPTION * 2].split())[:CAPTION] or node.id.rpartition("/")[2],
        "at": moment(at_us),
        "at_us": at_us,
        "position": node.position,
        "current": node.retired is None,
        "by": storable(node.by),
    }
    if text:
        props |= {"text": text, "words": " ".join(words), "keys": keys, "length": len(words) + 1}
    if node.retired is not None:
        props["retired"] = node.retired
    if node.vector is not None:
        vector = np.asarray(node.vector, np.float32)
        props["vec"] = vector.tolist()
        if not vector.any():
            props["vec_zero"] = True
    return {
        "id": node.id,
        "labels": ["Mem" if node.label.startswith("Mem") else node.label, *([index] if index else [])],
        "length": len(words) + 1 if text else 0,
        "props": props | flat(node.props, OURS),
    }


def is_there(row: Mapping[str, Any]) -> bool:
    """Return whether a node was not erased while its properties were read: then they are missing, or some of them."""
    return all(row.get(name) is not None for name in ALWAYS)


def nodes_of(rows: Iterable[Mapping[str, Any]]) -> list[Node]:
    """Return the nodes of their properties, without those erased while they were read."""
    return [node_of(row) for row in rows if is_there(row)]


def edges_of(rows: Iterable[Sequence[Any]]) -> list[Edge]:
    """Return the edges of their ends, types and properties, without those erased while they were read."""
    return [edge_of(*row) for row in rows if None not in row and row[3].get("position") is not None]


def node_of(row: Mapping[str, Any]) -> Node:
    """Return the node of its properties."""
    memory, _, label = row["kind"].rpartition("/")
    vector = row.get("vec")
    return Node(
        id=row["id"],
        label=label,
        at=moment(row["at_us"]),
        memory=memory,
        text=row.get("text", ""),
        props=nested(row, OURS),
        vector=None if vector is None else np.array(vector, np.float32),
        position=row["position"],
        retired=row.get("retired"),
        by=row["by"],
    )


def edge_row(edge: Edge) -> Mapping[str, Any]:
    """Return an edge as a row for a statement.

    Raises:
        InvalidInput: a part of it is not acceptable.
    """
    check_edge(edge)
    return {
        "source": edge.source,
        "target": edge.target,
        "position": edge.position,
        "props": flat(edge.props, OURS_OF_EDGES),
    }


def edge_of(source: str, type_: str, target: str, row: Mapping[str, Any]) -> Edge:
    """Return the edge of its ends, type and properties."""
    return Edge(source, type_, target, nested(row, OURS_OF_EDGES), row["position"])


def flat(props: Mapping[str, Json], ours: frozenset[str]) -> Properties:
    """Return `props` as properties of a server; `ours` are names that are taken.

    Raises:
        InvalidInput: a name is not an identifier, or a value is not JSON or over 64 bits.
    """
    if not props:
        return {}
    kept = json.loads(props_json(props))  # what is kept is what comes back: tuples are lists, surrogates are replaced
    return dict(_property(name, value, ours) for name, value in kept.items())


def nested(row: Mapping[str, Any], ours: frozenset[str]) -> dict[str, Json]:
    """Return what `flat` was given, by name, sorted."""
    found: dict[str, Json] = {}
    for name, value in row.items():
        if name.startswith("j_"):
            found[name[2:]] = json.loads(value)
        elif name.startswith("p_"):
            found[name[2:]] = value
        elif name not in ours:
            found[name] = value
    return dict(sorted(found.items()))


def property_name(name: str, ours: frozenset[str]) -> str:
    """Return under which name a value that can be held as it is stands."""
    return f"p_{name}" if name in ours or name.startswith(PREFIXES) else name


def _property(name: str, value: Json, ours: frozenset[str]) -> tuple[str, Any]:
    is_plain = isinstance(value, str | int | float) or (
        isinstance(value, list) and bool(value) and all(isinstance(one, str) for one in value)
    )
    return (property_name(name, ours), value) if is_plain else (f"j_{name}", value_json(value))
