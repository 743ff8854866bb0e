"""Sending what a batch on a copy touched to the server: one statement that compares and swaps a version."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from agentmem.errors import StoreError
from agentmem.graph.contract import Node
from agentmem.graph.neo4j.batch import COUNTER
from agentmem.graph.neo4j.copies import Copy, Run
from agentmem.graph.neo4j.rows import edge_row
from agentmem.graph.neo4j.statements import statement
from agentmem.graph.neo4j.touched import Touched
from agentmem.graph.neo4j.writing import rows_of


class Overtaken(StoreError):
    """Another process has written to the namespace since the copy was brought up to date; nothing was written."""


def commit(copy: Copy, touched: Touched, run: Run, types: set[str]) -> None:
    """Send what was touched, as it stands in the copy, and let the copy be of the version that makes.

    Args:
        copy: Where a batch was done that is not committed yet.
        touched: What to send.
        run: Runs the statement.
        types: All types of edges ever sent, which it is made for: a new statement costs the server a third of a second.

    Raises:
        Overtaken: the namespace is not of the copy's version any more.
        StoreUnavailable: it could not be sent; the copy must be undone.
    """
    if not touched:
        return
    nodes = copy.graph.get(list(touched.nodes), vectors=True)
    mark = str(uuid.uuid4())
    types.update(edge.type for edge in touched.edges.values())
    edges: dict[str, list[Mapping[str, Any]]] = {one: [] for one in sorted(types)}
    for edge in touched.edges.values():
        edges[edge.type].append(edge_row(edge))
    found = run(
        _statement(tuple(edges)),
        namespace=copy.namespace,
        born=copy.born,
        version=copy.version + 1,
        commit=mark,
        space=_space(copy, touched, nodes, mark),
        kinds=sorted({f"{node.memory}/{node.label}" for node in nodes}),
        erased=list(touched.erased),
        vectors_gone=touched.vectors_gone,
        nodes=rows_of(copy.namespace, nodes, copy.index),
        edges=edges,
    )
    if not found:
        found = run(statement("committed"), namespace=copy.namespace, commit=mark)
    if not found:
        raise Overtaken(f"namespace {copy.namespace!r} is not of version {copy.version} any more")
    copy.born, copy.version, copy.nodes = found[0]


@cache
def _statement(types: Sequence[str]) -> str:
    """Return the statement that also puts edges of these types, which are checked identifiers."""
    blocks = {name: statement(name) for name in ("erase", "take_vectors", "put_nodes")}
    edges = "\n".join(f"CALL () {{\n{statement('put_edges', type=one)}\n}}" for one in types)
    return statement("commit", edges=edges, **blocks)


def _space(copy: Copy, touched: Touched, nodes: Sequence[Node], mark: str) -> Mapping[str, Any]:
    counters = copy.graph.counters()
    space: dict[str, Any] = {COUNTER + name: counters[name] for name in touched.counters}
    space |= {"version": copy.version + 1, "commit": mark}
    if touched.erased:
        space["deleted"] = copy.version + 1
    if touched.vectors_gone:
        space |= {"dim": None, "index": None}
    dim = next((len(node.vector) for node in nodes if node.vector is not None), None)
    return space if dim is None else space | {"dim": dim}
