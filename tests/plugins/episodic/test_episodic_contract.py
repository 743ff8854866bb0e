"""The episodic memory keeps the contract of memories, with and without vectors of words."""

from __future__ import annotations

from collections.abc import Sequence

from agentmem.events import Event
from agentmem.language.contract import Language
from agentmem.language.rules import RuleLanguage
from agentmem.memory import Memory
from agentmem.testing.embedding import HashEmbedder
from agentmem.testing.memory_contract import MemoryContract
from agentmem.vectors import Vectors
from agentmem_episodic.memory import Episodic
from agentmem_episodic.settings import EpisodicSettings


class WholeTexts:
    """An embedder that says nothing of single words."""

    id, dim = "whole@1", 64

    def embed(self, texts: Sequence[str]) -> Vectors:
        return HashEmbedder().embed(texts)


class TestEpisodicKeepsTheContract(MemoryContract):
    def new_memory(self) -> Memory:
        return Episodic()


class TestEpisodicOfSessionsKeepsTheContract(MemoryContract):
    def new_memory(self) -> Memory:
        return Episodic(EpisodicSettings(candidates=2, neighbourhood=1))

    def new_events(self) -> list[Event]:
        return [
            event.model_copy(update={"session": str(number % 2), "speaker": "Ann", "action": None})
            for number, event in enumerate(super().new_events())
        ]


class TestEpisodicWithoutVectorsOfWordsKeepsTheContract(MemoryContract):
    def new_memory(self) -> Memory:
        return Episodic()

    def new_language(self) -> Language:
        return RuleLanguage(WholeTexts())
