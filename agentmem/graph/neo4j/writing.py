"""What is written to one namespace on the server; only inside a batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from agentmem.errors import UnknownNode
from agentmem.graph.checks import check_kind, stacked
from agentmem.graph.contract import Edge, Node
from agentmem.graph.neo4j.batch import Batch
from agentmem.graph.neo4j.keys import keys_of
from agentmem.graph.neo4j.rows import edge_row, node_row
from agentmem.graph.neo4j.statements import pattern, statement
from agentmem.graph.stems import stems

T = TypeVar("T")
MOST_NODES = 1000
MOST_EDGES = 5000
"""Rows in one statement: more are no faster, and take the server's memory."""


def rows_of(namespace: str, nodes: Sequence[Node], index: str | None) -> list[Mapping[str, Any]]:
    """Return nodes as rows for `put_nodes`, checked; `index` is the label of the index of vectors, if there is one."""
    words = stems([node.text for node in nodes])
    return [
        node_row(node, said, keys_of(namespace, node.memory, node.label), index)
        for node, said in zip(nodes, words, strict=True)
    ]


def put_nodes(batch: Batch, nodes: Sequence[Node]) -> None:
    """Write nodes with their vectors; all is checked first.

    Raises:
        WrongDimension, InvalidInput: as the contract says; nothing was written.
    """
    last = {node.id: node for node in nodes}  # of two with one id the last one stays
    rows = rows_of(batch.namespace, list(last.values()), batch.space.index)
    carried = [node.vector for node in last.values() if node.vector is not None]
    dim = stacked(carried, batch.space.dim).shape[1] if carried else batch.space.dim
    for id_, kind in batch.read(statement("kinds_of"), ids=list(last)):
        memory, _, label = kind.rpartition("/")
        check_kind(last[id_], memory=memory, label=label)
    for some in _parts(sorted(rows, key=lambda row: str(row["id"])), MOST_NODES):
        new, tokens, texts = batch.write(statement("put_nodes"), nodes=some)[0]
        batch.space.count(nodes=new, tokens=tokens, texts=texts)
    batch.space.dim = dim
    batch.space.learn({row["props"]["kind"] for row in rows})


def put_edges(batch: Batch, edges: Sequence[Edge]) -> None:
    """Write edges; all is checked first.

    Raises:
        UnknownNode: an end is not there; nothing was written.
    """
    by_type: dict[str, list[Mapping[str, Any]]] = {}
    for edge in edges:
        by_type.setdefault(edge.type, []).append(edge_row(edge))
    ends = dict.fromkeys(end for edge in edges for end in (edge.source, edge.target))
    there = {row[0] for row in batch.read(statement("kinds_of"), ids=list(ends))}
    missing = next((end for end in ends if end not in there), None)
    if missing is not None:
        raise UnknownNode(f"an edge ends at {missing[:80]!r}, which is not a node here: put nodes before their edges")
    for type_, rows in by_type.items():
        pattern([type_], "out")
        for some in _parts(sorted(rows, key=lambda row: (row["source"], row["target"])), MOST_EDGES):
            batch.write(statement("put_edges", type=type_), edges={type_: some})


def retire(batch: Batch, ids: Sequence[str], *, position: int) -> int:
    """Mark nodes as retired; return how many were current."""
    return int(batch.write(statement("retire"), ids=sorted(set(ids)), position=position)[0][0])


def delete(batch: Batch, ids: Sequence[str]) -> int:
    """Erase nodes with all that belongs to them; return how many there were."""
    gone, tokens, texts = batch.write(statement("erase"), erased=sorted(set(ids)))[0]
    batch.space.count(nodes=-gone, tokens=-tokens, texts=-texts)
    batch.space.has_erased = batch.space.has_erased or bool(gone)
    return int(gone)


def forget_vectors(batch: Batch) -> None:
    """Take the vector off every node, and forget their dimension."""
    batch.write(statement("take_vectors"), vectors_gone=True)
    batch.space.dim = batch.space.index = None


def _parts(rows: Sequence[T], most: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(rows), most):
        yield rows[start : start + most]
