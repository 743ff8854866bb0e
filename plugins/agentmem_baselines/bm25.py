"""Recalling by words alone: full text, as any search engine would."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from agentmem.events import Event, Query, Recollection
from agentmem.graph.changes import Changes
from agentmem.graph.contract import Where
from agentmem.graph.view import MemoryGraph
from agentmem.language.contract import Language
from agentmem.language.keywords import content_words
from agentmem_baselines.documents import add_document, recalled

DOCUMENTS = Where(label="Document")
READ = 20_000
"""Characters of a question that are read."""


class BM25Settings(BaseModel):
    """There is nothing to set: k1 and b are those of the store's full-text index."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class BM25:
    """Full text (BM25; Robertson and Zaragoza, 2009): ranks events by the words they share with the question."""

    name = "bm25"

    def write(self, event: Event, graph: MemoryGraph, language: Language) -> Changes:  # noqa: ARG002
        """Propose the event as a document."""
        return add_document(event, graph, vector=None)

    def recall(self, query: Query, graph: MemoryGraph, language: Language) -> list[Recollection]:  # noqa: ARG002
        """Return the events that share words with the question, stop words left out, best first.

        A score says how the event compares with the best one: BM25 has no scale of its own.
        """
        words = " ".join(content_words(query.text[:READ]))
        hits = graph.matching(words, DOCUMENTS, limit=query.limit + len(query.exclude)) if words else []
        best = hits[0].score if hits else 1.0
        return recalled([(hit.node, hit.score / best) for hit in hits], query, part="text")
