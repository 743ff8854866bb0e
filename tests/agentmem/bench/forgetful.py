"""A plugin for the tests of the bench: memories that behave in ways worth measuring."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from agentmem.errors import LanguageUnavailable
from agentmem.events import Event, Query, Recollection
from agentmem.graph.changes import Changes
from agentmem.graph.contract import Where
from agentmem.graph.view import MemoryGraph
from agentmem.hookspecs import hookimpl
from agentmem.language.contract import Language
from agentmem.memory import Memory, MemoryFactory
from agentmem.testing.notebook import Notebook


class Touchy(Notebook):
    """Takes in no event that says `secret`, and cannot answer when it is asked about one."""

    name = "touchy"

    def write(self, event: Event, graph: MemoryGraph, language: Language) -> Changes:
        if "secret" in event.text:
            raise RuntimeError("too secret to keep")
        return super().write(event, graph, language)

    def recall(self, query: Query, graph: MemoryGraph, language: Language) -> list[Recollection]:
        if "secret" in query.text:
            raise RuntimeError("too secret to tell")
        return super().recall(query, graph, language)


class Deaf(Notebook):
    """Takes in nothing at all, for it is broken; so it has nothing to recall."""

    name = "deaf"

    def write(self, event: Event, graph: MemoryGraph, language: Language) -> Changes:
        raise RuntimeError("I hear nothing")


class Dumb(Notebook):
    """Takes in everything, and can tell nothing of it."""

    name = "dumb"

    def recall(self, query: Query, graph: MemoryGraph, language: Language) -> list[Recollection]:
        raise RuntimeError("I cannot speak")


class Digest(Notebook):
    """Recalls one summary that cites everything; once consolidated, notes by meaning."""

    name = "digest"

    def recall(self, query: Query, graph: MemoryGraph, language: Language) -> list[Recollection]:
        if graph.scan(Where(label="Tidy"), limit=1):
            return super().recall(query, graph, language)
        notes = graph.scan(Where(label="Note"))
        sources = tuple(str(note.props["source"]) for note in notes)
        last = notes[-1]
        return [
            Recollection(
                id=last.id, kind="summary", text="much was said", score=1, sources=sources,
                memory=self.name, at=last.at, position=last.position,
            )
        ]  # fmt: skip

    def consolidate(self, graph: MemoryGraph, language: Language, now: datetime) -> Changes:
        changes = graph.changes()
        changes.add("Tidy", f"tidied at {now}")
        return changes


class Waiting(Notebook):
    """Takes in nothing, for its language is out."""

    name = "waiting"

    def write(self, event: Event, graph: MemoryGraph, language: Language) -> Changes:
        raise LanguageUnavailable("pulled the plug")


class Pinning(Notebook):
    """Shows one note whatever the question, before all others."""

    name = "pinning"

    def recall(self, query: Query, graph: MemoryGraph, language: Language) -> list[Recollection]:
        found = super().recall(query, graph, language)
        return [found[-1].model_copy(update={"pinned": True}), *found[:-1]]


class Wasteful(Notebook):
    """Embeds its last note again with each event."""

    name = "wasteful"

    def write(self, event: Event, graph: MemoryGraph, language: Language) -> Changes:
        language.embed([note.text for note in graph.scan(Where(label="Note"), newest=True, limit=1)])
        return super().write(event, graph, language)


def _factory(kind: type[Memory]) -> MemoryFactory:
    return lambda settings: kind()


@hookimpl
def agentmem_memories() -> Mapping[str, MemoryFactory]:
    """Offer them all."""
    kinds: list[Any] = [Notebook, Touchy, Deaf, Dumb, Digest, Pinning, Waiting, Wasteful]
    return {kind.name: _factory(kind) for kind in kinds}
