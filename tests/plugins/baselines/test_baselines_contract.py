"""The baselines keep the contract of memories."""

from __future__ import annotations

from agentmem.memory import Memory
from agentmem.testing.memory_contract import MemoryContract
from agentmem_baselines.newest import Full, Window
from agentmem_baselines.nothing import Nothing


class TestNoneKeepsTheContract(MemoryContract):
    def new_memory(self) -> Memory:
        return Nothing()


class TestWindowKeepsTheContract(MemoryContract):
    def new_memory(self) -> Memory:
        return Window()


class TestFullKeepsTheContract(MemoryContract):
    def new_memory(self) -> Memory:
        return Full()
