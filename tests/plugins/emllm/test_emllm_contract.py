"""EM-LLM keeps the contract of memories, in each way it can be set up."""

from __future__ import annotations

from collections.abc import Sequence

from agentmem.language.contract import Language
from agentmem.memory import Memory
from agentmem.testing.languages import PretendModel
from agentmem.testing.memory_contract import MemoryContract
from agentmem_emllm.memory import EMLLM
from agentmem_emllm.settings import EMLLMSettings


class Scoring(PretendModel):
    """A model that also gives log-probabilities: here the shorter a text, the likelier it is."""

    def surprise(self, texts: Sequence[str]) -> list[float]:
        return [len(text) / 100 for text in texts]


class TestEMLLMKeepsTheContract(MemoryContract):
    def new_memory(self) -> Memory:
        return EMLLM()


class TestEMLLMWithShortEventsKeepsTheContract(MemoryContract):
    def new_memory(self) -> Memory:
        return EMLLM(EMLLMSettings(gamma=0, most=3, refinement="conductance", contiguity=0.5))


class TestEMLLMWithAModelKeepsTheContract(MemoryContract):
    def new_memory(self) -> Memory:
        return EMLLM(EMLLMSettings(gamma=0, least=1, refinement="none", contiguity=0, places=True))

    def new_language(self) -> Language:
        return Scoring(super().new_language())
