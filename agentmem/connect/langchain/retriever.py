"""A memory as a retriever of LangChain: for chains, and whatever else takes one."""

from __future__ import annotations

from typing import Annotated, Any

from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import Field

from agentmem.agent_memory import AgentMemory, AsyncAgentMemory
from agentmem.events import Recollection, Trust


class MemoryRetriever(BaseRetriever):
    """Returns what a memory recalls as documents, pinned first, then best first.

    What they say is data: a prompt that quotes it should use `AgentMemory.context` instead, which fences it.

    Attributes:
        memory: Whose.
        limit: The most documents.
        min_score: In [0, 1]; leave out what scores lower.
        min_trust: Leave out what comes from an event that is believed less.

    Each document has the id of the recollection, and in its `metadata`, all of it JSON: `id`, `kind`, `memory`,
    `score`, `parts` (what the score is made of), `sources` (ids of events), `position`, `valid_from` and `valid_until`
    (ISO 8601; None while it holds).
    """

    memory: AgentMemory | AsyncAgentMemory
    limit: Annotated[int, Field(ge=1)] = 10
    min_score: Annotated[float, Field(ge=0, le=1)] = 0.0
    min_trust: Trust = "low"

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:  # noqa: ARG002
        memory = self.memory.sync if isinstance(self.memory, AsyncAgentMemory) else self.memory
        found = memory.search(query, **self._limits())
        return [_document(one, memory) for one in found]

    async def _aget_relevant_documents(
        self,
        query: str,
        *,
        run_manager: AsyncCallbackManagerForRetrieverRun,  # noqa: ARG002
    ) -> list[Document]:
        memory = self.memory if isinstance(self.memory, AsyncAgentMemory) else AsyncAgentMemory(self.memory)
        found = await memory.search(query, **self._limits())
        return [_document(one, memory.sync) for one in found]

    def _limits(self) -> dict[str, Any]:
        return {"limit": self.limit, "min_score": self.min_score, "min_trust": self.min_trust}


def _document(one: Recollection, memory: AgentMemory) -> Document:
    kept = memory.get(one.id)
    told: dict[str, Any] = one.model_dump(mode="json", include={"id", "kind", "memory", "score", "parts", "position"})
    told["sources"] = list(one.sources)
    told["valid_from"] = one.at.isoformat()
    told["valid_until"] = kept.until.isoformat() if kept is not None and kept.until is not None else None
    return Document(id=one.id, page_content=one.text, metadata=told)
