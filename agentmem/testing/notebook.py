"""The smallest complete memory: one note per event. An example to copy, and something plain to test hosts with."""

from __future__ import annotations

from agentmem.events import Event, Query, Recollection
from agentmem.graph.changes import Changes
from agentmem.graph.contract import Where
from agentmem.graph.view import MemoryGraph
from agentmem.language.contract import Language


class Notebook:
    """Writes each event down as a note behind the last one, and recalls notes by meaning."""

    name = "notebook"

    def write(self, event: Event, graph: MemoryGraph, language: Language) -> Changes:
        """Propose a note, linked to its event and to the note before."""
        changes = graph.changes()
        vector = language.embed([event.text])[0]
        note = changes.add("Note", event.text, props={"source": event.id}, vector=vector)
        changes.link(note, "OF", event.node)
        for before in graph.scan(Where(label="Note"), newest=True, limit=1):
            changes.link(before.id, "NEXT", note)
        return changes

    def recall(self, query: Query, graph: MemoryGraph, language: Language) -> list[Recollection]:
        """Return the notes nearest to the query, best first."""
        hits = graph.nearest(language.embed([query.text])[0], Where(label="Note"), limit=query.limit)
        found = [
            Recollection(
                id=note.id,
                kind="note",
                text=note.text,
                score=max(0.0, min(1.0, cosine)),
                parts={"vector": cosine},
                sources=(str(note.props["source"]),),
                memory=self.name,
                at=note.at,
                position=note.position,
            )
            for note, cosine in hits
        ]
        return [one for one in found if one.score >= query.min_score and not set(one.sources) & set(query.exclude)]
