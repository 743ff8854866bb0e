"""Committing what a memory proposed: checked first, then stamped and written.

The only code that turns `Changes` into nodes and edges. Every node carries the
position that caused it and who said it; a replaced node leaves a version
behind, retired at that position, so that reading as of an earlier position is
a plain filter.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

import numpy as np

from agentmem.errors import PluginError
from agentmem.events import EVENT_PREFIX
from agentmem.graph.changes import (
    LONGEST_ID,
    PAST,
    AddEdge,
    AddNode,
    Archive,
    Change,
    Changes,
    Restore,
    Retire,
    ReviseNode,
)
from agentmem.graph.checks import IDENTIFIER
from agentmem.graph.contract import Edge, Graph, Json, Node
from agentmem.graph.view import version_id
from agentmem.vectors import Vectors

SUPERSEDED_BY = "SUPERSEDED_BY"
RETIRED_BY = "RETIRED_BY"
OF_THE_HOST = frozenset({"version_of", "archived"})
"""Props that say what became of a node."""
_ON_WHAT_IS = (ReviseNode, Archive, Restore)
"""Changes that need the node as it stands, with its vector."""


def commit(graph: Graph, changes: Changes, *, cause: str, at: datetime, by: str) -> None:
    """Write all of `changes`, or nothing.

    Args:
        graph: The namespace's graph; the caller has opened a batch.
        changes: What one memory proposed at one position.
        cause: Id of the journal node that caused it.
        at: The world's time of the cause.
        by: Who said so: "rules", or the model's name.

    Raises:
        PluginError: a change names what is not the memory's own, or is malformed.
            Nothing was written.
        UnknownNode, WrongDimension: from the store; the batch must be undone.
    """
    if not len(changes):
        return
    own = f"{changes.memory}/"
    for change in changes:
        _check(change, own)
    draft = _Draft(graph, changes, cause=cause, at=at, by=by)
    for change in changes:
        draft.take(change)
    draft.write()


def _check(change: Change, own: str) -> None:
    """Refuse a change that reaches outside the nodes whose ids begin with `own`, or has no proper name."""
    ends, names = _told_of(change)
    events = isinstance(change, AddEdge) and any(end.startswith(own) for end in ends)
    for end in ends:
        if not (end.startswith(own) or (events and end.startswith(EVENT_PREFIX))):
            raise PluginError(
                f"memory {own[:-1]!r} proposed to change {end!r}, which is not its own; "
                "link to events by event.node, and to nodes by the ids the graph gave"
            )
    if isinstance(change, AddNode | ReviseNode):
        _check_content(change, own[:-1])
    if not _are_identifiers(names):
        wrong = next(name for name in names if not IDENTIFIER.fullmatch(name))
        raise PluginError(f"memory {own[:-1]!r} proposed {wrong!r}: labels, edge types and props are identifiers")


def _check_content(change: AddNode | ReviseNode, memory: str) -> None:
    if not isinstance(change.text, str | None) or (isinstance(change, AddNode) and change.text is None):
        raise PluginError(f"memory {memory!r} proposed a {type(change.text).__name__} as the text of {change.id!r}")
    if not isinstance(change.props, Mapping):
        raise PluginError(f"memory {memory!r} proposed a {type(change.props).__name__} as the props of {change.id!r}")
    if taken := OF_THE_HOST.intersection(change.props):
        raise PluginError(f"memory {memory!r} proposed the prop {min(taken)!r}, which the host keeps; use another name")
    if len(change.id) > LONGEST_ID or PAST in change.id:
        raise PluginError(
            f"memory {memory!r} proposed the node {change.id[:80]!r}, of {len(change.id)} characters: an id has "
            f"at most {LONGEST_ID}, and no {PAST!r}; give a shorter key, such as a hash"
        )


def _told_of(change: Change) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the ids of nodes a change is about, and the names it gives."""
    match change:
        case AddEdge():
            return (change.source, change.target), (change.type,)
        case AddNode():
            return (change.id,), (change.label, *change.props)
        case ReviseNode():
            return (change.id,), tuple(change.props)
        case Retire(node, successor) if successor is not None:
            return (node, successor), ()
        case _:
            return (change.id,), ()


@lru_cache(maxsize=4096)
def _are_identifiers(names: tuple[str, ...]) -> bool:
    return all(IDENTIFIER.fullmatch(name) for name in names)


