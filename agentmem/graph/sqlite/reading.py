"""What is read from one namespace of a SQLite store, by id, by order and along edges."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from agentmem.graph.contract import Direction, Edge, Node, Where
from agentmem.graph.filters import conditions, standings
from agentmem.graph.sqlite.kept import Kept
from agentmem.graph.sqlite.rows import COLUMNS, KEPT_COLUMNS, ids_json, kept_of, node_of, vector_of
from agentmem.graph.sqlite.session import Row, Session, Space
from agentmem.graph.sqlite.spaces import kinds_of

# S608: SQL is put together from constant parts (`filters` too); every value is a parameter.

GET = f"select {KEPT_COLUMNS} from json_each(?) w cross join node n on n.ns = ? and n.id = w.value"  # noqa: S608
GET_ROWS = f"select {KEPT_COLUMNS} from json_each(?) w cross join node n on n.pk = w.value where n.ns = ?"  # noqa: S608
VECTORS = """select n.pk, v.v from json_each(?) w cross join node n on n.pk = w.value and n.ns = ?
cross join vec v on v.seq = n.vec"""
MOST_BY_ROW = 1000
"""Nodes of a scan that are looked up among those kept; a longer one reads them from the file as they come."""
EDGES = """select a.id, e.type, b.id, e.props, e.position from json_each(:ids) w
cross join node {near} on {near}.ns = :ns and {near}.id = w.value
cross join edge e on e.{near_end} = {near}.pk{living}{typed}
cross join node {far} on {far}.pk = e.{far_end} and {far}.ns = :ns"""
FROM_SOURCE = {"near": "a", "near_end": "src", "far": "b", "far_end": "dst"}
FROM_TARGET = {"near": "b", "near_end": "dst", "far": "a", "far_end": "src"}
SIDES = {"out": [FROM_SOURCE], "in": [FROM_TARGET], "both": [FROM_SOURCE, FROM_TARGET]}


def get(session: Session, space: Space, ids: Sequence[str], *, vectors: bool) -> list[Node]:
    """Return the nodes with these ids, in their order."""
    found = find(session, space, ids)
    nodes = [kept for one in ids if (kept := found.get(one)) is not None]
    if not vectors:
        return [kept.given() for kept in nodes]
    with_vector = [kept.pk for kept in nodes if kept.seq is not None]
    blobs: dict[int, bytes] = dict(session.rows(VECTORS, (json.dumps(with_vector), space.ns))) if with_vector else {}
    return [kept.given(vector_of(blobs[kept.pk]) if kept.pk in blobs else None) for kept in nodes]


def find(session: Session, space: Space, ids: Collection[str]) -> dict[str, Kept]:
    """Return the nodes among these ids."""
    found, unknown = session.kept.by_id(space.ns, ids)
    if unknown:
        rows = session.rows(GET, (ids_json(unknown), space.ns))
        read = {row[0]: kept_of(row, session, space) for row in rows}
        session.kept.add_missing(space.ns, [one for one in unknown if one not in read])
        found |= read
    return found


def by_rows(session: Session, space: Space, pks: Sequence[int]) -> list[Kept]:
    """Return the nodes in these rows, in their order; rows that are gone are left out."""
    found = session.kept.by_pks(pks)
    missing = [pk for pk in pks if pk not in found]
    if missing:
        rows = session.rows(GET_ROWS, (json.dumps(missing), space.ns))
        found.update((row[8], kept_of(row, session, space)) for row in rows)
    return [found[pk] for pk in pks if pk in found]


def scan(session: Session, space: Space, where: Where, *, newest: bool, limit: int | None, vectors: bool) -> list[Node]:
    """Return nodes in order of (position, id), or its reverse.

    Each kind and standing is one stretch of an index, read in order; they are merged here.
    Only inside a snapshot or a batch.
    """
    filters, values = conditions(where)
    stretches = [(kind, *standing) for kind in kinds_of(space, where) for standing in standings(where)]
    if len(stretches) == 1 and not vectors and limit is not None and limit <= MOST_BY_ROW:
        kind, standing, more = stretches[0]
        sql = _scan_sql(standing + filters, newest=newest, columns="n.pk")
        rows = session.rows(sql, (space.ns, kind, *more, *values, limit))
        return [kept.given() for kept in by_rows(session, space, [row[0] for row in rows])]
    columns = f"{COLUMNS}, v.v" if vectors else COLUMNS
    rows = []
    for kind, standing, more in stretches:
        sql = _scan_sql(standing + filters, newest=newest, columns=columns)
        rows += session.rows(sql, (space.ns, kind, *more, *values, -1 if limit is None else limit))
    if len(stretches) > 1:
        rows.sort(key=lambda row: (row[3], row[0]), reverse=newest)
    return _nodes(rows[:limit], space)


class EdgeQuestion(NamedTuple):
    """Which edges are asked for; see `Graph.edges`."""

    types: Sequence[str] | None
    direction: Direction
    retired: bool
    limit: int | None


def edges(session: Session, space: Space, ids: Sequence[str], question: EdgeQuestion) -> list[Edge]:
    """Return the edges at these nodes, newest first, then by (source, type, target); each once."""
    types, direction, retired, limit = question
    parameters = {
        "ids": ids_json(list(dict.fromkeys(ids))),
        "ns": space.ns,
        "types": None if types is None else json.dumps(list(types)),
        "limit": -1 if limit is None else limit,
    }
    rows = session.rows(_edges_sql(direction, retired=retired, typed=types is not None), parameters)
    # `_make` takes half as long as `Edge(...)`.
    return [Edge._make((a, kind, b, {} if said == "{}" else json.loads(said), at)) for a, kind, b, said, at in rows]


@cache
def _edges_sql(direction: Direction, *, retired: bool, typed: bool) -> str:
    living = "" if retired else " and e.dead = 0"
    of_types = " and e.type in (select value from json_each(:types))" if typed else ""
    found = "\nunion ".join(EDGES.format(living=living, typed=of_types, **side) for side in SIDES[direction])
    return f"{found}\norder by 5 desc, 1, 2, 3 limit :limit"


def stats(session: Session, space: Space) -> dict[str, int]:
    """Return counts of what is current by "memory/label", and `nodes`, `edges`, `vectors`; and `retired` nodes."""
    rows = session.rows(
        "select kind, sum(retired is null), sum(retired is null and vec is not null), count(retired) "
        "from node where ns = ? group by kind",
        (space.ns,),
    )
    counts = {"/".join(space.names[kind]): current for kind, current, _, _ in rows if current}
    living = session.rows(
        "select count(*) from node n cross join edge e on e.src = n.pk and e.dead = 0 where n.ns = ?", (space.ns,)
    )
    return counts | {
        "nodes": sum(row[1] for row in rows),
        "edges": int(living[0][0]),
        "vectors": sum(row[2] for row in rows),
        "retired": sum(row[3] for row in rows),
    }


@lru_cache(maxsize=256)
def _scan_sql(filters: str, *, newest: bool, columns: str) -> str:
    order = " desc" if newest else ""
    join = " left join vec v on v.seq = n.vec" if "v.v" in columns else ""
    return (
        f"select {columns} from node n{join} where n.ns = ? and n.kind = ?{filters} "  # noqa: S608
        f"order by n.position{order}, n.id{order} limit ?"
    )


def _nodes(rows: Sequence[Row], space: Space) -> list[Node]:
    return [node_of(row, space.names, vector_of(row[8]) if len(row) > 8 and row[8] else None) for row in rows]
