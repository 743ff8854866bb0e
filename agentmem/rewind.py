"""Bringing a memory back to what it held once an earlier entry was folded, so that it can go on from there.

All that a memory holds carries the position it came from and the one that ended it, and what was replaced is kept
beside it: so nothing has to be derived again, and no model asked, for what came before.
"""

from __future__ import annotations

from collections.abc import Iterable

from agentmem.graph.contract import Edge, Graph, Node, Where, ids_of
from agentmem.graph.view import as_it_was


def rewind(graph: Graph, memory: str, to: int) -> None:
    """Let `memory` hold what it held once the entry at `to` was folded, inside a batch of the caller.

    Its cursor is not moved.
    """
    held = {node.id: node for node in graph.scan(Where(memory=memory, retired=True), vectors=True)}
    then = {node.id: node for node in as_of(held.values(), to)}
    edges = graph.edges(list(held), retired=True)
    late = {end for edge in edges if edge.position > to for end in (edge.source, edge.target)}
    again = {id_ for id_, node in then.items() if id_ in late or held.get(id_) is not node}
    graph.delete([id_ for id_ in held if id_ in again or id_ not in then])
    graph.put_nodes([then[id_] for id_ in again])
    graph.put_edges(_kept(graph, edges, again, to))


def as_of(held: Iterable[Node], to: int) -> list[Node]:
    """Return the nodes of a memory, past versions included, as they were at `to`."""
    before = [node for node in held if node.position <= to]
    standing = {node.id for node in before}
    last: dict[str, Node] = {}  # of each node that was replaced later, the version that held at `to`
    for node in before:
        base = node.props.get("version_of")
        if base is not None and base not in standing and node.position >= last.get(str(base), node).position:
            last[str(base)] = node
    restored = set(ids_of(list(last.values())))
    stays = [_held(node, to) for node in before if node.id not in restored]
    return [*stays, *(_restored(node, base, to) for base, node in last.items())]


def _held(node: Node, to: int) -> Node:
    return node if node.retired is None or node.retired <= to else as_it_was(node)


def _restored(version: Node, base: str, to: int) -> Node:
    if version.retired is None or version.retired > to:
        return as_it_was(version)
    props = {name: value for name, value in version.props.items() if name != "version_of"}
    return version._replace(id=base, props=props)


def _kept(graph: Graph, edges: Iterable[Edge], again: set[str], to: int) -> list[Edge]:
    """Return the edges that went with their nodes, and were there at `to`."""
    gone = [edge for edge in edges if edge.position <= to and (edge.source in again or edge.target in again)]
    there = set(ids_of(graph.get(sorted({end for edge in gone for end in (edge.source, edge.target)}))))
    return [edge for edge in gone if edge.source in there and edge.target in there]
