"""The two buffers of EM-LLM: events like the question, and the events next to those in time.

Fountas et al. (2024, arXiv 2407.09450), section 3.3: similarity finds, and
contiguity adds what happened right after and right before, as people recall.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate, takewhile
from typing import NamedTuple

import numpy as np

from agentmem.events import Query, Recollection
from agentmem.graph.contract import Node
from agentmem.graph.view import MemoryGraph
from agentmem.vectors import Vectors
from agentmem_emllm.segments import SEGMENTS, Segment, key_of, numbered, unwritten, whole, written
from agentmem_emllm.settings import EMLLMSettings

NEIGHBOURS = 0.5
"""What an event's similarity is worth to the events beside it: half, as with each hop in a graph."""


class Asked(NamedTuple):
    """A question being answered: its vector, what it allows, and where it is asked."""

    vector: Vectors
    query: Query
    graph: MemoryGraph
    settings: EMLLMSettings

    @property
    def room(self) -> int:
        """How many steps the similarity buffer holds: what is not kept for neighbours, at least one."""
        return self.query.limit - int(self.query.limit * self.settings.contiguity + 1e-9)


class Ranked(NamedTuple):
    """An event, and its cosine with the question."""

    segment: Segment
    similarity: float


def recollections(asked: Asked) -> list[Recollection]:
    """Return steps of the events most like the question and of their neighbours, best first.

    Events are taken whole while they fit; the last one in a buffer is cut, to its steps most
    like the question, or to those next to what it neighbours.
    """
    last = unwritten(asked.graph, most=asked.settings.most)
    found: list[Recollection] = []
    similar: list[Ranked] = []
    for event in _ranked(asked, last):
        if len(found) >= asked.room:
            break
        similar.append(event)
        found += _steps(event, asked, "similarity")[: asked.room - len(found)]
    for event, way in _neighbours(asked, similar, last):
        steps = sorted(_steps(event, asked, "contiguity"), key=lambda one: way * one.position)
        found += steps[: asked.query.limit - len(found)]
    return sorted(found, key=lambda one: (-one.score, one.position))


def _ranked(asked: Asked, last: Sequence[Segment]) -> list[Ranked]:
    """Return enough events to fill the buffer, those most like the question first; none if not even the first is."""
    enough = asked.room + len(asked.query.exclude)
    hits = asked.graph.nearest(asked.vector, SEGMENTS, limit=enough)
    before = accumulate((whole(hit.node, "steps") for hit in hits), initial=0)
    hits = [hit for hit, _ in takewhile(lambda one: one[1] < enough, zip(hits, before, strict=False))]
    scores = {whole(hit.node, "number"): hit.score for hit in hits}
    ranked = [Ranked(segment, scores[segment.number]) for segment in written(asked.graph, [hit.node for hit in hits])]
    for segment in last:
        key = key_of(segment.steps, representatives=asked.settings.representatives)
        ranked.append(Ranked(segment, _cosine(asked.vector, key)))
    ranked.sort(key=lambda event: (-event.similarity, event.segment.number))
    return ranked if ranked and ranked[0].similarity > 0 else []


def _neighbours(asked: Asked, similar: Sequence[Ranked], last: Sequence[Segment]) -> Iterator[tuple[Ranked, int]]:
    """Yield the events beside the similar ones, of the same session: for each the next (1), then the previous (-1)."""
    have = {event.segment.number for event in similar}
    beside: dict[int, tuple[Ranked, int]] = {}
    for event in similar:
        for way in (1, -1):
            if event.segment.number + way not in have:
                beside.setdefault(event.segment.number + way, (event, way))
    known = {segment.number: segment for segment in [*numbered(asked.graph, list(beside)), *last]}
    for number, (event, way) in beside.items():
        segment = known.get(number)
        if segment is not None and segment.session == event.segment.session:
            yield Ranked(segment, event.similarity * NEIGHBOURS), way


def _steps(event: Ranked, asked: Asked, found_by: str) -> list[Recollection]:
    """Return the steps of an event that the query allows, best first; half the score is the event's, half its own."""
    steps = []
    for step in event.segment.steps:
        cosine = _cosine(asked.vector, step.vector)
        score = min(1.0, (max(0.0, event.similarity) + max(0.0, cosine)) / 2)
        if score >= asked.query.min_score and step.props["event"] not in asked.query.exclude:
            steps.append(_recollection(step, score, {found_by: event.similarity, "cosine": cosine}))
    return sorted(steps, key=lambda one: (-one.score, one.position))


def _cosine(asked: Vectors, vector: Vectors | None) -> float:
    return 0.0 if vector is None or not vector.any() else float(np.vecdot(asked, vector))


def _recollection(step: Node, score: float, parts: dict[str, float]) -> Recollection:
    """Return a step as a recollection of its own: `position` says where it belongs in its event."""
    return Recollection(
        id=step.id,
        kind="event",
        text=step.text,
        score=score,
        parts=parts,
        sources=(str(step.props["event"]),),
        memory="emllm",
        at=step.at,
        position=step.position,
    )
