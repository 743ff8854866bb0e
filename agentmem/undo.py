"""Undoing what entries changed in a memory, as a new entry: history is never rewritten.

Each node has a past: the changes made to it, each with the entry that made it. A node is then as the last change left
it that is not undone. That is reckoned for everything an undone entry ever touched, so it does not matter in which
order entries are undone, nor what was restored in between.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from agentmem.aside import Aside
from agentmem.commit import RETIRED_BY, SUPERSEDED_BY
from agentmem.events import EVENT_PREFIX, Event
from agentmem.graph.contract import Edge, Graph, Json, Node, Where
from agentmem.graph.view import version_id
from agentmem.journal import OPERATION, Journal
from agentmem.vectors import Vectors

Change = tuple[int, Node | None]
"""At which entry, and what the node was from then on; None where it was retired."""


def undo(graph: Graph, memory: str, *, position: int) -> int:
    """Let `memory` hold what it would without the entries undone up to `position`; return how many nodes changed.

    Nodes they made retire, whatever they became since; nodes they retired or revised hold again as they were, with
    the time they had. What a later entry said too, or has changed since, is left as it is. What was outdated stays
    so while anything that came in its place, at once or one after the other, was said by an entry that is not undone.

    Args:
        graph: The namespace's graph; the caller has opened a batch.
        memory: Whose derived changes.
        position: The position of the undo, which the journal has already; all changes carry it.
    """
    past = _Past.read(graph, memory, position)
    going = past.not_leant_on([one for one in past.touched if one.now.retired is None and one.left is None])
    outdated = past.outdated([one for one in past.touched if one.left is not None], going=going)
    again = [one for one in past.touched if one.id not in outdated and one.is_other]
    graph.put_nodes([node for one in again for node in (one.version(position), one.again(position))])
    gone = [*going, *(id_ for id_ in outdated if past.lives[id_].now.retired is None)]
    graph.retire(gone, position=position)
    return len(again) + len(gone)


class _Life(NamedTuple):
    """A node through time.

    Attributes:
        now: As it stands, retired or not.
        changes: What was ever done to it, but by an undo; in order.
        kept: Those that are not undone.
    """

    now: Node
    changes: list[Change]
    kept: list[Change]

    @property
    def id(self) -> str:
        return self.now.id

    @property
    def left(self) -> Node | None:
        """What the changes that are kept left it as; None where it is not to be."""
        return self.kept[-1][1] if self.kept else None

    @property
    def left_at(self) -> int:
        return self.kept[-1][0] if self.kept else 0

    @property
    def is_other(self) -> bool:
        """Whether it is to be, and is not as it is to be."""
        left, now = self.left, self.now
        if left is None:
            return False
        is_same = now.retired is None and (now.text, now.at, _own(now)) == (left.text, left.at, _own(left))
        return not is_same or not _are_same(now.vector, left.vector)

    def was_before(self, position: int) -> bool:
        """Return whether it held before an entry by what is kept."""
        before = [node for at, node in self.kept if at < position]
        return bool(before) and before[-1] is not None

    def version(self, position: int) -> Node:
        """Return what it was until now, to be kept beside it."""
        until = position if self.now.retired is None else self.now.retired
        props = {**self.now.props, "version_of": self.id}
        return self.now._replace(id=version_id(self.now, until), props=props, retired=until)

    def again(self, position: int) -> Node:
        """Return it as it is to be from `position` on."""
        assert self.left is not None
        return self.left._replace(id=self.id, props=_own(self.left), position=position, retired=None)


@dataclass(frozen=True)
class _Past:
    """The lives of one memory's nodes by id, and which entries are undone: each with the entry that undid it first."""

    graph: Graph
    memory: str
    undone: Mapping[int, int]
    lives: Mapping[str, _Life]

    @classmethod
    def read(cls, graph: Graph, memory: str, position: int) -> _Past:
        """Return the past of `memory` as it is told by the journal up to `position`."""
        of_it = Where(memory="", label=OPERATION, props={"verb": ("=", "undo"), "memory": ("=", memory)})
        undos = [node for node in graph.scan(of_it) if node.position <= position]
        undone = {_undone_by(node): node.position for node in reversed(undos)}
        undoing = {node.position for node in undos}
        states: dict[str, list[Node]] = defaultdict(list)
        for node in graph.scan(Where(memory=memory, retired=True), vectors=True):
            states[str(node.props.get("version_of", node.id))].append(node)
        return cls(graph, memory, undone, {id_: _life(id_, past, undone, undoing) for id_, past in states.items()})

    @cached_property
    def touched(self) -> list[_Life]:
        """What an undone entry ever made, changed or retired."""
        return [one for one in self.lives.values() if len(one.kept) < len(one.changes)]

    def not_leant_on(self, made: list[_Life]) -> dict[str, _Life]:
        """Return `made` without the keyed nodes that what stays was linked to since: later entries said them too.

        What is linked to undone events, and to no other, is of those alone, whoever was linked to it.
        """
        going = {one.id: one for one in made}
        edges = self.graph.edges(list(going), retired=True) if going else []
        edges = [edge for edge in edges if edge.type not in (SUPERSEDED_BY, RETIRED_BY)]
        to_events = [edge for edge in edges if edge.target.startswith(EVENT_PREFIX)]
        of_them = {edge.source for edge in to_events if edge.position in self.undone}
        alone = of_them - {edge.source for edge in to_events if edge.position not in self.undone}
        edges = [edge for edge in edges if edge.target in going and edge.target not in alone]
        telling = of_them | self._naming(going.values())
        while needed := {edge.target for edge in edges if self._holds(edge, going, telling)}:
            going = {id_: one for id_, one in going.items() if id_ not in needed}
        return going

    def _holds(self, edge: Edge, going: Mapping[str, _Life], telling: set[str]) -> bool:
        """Return whether what an edge leads to is needed for it.

        An undone entry's own edge counts only from what came with it and stays; or from what was there before, to
        what tells nothing of the event: a chapter it closed, in which the others are.
        """
        if edge.target not in going or edge.source in going or _is_unkeyed(edge.target):
            return False
        source = self.lives.get(edge.source)
        stays = source is not None and (source.now.retired is None or any(node for _, node in source.kept))
        if source is None or not stays or edge.position <= going[edge.target].left_at:
            return False
        is_own = edge.position not in self.undone or not source.was_before(edge.position + 1)
        return is_own or edge.target not in telling

    def _naming(self, made: Iterable[_Life]) -> set[str]:
        """Return the nodes that have the id of an undone event among their properties."""
        by = {at for one in made for at, _ in one.changes if at in self.undone}
        events = {name for at in by if (name := self._event_at(at))}
        return {one.id for one in made if any(_names(value, events) for value in one.now.props.values())}

    def _event_at(self, position: int) -> str:
        """Return the id of the event that was folded at an entry: its own, or a retry."""
        entry = Journal(self.graph).at(position)
        if entry is None or isinstance(entry, Event):
            return "" if entry is None else entry.id
        return Aside(self.graph, self.memory).entry_of(str(entry.arguments.get("mark", "")))

    def outdated(self, restored: list[_Life], *, going: Mapping[str, _Life]) -> set[str]:
        """Return those of `restored` in whose place something is by an entry that is not undone."""
        ended = [(one.id, at) for one in restored for at in self._ends(one) if at > one.left_at and at in self.undone]
        return {id_ for id_, at in ended if self._is_taken(id_, at, going, before=self.undone[at])}

    def _is_taken(self, id_: str, at: int, going: Mapping[str, _Life], *, before: int) -> bool:
        """Return whether what came for `id_` with an undone entry is held by another one, or gave way to what is.

        What came once that was undone, `before`, does not tell: it found `id_` in its place.
        """
        for successor in self._successors(id_, at):
            if successor.was_before(at):
                continue  # it stands for more than this one
            is_said = any(node for said, node in successor.kept if said < before) or successor.left is None
            if successor.now.retired is None and successor.id not in going and is_said:
                return True
            if any(self._gives_way(successor, end, going, before=before) for end in self._ends(successor) if end > at):
                return True
        return False

    def _gives_way(self, life: _Life, at: int, going: Mapping[str, _Life], *, before: int) -> bool:
        if at in self.undone:
            return self._is_taken(life.id, at, going, before=before)
        return at < before and bool(self._successors(life.id, at))

    def _ends(self, life: _Life) -> list[int]:
        return [at for at, node in life.changes if node is None]

    def _successors(self, id_: str, at: int) -> list[_Life]:
        """Return what a node was retired in favour of by the entry at `at`."""
        return [
            self.lives[edge.target]
            for edge in self.succession.get(id_, ())
            if edge.target in self.lives and edge.position <= at <= int(str(edge.props["position"]))
        ]

    @cached_property
    def succession(self) -> Mapping[str, list[Edge]]:
        """What was retired in favour of what, by the id of the former."""
        ended = [one.id for one in self.touched if self._ends(one)]
        edges: dict[str, list[Edge]] = defaultdict(list)
        for edge in self.graph.edges(ended, types=[SUPERSEDED_BY], direction="out", retired=True) if ended else ():
            edges[edge.source].append(edge)
        return edges


