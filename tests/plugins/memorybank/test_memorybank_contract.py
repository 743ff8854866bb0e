"""MemoryBank keeps the contract of memories, with rules and with what behaves like a model."""

from __future__ import annotations

from agentmem.language.contract import Language
from agentmem.memory import Memory
from agentmem.testing.languages import PretendModel
from agentmem.testing.memory_contract import MemoryContract
from agentmem_memorybank.memory import MemoryBank


class TestMemoryBankKeepsTheContract(MemoryContract):
    def new_memory(self) -> Memory:
        return MemoryBank()


class TestMemoryBankKeepsTheContractWithAModel(MemoryContract):
    def new_memory(self) -> Memory:
        return MemoryBank()

    def new_language(self) -> Language:
        return PretendModel(super().new_language())
