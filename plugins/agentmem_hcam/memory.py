"""HCAM: the past in chunks, searched on two levels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from agentmem.events import Event, Query, Recollection
from agentmem.graph.changes import Changes
from agentmem.graph.contract import Json, Node, Operator
from agentmem.graph.view import MemoryGraph
from agentmem.language.contract import Language
from agentmem.segmentation import Ending, Novelty, ends_before, surprise, threshold
from agentmem.shape import Group
from agentmem.vectors import Vectors
from agentmem_hcam.attention import recollect
from agentmem_hcam.chunks import (
    CHUNK,
    CHUNKS,
    IN,
    OF,
    STEP,
    STEPS,
    Chunk,
    chunk_of,
    closed_chunks,
    mean_of,
    newest_step,
    number,
    open_chunk,
    shown,
    told,
    vectors_of,
)
from agentmem_hcam.settings import HCAMSettings


class HCAM:
    """HCAM (Lampinen et al., 2021, arXiv 2105.14039): chunks by their mean, then steps within the best.

    A write costs the same however much is held; a recall compares the query with every chunk's key.
    """

    name = "hcam"

    def __init__(self, settings: HCAMSettings | None = None) -> None:
        self.settings = settings or HCAMSettings()

    def prepare(self, events: Sequence[Event], language: Language) -> None:
        """Embed all events in one call."""
        language.embed([event.dated for event in events])

    def write(self, event: Event, graph: MemoryGraph, language: Language) -> Changes:
        """Propose the step of `event` and, where the open chunk ends before it, that chunk."""
        vector = language.embed([event.dated])[0]
        changes = graph.changes()
        last = newest_step(graph)
        novelty = self._novelty(vector, event, graph)
        chunk, place = 1, 1
        if last is not None:
            chunk, place = number(last, "chunk"), number(last, "place") + 1
            ending = self._ending(last, event, novelty)
            if ending is not None:
                self._close(open_chunk(graph, last), _said_of(ending, novelty), graph, changes)
                chunk, place = chunk + 1, 1
        props = told(event=event.id, session=event.session or "", chunk=chunk, place=place, surprise=novelty.surprise)
        step = changes.add(STEP, event.dated, props=props, vector=vector if vector.any() else None)
        changes.link(step, OF, event.node)
        return changes

    def recall(self, query: Query, graph: MemoryGraph, language: Language) -> list[Recollection]:
        """Return the steps of the k best chunks, those of most attention first."""
        asked = language.embed([query.text])[0]
        last = newest_step(graph)
        if last is None or not asked.any():
            return []
        return recollect(asked, self._candidates(asked, last, query, graph), query, self.settings)

    def show(self, graph: MemoryGraph, now: datetime) -> Sequence[Group]:  # noqa: ARG002
        """Return the chunks in the order of time, each with what it is about and why it ended."""
        return shown(graph)

    def made_vector(self, node: Node, graph: MemoryGraph) -> Vectors | None:
        """Return the key of a chunk: the mean of its steps."""
        chunks = closed_chunks(graph, [node.id])
        key = mean_of(chunks[0].steps) if chunks else None
        return key if key is not None and key.any() else None

    def _novelty(self, vector: Vectors, event: Event, graph: MemoryGraph) -> Novelty:
        """Return how surprising a step is after those of its session; nothing where chunks end by size."""
        settings = self.settings
        if settings.closing == "size":
            return Novelty()
        recent = graph.scan(STEPS, newest=True, limit=max(settings.window, settings.context))
        same = [step.id for step in recent[: settings.context] if step.props["session"] == (event.session or "")]
        usual = [said for step in recent[: settings.window] if isinstance(said := step.props.get("surprise"), float)]
        surprising = surprise(vector, vectors_of(graph.get(same, vectors=True)))
        return Novelty(surprising, threshold(usual, gamma=settings.gamma))

    def _ending(self, last: Node, event: Event, novelty: Novelty) -> Ending | None:
        """Return why the chunk of the last step ends before `event`, or None."""
        if last.props["session"] != (event.session or ""):
            return "session"
        most = self.settings.size if event.role == "environment" else self.settings.turns
        return ends_before(novelty.is_high, length=number(last, "place"), least=self.settings.least, most=most)

    def _close(self, chunk: Chunk, said: Mapping[str, Json], graph: MemoryGraph, changes: Changes) -> None:
        """Propose a chunk that has ended and, if that is one too many, put the oldest into the archive."""
        last = chunk.steps[-1].props
        props = {"number": last["chunk"], "session": last["session"], "steps": len(chunk.steps), **said}
        node = changes.add(CHUNK, key=str(last["chunk"]), props=props, vector=chunk.key if chunk.key.any() else None)
        for step in chunk.steps:
            changes.link(step.id, IN, node)
        if self.settings.capacity is not None:
            too_old = number(chunk.steps[-1], "chunk") - self.settings.capacity
            for oldest in graph.get([graph.id_of(CHUNK, str(too_old))]):
                changes.archive(oldest.id)

    def _candidates(self, asked: Vectors, last: Node, query: Query, graph: MemoryGraph) -> list[Chunk]:
        """Return the nearest chunks, the open one too; one more for each event that is excluded."""
        settings = self.settings
        mask: dict[str, tuple[Operator, Json]] = {}
        if settings.within == "session":
            mask["session"] = ("=", last.props["session"])
        wanted = settings.chunks + len(query.exclude)
        best = {hit.node.id: hit.score for hit in graph.nearest(asked, replace(CHUNKS, props=mask), limit=wanted)}
        if settings.key == "max":  # so many steps are of at least as many chunks as are wanted
            if settings.capacity is not None:
                mask["chunk"] = (">=", number(last, "chunk") - settings.capacity)
            deep = wanted * max(settings.size, settings.turns)
            for hit in graph.nearest(asked, replace(STEPS, props=mask), limit=deep):
                chunk = chunk_of(hit.node, graph)
                best[chunk] = max(hit.score, best.get(chunk, -1.0))
        opened = open_chunk(graph, last)
        best.pop(opened.id, None)
        return [*closed_chunks(graph, sorted(best, key=best.__getitem__, reverse=True)[:wanted]), opened]


def _said_of(ending: Ending, novelty: Novelty) -> dict[str, Json]:
    """Return what a chunk says of its end."""
    if ending != "surprise":
        return {"ended": ending}
    return {"ended": ending, "surprise": novelty.surprise, "threshold": novelty.threshold}
