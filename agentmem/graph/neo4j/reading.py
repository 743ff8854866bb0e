"""What is read from one namespace on the server, by id, by order and along edges."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from agentmem.graph.checks import LARGEST
from agentmem.graph.contract import Direction, Edge, Node, Where
from agentmem.graph.neo4j.rows import edges_of, is_there, node_of, nodes_of
from agentmem.graph.neo4j.server import Row
from agentmem.graph.neo4j.statements import pattern, statement
from agentmem.graph.neo4j.where import conditions

Ask = Callable[..., list[Row]]
"""Runs a statement on one namespace: on its own, or in the batch of this thread."""


def get(ask: Ask, ids: Sequence[str], *, vectors: bool) -> list[Node]:
    """Return the nodes with these ids, in their order."""
    rows = ask(statement("get"), ids=list(dict.fromkeys(ids)), vectors=vectors)
    found = {node.id: node for node in nodes_of(row[0] for row in rows)}
    return [found[one] for one in ids if one in found]


class Scan(NamedTuple):
    """How a scan is asked for; see `Graph.scan`."""

    newest: bool
    limit: int | None
    vectors: bool


def scan(ask: Ask, where: Where, scan: Scan, new_kinds: Sequence[str]) -> list[Node]:
    """Return nodes in order of (position, id), or its reverse; `new_kinds` are those of the open batch."""
    text, parameters = conditions(where)
    rows = ask(
        statement("scan", conditions=text, order=" DESC" if scan.newest else ""),
        **parameters,
        new_kinds=list(new_kinds),
        vectors=scan.vectors,
        limit=LARGEST if scan.limit is None else scan.limit,
    )
    return nodes_of(row[0] for row in rows)


class EdgeQuestion(NamedTuple):
    """Which edges are asked for; see `Graph.edges`."""

    types: Sequence[str] | None
    direction: Direction
    retired: bool
    limit: int | None


def edges(ask: Ask, ids: Sequence[str], question: EdgeQuestion) -> list[Edge]:
    """Return the edges at these nodes, newest first, then by (source, type, target); each once."""
    types, direction, retired, limit = question
    if types is not None and not types:
        return []
    rows = ask(
        statement("edges", **pattern(types, direction)),
        ids=list(dict.fromkeys(ids)),
        retired=retired,
        limit=LARGEST if limit is None else limit,
    )
    return edges_of(rows)


def expand(
    ask: Ask, ids: Sequence[str], *, hops: int, types: Sequence[str] | None, direction: Direction, limit: int
) -> list[tuple[Node, int]]:
    """Return up to `limit` current nodes within `hops` edges, with their distance: nearest first, then by id."""
    far = 0 if types is not None and not types else hops
    rows = ask(statement("expand", hops=str(int(far)), **pattern(types, direction)), ids=list(ids), limit=limit)
    return [(node_of(row[0]), row[1]) for row in rows if is_there(row[0])]


def stats(ask: Ask) -> dict[str, int]:
    """Return counts of what is current by "memory/label", and `nodes`, `edges`, `vectors`; and `retired` nodes."""
    rows = ask(statement("stats_nodes"))
    return {kind: current for kind, current, _, _ in sorted(rows) if current} | {
        "nodes": sum(row[1] for row in rows),
        "edges": int(ask(statement("stats_edges"))[0][0]),
        "vectors": sum(row[2] for row in rows),
        "retired": sum(row[3] for row in rows),
    }