class _Draft:
    """The nodes and edges a proposal comes to, gathered so that the store is asked few times."""

    def __init__(self, graph: Graph, changes: Changes, *, cause: str, at: datetime, by: str) -> None:
        self._graph, self._cause, self._at, self._by = graph, cause, at, by
        self._memory, self._position = changes.memory, changes.position
        self._nodes: dict[str, Node] = {}
        self._versions: list[Node] = []
        self._edges: list[Edge] = []
        self._retired: list[str] = []
        fixed = f"{changes.memory}/{changes.position}."
        touched = {c.id for c in changes if not isinstance(c, AddEdge) and not c.id.startswith(fixed)}
        vectors = any(isinstance(c, _ON_WHAT_IS) for c in changes)
        self._known = {node.id: node for node in graph.get(sorted(touched), vectors=vectors)} if touched else {}

    def take(self, change: Change) -> None:
        """Add one change to the draft."""
        match change:
            case AddEdge():
                self._edges.append(Edge._make((*change, self._position)))
            case AddNode():
                self._add(change)
            case Retire(node, successor, reason):
                self._retire(node, successor, reason)
            case ReviseNode(node, text, props, vector):
                self._revise(node, text, props, vector)
            case Archive(node):
                old = self._current(node, "archive")
                if old.retired is None:
                    self._nodes[node] = old._replace(props={**old.props, "archived": True}, retired=self._position)
            case Restore(node):
                old = self._current(node, "restore")
                props = {key: value for key, value in old.props.items() if key != "archived"}
                self._replace(old, old._replace(props=props, retired=None))

    def write(self) -> None:
        """Hand everything to the store: versions and nodes, edges, and last what retires."""
        nodes = [*self._versions, *self._nodes.values()]
        if nodes:
            self._graph.put_nodes(nodes)
        if self._edges:
            self._graph.put_edges(self._edges)
        if self._retired:
            self._graph.retire(self._retired, position=self._position)

    def _add(self, change: AddNode) -> None:
        new = Node(
            change.id, change.label, self._at, text=change.text, props=change.props, vector=change.vector,
            memory=self._memory, position=self._position, by=self._by,
        )  # fmt: skip
        old = self._nodes.get(change.id) or self._known.get(change.id)
        if old is None:
            self._nodes[change.id] = new
        elif old.retired is not None or old.text != new.text or old.props != new.props or self._is_moved(old, new):
            self._replace(old, new)
        else:
            self._hold(new.id)

    def _revise(self, node: str, text: str | None, props: Mapping[str, Json], vector: Vectors | None) -> None:
        old = self._current(node, "revise")
        if old.retired is not None or node in self._retired:
            raise PluginError(f"{node!r} was retired: restore it before it is revised, or look with graph.get if it is")
        text, vector = old.text if text is None else text, old.vector if vector is None else vector
        self._replace(old, old._replace(text=text, props={**old.props, **props}, vector=vector))

    def _is_moved(self, old: Node, new: Node) -> bool:
        """Return whether a node that says the same is to have another vector."""
        if new.vector is None:
            return False
        was = old.vector
        if was is None and old.id not in self._nodes:
            was = next((node.vector for node in self._graph.get([old.id], vectors=True)), None)
        return was is None or was.shape != new.vector.shape or not np.allclose(was, new.vector, rtol=0, atol=1e-6)

    def _hold(self, node: str) -> None:
        """Let a node hold that was to be retired: what is proposed later counts."""
        self._retired = [one for one in self._retired if one != node]

    def _replace(self, old: Node, new: Node) -> None:
        """Put `new` where `old` was, keeping `old` as a version unless it is of this very position."""
        self._hold(new.id)
        if old.position != self._position:
            if old.vector is None:  # versions keep their vector; it was not read for a plain add
                old = next(iter(self._graph.get([old.id], vectors=True)), old)
            until = self._position if old.retired is None else old.retired
            props: Mapping[str, Json] = {**old.props, "version_of": old.id}
            self._versions.append(old._replace(id=version_id(old, until), props=props, retired=until))
        self._nodes[new.id] = new._replace(position=self._position, at=self._at, by=self._by)

    def _retire(self, node: str, successor: str | None, reason: str) -> None:
        self._current(node, "retire")
        self._retired.append(node)
        said: dict[str, Json] = {"reason": reason, "by": self._by, "position": self._position}
        if successor is not None:
            self._edges.append(Edge(node, SUPERSEDED_BY, successor, said, self._position))
        elif reason:
            self._edges.append(Edge(node, RETIRED_BY, self._cause, said, self._position))

    def _current(self, node: str, verb: str) -> Node:
        found = self._nodes.get(node) or self._known.get(node)
        if found is None:
            raise PluginError(f"no node {node!r} to {verb}; it must exist before")
        return found
