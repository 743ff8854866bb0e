"""A memory in 20 lines. Play with it: agentmem --plugin examples/03_diary.py play coin:10 --memory diary."""

from agentmem import Recollection, hookimpl


class Diary:
    """Keeps every event as a note, and recalls the notes most like the question."""

    name = "diary"

    def write(self, event, graph, language):
        changes = graph.changes()
        changes.add("Note", event.passage, props={"event": event.id}, vector=language.embed([event.passage])[0])
        return changes

    def recall(self, query, graph, language):
        hits = graph.nearest(language.embed([query.text])[0], limit=query.limit)
        return [
            Recollection(id=note.id, kind="note", text=note.text, score=min(max(score, 0.0), 1.0), memory=self.name,
                         sources=(note.props["event"],), at=note.at, position=note.position)
            for note, score in hits if score >= query.min_score and note.props["event"] not in query.exclude
        ]  # fmt: skip


@hookimpl
def agentmem_memories():
    return {"diary": lambda _settings: Diary()}
