"""Keeps every event with how much it matters, and recalls what is like the question and matters."""

from agentmem import Event, Query, Recollection, Task, prompt_beside
from agentmem.graph.changes import Changes
from agentmem.graph.contract import Node, Where
from agentmem.graph.view import MemoryGraph
from agentmem.language.contract import Language
from pydantic import BaseModel, ConfigDict, Field


class MyMemorySettings(BaseModel):
    """What can be set with `--set name=value`.

    Attributes:
        weight: The part of a score that is importance; the rest is likeness to the question.
        candidates: How many of the nodes most like the question are weighed, in times of what is wanted.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    weight: float = Field(default=0.2, ge=0, le=1)
    candidates: int = Field(default=4, ge=1, le=100)


class Rated(BaseModel):
    """The answer to the task: how much an event matters."""

    importance: int = Field(ge=1, le=10)


def rated_by_rule(event: str) -> Rated:
    """Answer without a model: what has many different long words tells much."""
    telling = {word for word in event.lower().split() if len(word) > 4}
    return Rated(importance=min(10, 1 + len(telling) // 2))


IMPORTANCE = Task(
    name="my_memory.importance",
    output=Rated,
    prompt=prompt_beside(__file__, "importance.prompt.txt"),
    rules=rated_by_rule,
)


class MyMemory:
    """Keeps every event with how much it matters, and recalls what is like the question and matters."""

    name = "my_memory"

    def __init__(self, settings: MyMemorySettings) -> None:
        self.settings = settings

    def write(self, event: Event, graph: MemoryGraph, language: Language) -> Changes:
        """Propose a note of the event, linked to it."""
        rated = language.ask(IMPORTANCE, event=event.passage)
        changes = graph.changes()
        note = changes.add(
            "Note",
            event.passage,
            props={"event": event.id, "importance": rated.importance},
            vector=language.embed([event.passage])[0],
        )
        changes.link(note, "OF", event.node)
        return changes

    def recall(self, query: Query, graph: MemoryGraph, language: Language) -> list[Recollection]:
        """Return the notes that are most like the question and matter most, best first."""
        asked = language.embed([query.text])[0]
        most = query.limit * self.settings.candidates + len(query.exclude)
        hits = graph.nearest(asked, Where(label="Note"), limit=most)
        found = [self._recollection(note, likeness) for note, likeness in hits]
        kept = [one for one in found if one.score >= query.min_score and not set(one.sources) & set(query.exclude)]
        return sorted(kept, key=lambda one: -one.score)[: query.limit]

    def _recollection(self, note: Node, likeness: float) -> Recollection:
        parts = {"likeness": max(0.0, likeness), "importance": float(str(note.props["importance"])) / 10}
        score = (1 - self.settings.weight) * parts["likeness"] + self.settings.weight * parts["importance"]
        return Recollection(
            id=note.id,
            kind="note",
            text=note.text,
            score=min(1.0, score),
            parts=parts,
            sources=(str(note.props["event"]),),
            memory=self.name,
            at=note.at,
            position=note.position,
        )
