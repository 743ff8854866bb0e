"""What is written to one namespace of a SQLite store; only inside a batch."""

from __future__ import annotations

from collections.abc import Sequence

from agentmem.errors import UnknownNode
from agentmem.graph.checks import check_edge, check_kind, props_json, stacked
from agentmem.graph.contract import Edge, Node
from agentmem.graph.sqlite.reading import find
from agentmem.graph.sqlite.rows import blob_of, content_of, kept_of
from agentmem.graph.sqlite.session import Row, Session, Space
from agentmem.graph.sqlite.spaces import keep_dimension, make_kind
from agentmem.graph.sqlite.words import entry_of

ADD_NODE = """insert into node(at, position, retired, said_by, text, props, vec, ns, pk, id, kind)
values(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
REPLACE_NODE = """update node set at = ?, position = ?, retired = ?, said_by = ?, text = ?, props = ?, vec = ?
where ns = ? and pk = ?"""
ADD_VECTOR = "insert into vec(seq, kind, pk, v) values(?, ?, ?, ?)"
# An edge that is there has the same `dead`, by the triggers: so (src, dead, type, dst) finds it.
PUT_EDGE = """insert into edge(src, dead, type, dst, position, props) values(?, ?, ?, ?, ?, ?)
on conflict(src, dead, type, dst) do update set props = excluded.props"""
RETIRE = "update node set retired = ? where ns = ? and id = ? and retired is null"
FORGET_VECTORS = "update node set vec = null where ns = ? and vec is not null"  # a trigger erases them
DELETE = "delete from node where ns = ? and pk = ?"


def put_nodes(session: Session, space: Space, nodes: Sequence[Node]) -> None:
    """Write nodes with their vectors; all is checked first.

    Raises:
        WrongDimension, InvalidInput: as the contract says; nothing was written.
    """
    last = {node.id: node for node in nodes}  # of two with one id the last one stays
    contents = [content_of(node) for node in last.values()]
    carried = [node.vector for node in last.values() if node.vector is not None]
    vectors = stacked(carried, space.dim) if carried else None
    known = find(session, space, last)
    for one, was in known.items():
        check_kind(last[one], memory=was.node.memory, label=was.node.label)

    blobs: list[Row] = []
    added: list[Row] = []
    replaced: list[Row] = []
    written: list[Row] = []
    for node, content in zip(last.values(), contents, strict=True):
        kind = make_kind(session, space, node.memory, node.label)
        old = known.get(node.id)
        pk = session.next_pk() if old is None else old.pk
        seq = None
        if vectors is not None and node.vector is not None:
            seq = session.next_seq()
            blobs.append((seq, kind, pk, blob_of(vectors[len(blobs)])))
        if old is None:
            added.append((*content, seq, space.ns, pk, node.id, kind))
        else:
            replaced.append((*content, seq, space.ns, pk))
        before = None if old is None else entry_of(kind, old.node.text, old.node.retired)
        session.words.note(pk, was=before, now=entry_of(kind, content.text, content.retired))
        written.append((node.id, kind, *content, pk, seq))
    session.kept.forget(space.ns, last)
    _write(session, added, replaced, blobs)
    for row in written:
        kept_of(row, session, space)
    if vectors is not None:
        keep_dimension(session, space, vectors.shape[1])


def _write(session: Session, added: list[Row], replaced: list[Row], blobs: list[Row]) -> None:
    if added:
        session.run_many(ADD_NODE, added)
    if replaced:
        session.run_many(REPLACE_NODE, replaced)
    if blobs:
        session.run_many(ADD_VECTOR, blobs)


def put_edges(session: Session, space: Space, edges: Sequence[Edge]) -> None:
    """Write edges; all is checked first.

    Raises:
        UnknownNode: an end is not there; nothing was written.
    """
    wanted = dict.fromkeys(end for edge in edges for end in (edge.source, edge.target))
    ends = find(session, space, wanted)
    missing = next((end for end in wanted if end not in ends), None)
    if missing is not None:
        raise UnknownNode(f"an edge ends at {missing[:80]!r}, which is not a node here: put nodes before their edges")
    rows = []
    for edge in edges:
        check_edge(edge)
        source, target = ends[edge.source], ends[edge.target]
        dead = source.node.retired is not None or target.node.retired is not None
        # As a number: for a bool, None or bytes sqlite3 looks for an adapter, which takes a microsecond.
        rows.append((source.pk, int(dead), edge.type, target.pk, edge.position, props_json(edge.props)))
    session.run_many(PUT_EDGE, rows)


def retire(session: Session, space: Space, ids: Sequence[str], *, position: int) -> int:
    """Mark nodes as retired; return how many were current."""
    for old in find(session, space, ids).values():
        if old.node.retired is None:
            kind, text = space.kinds[old.node.memory, old.node.label], old.node.text
            session.words.note(old.pk, was=entry_of(kind, text, None), now=entry_of(kind, text, position))
    session.kept.forget(space.ns, ids)
    return session.run_many(RETIRE, [(position, space.ns, one) for one in ids])


def delete(session: Session, space: Space, ids: Sequence[str]) -> int:
    """Erase nodes with all that belongs to them; return how many there were."""
    known = find(session, space, ids)
    for old in known.values():
        kind = space.kinds[old.node.memory, old.node.label]
        session.words.note(old.pk, was=entry_of(kind, old.node.text, old.node.retired), now=None)
    session.kept.forget(space.ns, known)
    session.run_many(DELETE, [(space.ns, old.pk) for old in known.values()])
    return len(known)


def forget_vectors(session: Session, space: Space) -> None:
    """Take the vector off every node of a namespace, and with them its dimension."""
    session.kept.clear()
    session.run(FORGET_VECTORS, (space.ns,))
    session.run("update space set dim = null where ns = ?", (space.ns,))
    space.dim = None


def delete_namespace(session: Session, space: Space) -> int:
    """Erase all that is kept for a namespace; return how many nodes it had."""
    rows = session.rows("select pk, kind, text, retired from node where ns = ? and text <> ''", (space.ns,))
    for pk, *said in rows:
        session.words.note(pk, was=entry_of(*said), now=None)
    session.kept.clear()
    count = session.run("delete from node where ns = ?", (space.ns,))
    for table in ("kind", "counter", "space"):
        session.run(f"delete from {table} where ns = ?", (space.ns,))  # noqa: S608 - one of the three names above
    return count