def _life(id_: str, past: list[Node], undone: Container[int], undoing: Container[int]) -> _Life:
    """Return the life of a node from all that is kept of it: as it stands, and past versions."""
    past = sorted(past, key=lambda node: (node.position, "version_of" not in node.props))
    begun = {node.position for node in past}
    changes: list[Change] = []
    for node in past:
        changes.append((node.position, node))
        if node.retired is not None and (node.retired == node.position or node.retired not in begun):
            changes.append((node.retired, None))
    changes = [change for change in changes if change[0] not in undoing]
    now = next((node for node in past if node.id == id_), past[-1])
    if _is_unkeyed(id_) and changes and changes[0][0] in undone:
        return _Life(now, changes, [])
    return _Life(now, changes, [change for change in changes if change[0] not in undone])


def _is_unkeyed(id_: str) -> bool:
    """Return whether a node is of one entry alone: `memory/position.ordinal`, where a key has a label before it."""
    return id_.count("/") == 1


def _names(value: object, events: set[str]) -> bool:
    return value in events if isinstance(value, str) else isinstance(value, list) and any(v in events for v in value)


def _own(node: Node) -> dict[str, Json]:
    return {key: value for key, value in node.props.items() if key not in ("version_of", "archived")}


def _are_same(one: Vectors | None, other: Vectors | None) -> bool:
    return one is other or (one is not None and other is not None and np.array_equal(one, other))


def _undone_by(operation: Node) -> int:
    arguments = operation.props["arguments"]
    assert isinstance(arguments, dict)
    return int(str(arguments["position"]))
