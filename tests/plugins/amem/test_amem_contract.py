"""A-MEM keeps the contract of memories, with rules and with a model."""

from __future__ import annotations

from agentmem.language.contract import Language
from agentmem.memory import Memory
from agentmem.testing.languages import PretendModel
from agentmem.testing.memory_contract import MemoryContract
from agentmem_amem.memory import AMem
from agentmem_amem.settings import AMemSettings


class TestAMemKeepsTheContract(MemoryContract):
    def new_memory(self) -> Memory:
        return AMem()


class TestAMemAsTheAuthorsProgramWithAModelKeepsTheContract(MemoryContract):
    def new_memory(self) -> Memory:
        return AMem(AMemSettings(query="keywords", symmetric=False, told="note"))

    def new_language(self) -> Language:
        return PretendModel(super().new_language())
