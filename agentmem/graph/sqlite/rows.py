"""Nodes as rows of SQLite, and back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from agentmem.graph.checks import check_node, microseconds, moment, props_json, storable
from agentmem.graph.contract import Node
from agentmem.graph.sqlite.kept import Kept
from agentmem.graph.sqlite.session import Row, Session, Space
from agentmem.vectors import Vectors

COLUMNS = "n.id, n.kind, n.at, n.position, n.retired, n.said_by, n.text, n.props"
DECODER = json.JSONDecoder()
KEPT_COLUMNS = f"{COLUMNS}, n.pk, n.vec"


class Content(NamedTuple):
    """What a node says, as it is kept."""

    at: int
    position: int
    retired: int | None
    by: str
    text: str
    props: str


def content_of(node: Node) -> Content:
    """Return what a node says, checked."""
    check_node(node)
    return Content(
        microseconds(node.at),
        node.position,
        node.retired,
        storable(node.by),
        storable(node.text),
        props_json(node.props),
    )


def node_of(row: Row, names: dict[int, tuple[str, str]], vector: Vectors | None = None) -> Node:
    """Return the node of a row of `COLUMNS`."""
    id_, kind, at, position, retired, by, text, props = row[:8]
    memory, label = names[kind]
    known = {} if props == "{}" else DECODER.raw_decode(props)[0]
    return Node._make((id_, label, moment(at), memory, text, known, vector, position, retired, by))


def kept_of(row: Row, session: Session, space: Space) -> Kept:
    """Return the node of a row of `KEPT_COLUMNS`, read or written, kept from now on."""
    # A bracket in a text is taken for a list, which does no harm.
    is_nested = "[" in row[7] or row[7].rfind("{") > 0
    kept = Kept.nesting if is_nested else Kept
    return session.kept.add(space.ns, kept(row[8], row[9], node_of(row, space.names)))


def blob_of(vector: Vectors) -> bytes:
    """Return a vector as it is kept: float32, little endian."""
    return vector.astype("<f4", copy=False).tobytes()


def vector_of(blob: bytes) -> Vectors:
    """Return a vector as it was kept, shape (dim,); read-only."""
    return np.frombuffer(blob, "<f4")


def ids_json(ids: Sequence[str]) -> str:
    """Return ids as a JSON list for `json_each`, which would cut one at a NUL; no node has such an id."""
    return json.dumps([one for one in ids if "\0" not in one])
