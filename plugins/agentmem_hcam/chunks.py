"""Chunks in the graph: what is kept of them, and how they are read.

```
(Event) <-OF- (Step: text, vector) -IN-> (Chunk: mean of its steps as vector)
```

Each step says the number of its chunk and its place in it. A chunk is written
once, when it ends, however many steps it took: the open one is in its steps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from agentmem.events import EVENT_PREFIX
from agentmem.graph.contract import Json, Node, Where
from agentmem.graph.view import MemoryGraph
from agentmem.journal import event_of
from agentmem.language.keywords import keywords, words_in
from agentmem.shape import Group, Item
from agentmem.vectors import Vectors, to_unit

STEP, CHUNK = "Step", "Chunk"
IN, OF = "IN", "OF"
STEPS, CHUNKS = Where(label=STEP), Where(label=CHUNK)
TITLE_WORDS = 4
"""Words that say what a chunk is about where it is shown; they are not kept, nor searched."""


class Chunk(NamedTuple):
    """A chunk with its steps, in the order of time, vectors included."""

    id: str
    key: Vectors
    steps: Sequence[Node]


def newest_step(graph: MemoryGraph) -> Node | None:
    """Return the last step; its chunk is the open one."""
    return next(iter(graph.scan(STEPS, newest=True, limit=1)), None)


def open_chunk(graph: MemoryGraph, newest: Node) -> Chunk:
    """Return the chunk that `newest`, the last step, is in."""
    found = graph.scan(STEPS, newest=True, limit=number(newest, "place"), vectors=True)
    steps = [step for step in reversed(found) if step.props["chunk"] == newest.props["chunk"]]
    return Chunk(chunk_of(newest, graph), mean_of(steps), steps)


def closed_chunks(graph: MemoryGraph, ids: Sequence[str]) -> list[Chunk]:
    """Return the chunks with these ids that have ended and still have steps, in the order of `ids`."""
    chunks = graph.get(ids, vectors=True)
    of: dict[str, list[str]] = {chunk.id: [] for chunk in chunks}
    for edge in graph.edges(list(of), types=[IN], direction="in"):
        of[edge.target].append(edge.source)
    steps = {step.id: step for step in graph.get([step for inside in of.values() for step in inside], vectors=True)}
    found = [
        # A step may have been undone since its edge was read.
        Chunk(chunk.id, _or_zeros(chunk.vector), sorted((steps[s] for s in of[chunk.id] if s in steps), key=_in_time))
        for chunk in chunks
    ]
    return [chunk for chunk in found if chunk.steps]


def chunk_of(step: Node, graph: MemoryGraph) -> str:
    """Return the id of the chunk a step belongs to, ended or open."""
    return graph.id_of(CHUNK, str(step.props["chunk"]))


def mean_of(steps: Sequence[Node]) -> Vectors:
    """Return the mean of the steps' vectors, unit length, shape (dim,); zeros where no step has one."""
    rows = vectors_of(steps)
    mean: Vectors = to_unit(rows.sum(axis=0, dtype=np.float32, keepdims=True))[0]
    return mean


def vectors_of(steps: Sequence[Node]) -> Vectors:
    """Return the vectors of steps that have one, shape (n, dim); (0, 1) if none has."""
    rows = [step.vector for step in steps if step.vector is not None]
    return np.stack(rows) if rows else np.zeros((0, 1), np.float32)


def likeness(asked: Vectors, vector: Vectors | None) -> float:
    """Return the cosine of two unit vectors; 0 where there is none."""
    return 0.0 if vector is None or not vector.any() else float(np.vecdot(asked, vector))


def number(node: Node, name: str) -> int:
    """Return a whole number that a node says of itself."""
    value = node.props[name]
    assert isinstance(value, int)
    return value


def told(**said: Json) -> Mapping[str, Json]:
    """Return what a node says of itself, without what is not known."""
    return {name: value for name, value in said.items() if value is not None}


def shown(graph: MemoryGraph) -> list[Group]:
    """Return the chunks in the order of time, each with what it is about, why it ended, and its steps."""
    newest = newest_step(graph)
    if newest is None:
        return []
    ended = {node.id: node for node in sorted(graph.scan(CHUNKS), key=lambda node: number(node, "number"))}
    opened = open_chunk(graph, newest)
    chunks = closed_chunks(graph, [one for one in ended if one != opened.id])
    return [_group(chunk, ended[chunk.id].props, graph) for chunk in chunks] + [_group(opened, {"open": True}, graph)]


def _group(chunk: Chunk, props: Mapping[str, Json], graph: MemoryGraph) -> Group:
    events = [event_of(node) for node in graph.get([f"{EVENT_PREFIX}{step.props['event']}" for step in chunk.steps])]
    speakers = {word for event in events if event.speaker for word in words_in(event.speaker)}
    about = keywords("\n".join(event.text for event in events), TITLE_WORDS, leave_out=speakers)
    title = f"chunk {chunk.steps[0].props['chunk']}: {', '.join(about)}".removesuffix(": ")
    said = {name: value for name, value in props.items() if name not in ("number", "steps")}
    items = [
        Item(id=step.id, text=step.text, about={n: step.props[n] for n in ("place", "surprise") if n in step.props})
        for step in chunk.steps
    ]
    return Group(title=title, about={**said, "steps": len(items)}, items=tuple(items))


def _or_zeros(vector: Vectors | None) -> Vectors:
    return np.zeros(1, np.float32) if vector is None else vector


def _in_time(step: Node) -> int:
    return step.position
