"""Events in the graph: what is kept of them, and how they are read.

```
(Event of the journal) <-OF- (Step: text, vector) -IN-> (Segment: mean of its representatives as vector)
```

A step that was surprising says so (`begins`). A segment, an event of the
paper, is written once, when the event behind it has ended too: until then its
end may still be moved. So the last two events are in their steps alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from agentmem.graph.contract import Json, Node, Where
from agentmem.graph.view import MemoryGraph
from agentmem.segmentation import likenesses
from agentmem.shape import Group, Item
from agentmem.vectors import Vectors, to_unit

STEP, SEGMENT = "Step", "Segment"
IN, OF = "IN", "OF"
STEPS, SEGMENTS = Where(label=STEP), Where(label=SEGMENT)


class Segment(NamedTuple):
    """An event: its number in the stream, and its steps in the order of time, vectors included."""

    number: int
    steps: Sequence[Node]

    @property
    def session(self) -> Json:
        """The session all its steps are of; "" where there are none."""
        return self.steps[0].props["session"]


class Tail(NamedTuple):
    """The steps behind the last segment, oldest first: an event that may still change its end, and the open one."""

    number: int
    steps: Sequence[Node]

    @property
    def opened(self) -> int:
        """Where the open event begins: at the last boundary, or with the first step."""
        marks = (place for place, step in enumerate(self.steps) if "begins" in step.props)
        return max(marks, default=0)


def tail(graph: MemoryGraph, *, most: int, vectors: bool = False) -> Tail:
    """Return what is not in a segment yet.

    Args:
        graph: Where to look.
        most: The most steps of an event.
        vectors: Whether the vectors are wanted.
    """
    newest = graph.scan(SEGMENTS, newest=True, limit=2)  # one entry may end two, and ids tell 10 from 9 by letters
    last = max(newest, key=_by_number, default=None)
    end, ordinal = (0, 0) if last is None else (whole(last, "last"), whole(last, "number"))
    behind = Where(label=STEP, after=end)
    return Tail(ordinal + 1, graph.scan(behind, newest=True, limit=2 * most, vectors=vectors)[::-1])


def unwritten(graph: MemoryGraph, *, most: int) -> list[Segment]:
    """Return the events of the tail: the one whose end may still move, if there is one, and the open one."""
    ordinal, steps = found = tail(graph, most=most, vectors=True)
    parts = [part for part in (steps[: found.opened], steps[found.opened :]) if part]
    return [Segment(ordinal + place, part) for place, part in enumerate(parts)]


def written(graph: MemoryGraph, nodes: Sequence[Node]) -> list[Segment]:
    """Return the segments of these nodes, in their order; without those that have no steps any more."""
    inside: dict[str, list[str]] = {node.id: [] for node in nodes}
    for edge in graph.edges(list(inside), types=[IN], direction="in"):
        inside[edge.target].append(edge.source)
    steps = {step.id: step for step in graph.get([one for many in inside.values() for one in many], vectors=True)}
    found = [
        # A step may have been undone since its edge was read.
        Segment(whole(node, "number"), sorted((steps[one] for one in inside[node.id] if one in steps), key=_in_time))
        for node in nodes
    ]
    return [segment for segment in found if segment.steps]


def numbered(graph: MemoryGraph, numbers: Sequence[int]) -> list[Segment]:
    """Return the written segments with these numbers; those there are."""
    return written(graph, graph.get([graph.id_of(SEGMENT, str(number)) for number in numbers]))


def key_of(steps: Sequence[Node], *, representatives: int) -> Vectors:
    """Return the mean of the steps that stand for an event, unit length, shape (dim,); zeros where none has a vector.

    These are the steps most like all others of it; the paper takes those its others attend to most.
    """
    rows = rows_of(steps)
    heard = likenesses(rows).sum(axis=1).round(9)
    chosen = np.argsort(-heard, kind="stable")[:representatives]
    mean: Vectors = to_unit(rows[chosen].sum(axis=0, keepdims=True))[0]
    return mean


def rows_of(steps: Sequence[Node]) -> Vectors:
    """Return the vectors of steps, shape (n, dim); zeros for one that has none."""
    dim = next((len(step.vector) for step in steps if step.vector is not None), 1)
    nothing = np.zeros(dim, np.float32)
    return np.stack([nothing if step.vector is None else step.vector for step in steps])


def whole(node: Node, name: str) -> int:
    """Return a whole number that a node says of itself."""
    value = node.props[name]
    assert isinstance(value, int)
    return value


def told(**said: Json) -> Mapping[str, Json]:
    """Return what a node says of itself, without what is not known."""
    return {name: value for name, value in said.items() if value is not None}


def shown(graph: MemoryGraph, *, most: int) -> list[Group]:
    """Return the events in the order of time, each with why it ended, and its steps with their surprise."""
    nodes = sorted(graph.scan(SEGMENTS), key=_by_number)
    ends = {whole(node, "number"): node.props for node in nodes}
    last = unwritten(graph, most=most)
    for segment, behind in pairwise(last):
        ends[segment.number] = {"ended": behind.steps[0].props["begins"], "may_move": True}
    return [_group(segment, ends.get(segment.number, {"open": True})) for segment in [*written(graph, nodes), *last]]


def _by_number(segment: Node) -> int:
    return whole(segment, "number")


def _in_time(step: Node) -> int:
    return step.position


def _group(segment: Segment, end: Mapping[str, Json]) -> Group:
    about = {name: end[name] for name in ("open", "ended", "may_move", "threshold", "moved") if name in end}
    named = ("surprise", "begins", "place")
    items = [
        Item(id=step.id, text=step.text, about={name: step.props[name] for name in named if name in step.props})
        for step in segment.steps
    ]
    session = f" of {segment.session}" if segment.session else ""
    return Group(title=f"event {segment.number}{session}", about={**about, "steps": len(items)}, items=tuple(items))
