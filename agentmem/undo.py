"""Undoing what one event changed in a memory, as a new entry: history is never rewritten."""

from __future__ import annotations

from datetime import datetime

from agentmem.graph.contract import Graph, Node, Where
from agentmem.graph.view import version_id


def undo(graph: Graph, memory: str, undone: int, *, at: datetime, position: int) -> int:
    """Take back what `undone` changed in `memory`; return how many nodes that touched.

    Nodes it made retire, whatever they became since; nodes it retired or revised hold again
    with their old content. What a later entry said too, or has changed since, is left as it is.

    Args:
        graph: The namespace's graph; the caller has opened a batch.
        memory: Whose derived changes.
        undone: The journal position to take back.
        at: The world's time of the undoing.
        position: The position of the undo itself; all changes carry it.
    """
    own = graph.scan(Where(memory=memory, retired=True), vectors=True)
    versions = {str(node.props["version_of"]): node for node in own if _is_version(node) and node.retired == undone}
    now = [node for node in own if not _is_version(node)]
    fixed = f"{memory}/{undone}."
    made = [n for n in now if (n.position == undone and n.id not in versions) or n.id.startswith(fixed)]
    made = _not_leant_on(graph, [n for n in made if n.retired is None], undone, fixed=fixed)
    retired = [n for n in now if n.retired == undone and n.position < undone]
    revised = [n for n in now if n.id in versions and n.position == undone and n.retired in (None, undone)]
    written = [_again(node, node, at=at, position=position) for node in retired]
    written += [_again(node, versions[node.id], at=at, position=position) for node in revised]
    kept = [_version(node, position) for node in (*retired, *revised) if node.position < position]
    kept = [node for node in kept if node.position != node.retired]
    graph.put_nodes([*kept, *written])
    graph.retire([node.id for node in made], position=position)
    return len(made) + len(written)


def _not_leant_on(graph: Graph, made: list[Node], undone: int, *, fixed: str) -> list[Node]:
    """Return `made` without the keyed nodes that what stays was linked to since: later entries said them too."""
    going = {node.id: node for node in made}
    while going:
        edges = graph.edges(list(going), direction="in")
        edges = [edge for edge in edges if edge.position >= undone]  # who said it before does not hold it
        needed = {edge.target for edge in edges if edge.source not in going and not edge.target.startswith(fixed)}
        if not needed:
            break
        going = {id_: node for id_, node in going.items() if id_ not in needed}
    return list(going.values())


def _is_version(node: Node) -> bool:
    return "version_of" in node.props


def _again(node: Node, content: Node, *, at: datetime, position: int) -> Node:
    """Return `node` holding `content` from `position` on."""
    props = {key: value for key, value in content.props.items() if key not in ("version_of", "archived")}
    return content._replace(id=node.id, props=props, at=at, position=position, retired=None)


def _version(node: Node, position: int) -> Node:
    """Return what `node` was until now, to be kept beside it."""
    until = position if node.retired is None else node.retired
    return node._replace(id=version_id(node, until), props={**node.props, "version_of": node.id}, retired=until)
