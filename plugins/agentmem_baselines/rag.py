"""Recalling by meaning alone: the flat vector search of retrieval-augmented generation."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from agentmem.events import Event, Query, Recollection
from agentmem.graph.changes import Changes
from agentmem.graph.contract import Where
from agentmem.graph.view import MemoryGraph
from agentmem.language.contract import Language
from agentmem_baselines.documents import add_document, recalled

DOCUMENTS = Where(label="Document")


class RAGSettings(BaseModel):
    """There is nothing to set: the embedder is the language's."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class RAG:
    """Flat vectors (RAG; Lewis et al., 2020, arXiv 2005.11401): ranks events by cosine with the question."""

    name = "rag"

    def prepare(self, events: Sequence[Event], language: Language) -> None:
        """Embed many events in one call; a single one is left to `write`."""
        if len(events) > 1:
            language.embed([event.dated for event in events])

    def write(self, event: Event, graph: MemoryGraph, language: Language) -> Changes:
        """Propose the event as a document with its vector."""
        return add_document(event, graph, vector=language.embed([event.dated])[0])

    def recall(self, query: Query, graph: MemoryGraph, language: Language) -> list[Recollection]:
        """Return the events nearest to the question, best first; the score is the cosine."""
        vector = language.embed([query.text])[0]
        hits = graph.nearest(vector, DOCUMENTS, limit=query.limit + len(query.exclude)) if vector.any() else []
        return recalled([(hit.node, min(1.0, hit.score)) for hit in hits], query, part="vector")
