"""What is written to one namespace of a SQLite store; only inside a batch."""

from __future__ import annotations

from collections.abc import Sequence

from agentmem.errors import InvalidInput, UnknownNode
from agentmem.graph.checks import check_edge, props_json
from agentmem.graph.contract import Edge, Node
from agentmem.graph.sqlite_rows import blob_of, row_of, stacked
from agentmem.graph.sqlite_session import Row, Session, Space
from agentmem.graph.sqlite_spaces import keep_dimension, make_kind

PUT_NODE = """insert into node(ns, id, kind, at, position, retired, said_by, text, props, vec)
values(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
on conflict(ns, id) do update set at = excluded.at, position = excluded.position, retired = excluded.retired,
said_by = excluded.said_by, text = excluded.text, props = excluded.props, vec = excluded.vec
where kind = excluded.kind"""
# `n.vec = ?`: of two nodes with one id in one call the last one stays, and so does its vector.
PUT_VECTOR = """insert into vec(seq, kind, pk, v)
select n.vec, n.kind, n.pk, ? from node n where n.ns = ? and n.id = ? and n.vec = ?"""
# A row that is there has the same `dead`, by the triggers: so (src, dead, type, dst) finds it.
PUT_EDGE = """insert into edge(src, dead, type, dst, position, props)
select a.pk, a.retired is not null or b.retired is not null, ?, b.pk, ?, ? from node a, node b
where a.ns = ? and a.id = ? and b.ns = ? and b.id = ?
on conflict(src, dead, type, dst) do update set position = excluded.position, props = excluded.props"""
KIND = "select kind from node where ns = ? and id = ?"
KNOWN = "select 1 from node where ns = ? and id = ?"


def put_nodes(session: Session, space: Space, nodes: Sequence[Node]) -> None:
    """Write nodes with their vectors; their text is indexed by triggers.

    Raises:
        WrongDimension, InvalidInput: as the contract says; the batch is to be undone.
    """
    carried = [node.vector for node in nodes if node.vector is not None]
    vectors = stacked(carried, space.dim) if carried else None
    rows: list[Row] = []
    blobs: list[Row] = []
    for node in nodes:
        seq = None if node.vector is None else session.next_seq()
        kind = make_kind(session, space, node.memory, node.label)
        rows.append(row_of(node, ns=space.ns, kind=kind, seq=seq))
        if vectors is not None and seq is not None:
            blobs.append((blob_of(vectors[len(blobs)]), space.ns, node.id, seq))
    if session.run_many(PUT_NODE, rows) != len(rows):
        raise _moved(session, space, nodes)
    if vectors is not None:
        keep_dimension(session, space, vectors.shape[1])
        session.run_many(PUT_VECTOR, blobs)


def put_edges(session: Session, space: Space, edges: Sequence[Edge]) -> None:
    """Write edges.

    Raises:
        UnknownNode: an end is not there; the batch is to be undone.
    """
    rows = [_edge_row(edge, space.ns) for edge in edges]
    if session.run_many(PUT_EDGE, rows) != len(rows):
        raise _without_end(session, space, edges)


def delete_namespace(session: Session, space: Space) -> int:
    """Erase all that is kept for a namespace; return how many nodes it had."""
    count = session.run("delete from node where ns = ?", (space.ns,))
    for table in ("kind", "counter", "space"):
        session.run(f"delete from {table} where ns = ?", (space.ns,))  # noqa: S608 - the names above
    return count


def _edge_row(edge: Edge, ns: int) -> Row:
    check_edge(edge)
    return edge.type, edge.position, props_json(edge.props), ns, edge.source, ns, edge.target


def _moved(session: Session, space: Space, nodes: Sequence[Node]) -> InvalidInput:
    for node in nodes:
        found = session.rows(KIND, (space.ns, node.id))
        if found and found[0][0] != space.kinds[node.memory, node.label]:
            memory, label = space.names[found[0][0]]
            return InvalidInput(
                f"node {node.id!r} is a {label!r} of memory {memory!r} and cannot become a {node.label!r} "
                f"of {node.memory!r}: use another id"
            )
    return InvalidInput("a node could not be written")


def _without_end(session: Session, space: Space, edges: Sequence[Edge]) -> UnknownNode:
    ends = (end for edge in edges for end in (edge.source, edge.target))
    missing = next((end for end in ends if not session.rows(KNOWN, (space.ns, end))), "?")
    return UnknownNode(f"an edge ends at {missing[:80]!r}, which is not a node here: put nodes before their edges")
