"""EM-LLM: a stream cut into events where it surprises, recalled by likeness and by what was next to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from agentmem.events import Event, Query, Recollection
from agentmem.graph.changes import Changes
from agentmem.graph.contract import Json, Node
from agentmem.graph.view import MemoryGraph
from agentmem.language.contract import GivesLogProbabilities, Language
from agentmem.language.facts_task import FACTS
from agentmem.segmentation import Ending, Novelty, ends_before, likenesses, refined, surprise, threshold
from agentmem.shape import Group
from agentmem.vectors import Vectors
from agentmem_emllm.buffers import Asked, recollections
from agentmem_emllm.segments import IN, OF, SEGMENT, STEP, STEPS, key_of, rows_of, shown, tail, told, written
from agentmem_emllm.settings import EMLLMSettings


class EMLLM:
    """EM-LLM (Fountas et al., 2024, arXiv 2407.09450): events cut by surprise, recalled with their neighbours.

    A write costs the same however much is held; a recall compares the query with every event's key.
    """

    name = "emllm"

    def __init__(self, settings: EMLLMSettings | None = None) -> None:
        self.settings = settings or EMLLMSettings()

    def prepare(self, events: Sequence[Event], language: Language) -> None:
        """Embed all events in one call, and ask ahead where they are set if places count."""
        language.embed([event.dated for event in events])
        if self.settings.places:
            language.prefetch(FACTS, [{"text": event.said, "action": event.action} for event in events])

    def write(self, event: Event, graph: MemoryGraph, language: Language) -> Changes:
        """Propose the step of `event`; where it begins an event, also the one before the last."""
        vector = language.embed([event.dated])[0]
        recent = graph.scan(STEPS, newest=True, limit=max(self.settings.window, self.settings.context))
        novelty = self._novelty(event, vector, recent, graph, language)
        place = self._place(event, recent, language)
        changes = graph.changes()
        ending = self._ending(event, place, novelty, graph) if recent else None
        if ending is not None:
            self._write_segments(ending, graph, changes)
        props = told(
            event=event.id,
            session=event.session or "",
            surprise=novelty.surprise,
            begins=ending,
            threshold=novelty.threshold if ending == "surprise" else None,
            place=place,
        )
        step = changes.add(STEP, event.dated, props=props, vector=vector if vector.any() else None)
        changes.link(step, OF, event.node)
        return changes

    def recall(self, query: Query, graph: MemoryGraph, language: Language) -> list[Recollection]:
        """Return steps of the events most like the query, and of the events beside those."""
        asked = language.embed([query.text])[0]
        return recollections(Asked(asked, query, graph, self.settings)) if asked.any() else []

    def show(self, graph: MemoryGraph, now: datetime) -> Sequence[Group]:  # noqa: ARG002
        """Return the events in the order of time, each with why it ended, and its steps with their surprise."""
        return shown(graph, most=self.settings.most)

    def made_vector(self, node: Node, graph: MemoryGraph) -> Vectors | None:
        """Return the key of an event: the mean of its representatives, as many as when it was written."""
        known = node.props.get("representatives")
        representatives = known if isinstance(known, int) else self.settings.representatives
        found = written(graph, [node])
        key = key_of(found[0].steps, representatives=representatives) if found else None
        return key if key is not None and key.any() else None

    def _novelty(
        self, event: Event, vector: Vectors, recent: Sequence[Node], graph: MemoryGraph, language: Language
    ) -> Novelty:
        """Return how surprising `event` is after the steps before it in its session (section 3.1)."""
        settings = self.settings
        before = [step for step in recent[: settings.context] if step.props["session"] == (event.session or "")][::-1]
        usual = [said for step in recent[: settings.window] if isinstance(said := step.props.get("surprise"), float)]
        if not before:
            return Novelty()
        if settings.surprise == "language" and isinstance(language, GivesLogProbabilities):
            new: float | None = language.surprise([*(step.text for step in before), event.dated])[-1]
        else:
            new = surprise(vector, rows_of(graph.get([step.id for step in before], vectors=True)))
        return Novelty(new, threshold(usual, gamma=settings.gamma))

    def _place(self, event: Event, recent: Sequence[Node], language: Language) -> Json:
        """Return where `event` is set: where it says so itself or, in the same session, where the step before was."""
        if not self.settings.places:
            return None
        place = language.ask(FACTS, text=event.said, action=event.action).place
        if place is None and recent and recent[0].props["session"] == (event.session or ""):
            return recent[0].props.get("place")
        return place

    def _ending(self, event: Event, place: Json, novelty: Novelty, graph: MemoryGraph) -> Ending | None:
        """Return why the open event ends before `event`; None if it goes on, or there is none (after an undo)."""
        behind = tail(graph, most=self.settings.most)
        if not behind.steps:
            return None
        last, length = behind.steps[-1].props, len(behind.steps) - behind.opened
        if last["session"] != (event.session or ""):
            return "session"
        if place is not None and last.get("place", place) != place and length >= self.settings.least:
            return "place"
        return ends_before(novelty.is_high, length=length, least=self.settings.least, most=self.settings.most)

    def _write_segments(self, ending: Ending, graph: MemoryGraph, changes: Changes) -> None:
        """Propose the event whose end can now be fixed; at the end of a session also the open one."""
        behind = tail(graph, most=self.settings.most, vectors=True)
        number, steps = behind.number, behind.steps
        if behind.opened:
            mark = steps[behind.opened].props
            end = self._refined(steps, behind.opened)
            moved = behind.opened - end or None
            said = told(ended=mark["begins"], threshold=mark.get("threshold"), moved=moved)
            self._add_segment(number, steps[:end], said, changes)
            number, steps = number + 1, steps[end:]
        if ending == "session":
            self._add_segment(number, steps, {"ended": ending}, changes)

    def _refined(self, steps: Sequence[Node], boundary: int) -> int:
        """Return where among `steps`, of two events, the second begins; only a surprise is moved."""
        settings = self.settings
        if settings.refinement == "none" or steps[boundary].props["begins"] != "surprise":
            return boundary
        alike = likenesses(rows_of(steps))
        return refined(alike, boundary, measure=settings.refinement, least=settings.least, most=settings.most)

    def _add_segment(self, number: int, steps: Sequence[Node], said: Mapping[str, Json], changes: Changes) -> None:
        representatives = self.settings.representatives
        key = key_of(steps, representatives=representatives)
        place = {"number": number, "session": steps[0].props["session"], "steps": len(steps)}
        props = {**place, "last": steps[-1].position, "representatives": representatives, **said}
        segment = changes.add(SEGMENT, key=str(number), props=props, vector=key if key.any() else None)
        for step in steps:
            changes.link(step.id, IN, segment)
