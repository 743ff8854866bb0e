"""The baselines keep the contract of memories."""

from __future__ import annotations

from agentmem.language.contract import Language
from agentmem.memory import Memory
from agentmem.testing.languages import PretendModel
from agentmem.testing.memory_contract import MemoryContract
from agentmem_baselines.newest import Full, Window
from agentmem_baselines.nothing import Nothing
from agentmem_baselines.summary import Summary, SummarySettings


class TestNoneKeepsTheContract(MemoryContract):
    def new_memory(self) -> Memory:
        return Nothing()


class TestWindowKeepsTheContract(MemoryContract):
    def new_memory(self) -> Memory:
        return Window()


class TestFullKeepsTheContract(MemoryContract):
    def new_memory(self) -> Memory:
        return Full()


class TestSummaryKeepsTheContract(MemoryContract):
    def new_memory(self) -> Memory:
        return Summary(SummarySettings(every=3, recent=2))


class TestSummaryKeepsTheContractWithAModel(MemoryContract):
    def new_memory(self) -> Memory:
        return Summary(SummarySettings(every=3, recent=2))

    def new_language(self) -> Language:
        return PretendModel(super().new_language())
