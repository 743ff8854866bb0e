"""AriGraph keeps the contract of memories, in each way it can be set up."""

from __future__ import annotations

from agentmem.language.contract import Language
from agentmem.memory import Memory
from agentmem.testing.languages import PretendModel
from agentmem.testing.memory_contract import MemoryContract
from agentmem_arigraph.memory import AriGraph
from agentmem_arigraph.settings import AriGraphSettings


class TestAriGraphKeepsTheContract(MemoryContract):
    def new_memory(self) -> Memory:
        return AriGraph()


class TestAriGraphAsTheAuthorsProgramKeepsTheContract(MemoryContract):
    def new_memory(self) -> Memory:
        return AriGraph(AriGraphSettings(scoring="code", fill=False, navigation="always"))


class TestAriGraphWithAModelKeepsTheContract(MemoryContract):
    def new_memory(self) -> Memory:
        return AriGraph()

    def new_language(self) -> Language:
        return PretendModel(super().new_language())
