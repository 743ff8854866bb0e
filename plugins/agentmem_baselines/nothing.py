"""Remembering nothing."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from agentmem.events import Event, Query, Recollection
from agentmem.graph.changes import Changes
from agentmem.graph.view import MemoryGraph
from agentmem.language.contract import Language


class NothingSettings(BaseModel):
    """There is nothing to set."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Nothing:
    """Recalls nothing: what an agent can do from the present alone."""

    name = "none"

    def write(self, event: Event, graph: MemoryGraph, language: Language) -> Changes:  # noqa: ARG002
        """Propose nothing."""
        return graph.changes()

    def recall(self, query: Query, graph: MemoryGraph, language: Language) -> list[Recollection]:  # noqa: ARG002
        """Return nothing."""
        return []
