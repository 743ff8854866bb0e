"""HCAM keeps the contract of memories, in each way it can be set up."""

from __future__ import annotations

from agentmem.memory import Memory
from agentmem.testing.memory_contract import MemoryContract
from agentmem_hcam.memory import HCAM
from agentmem_hcam.settings import HCAMSettings


class TestHCAMKeepsTheContract(MemoryContract):
    def new_memory(self) -> Memory:
        return HCAM()


class TestHCAMInSmallChunksKeepsTheContract(MemoryContract):
    def new_memory(self) -> Memory:
        return HCAM(HCAMSettings(size=2, chunks=2, key="max", trim="edges", capacity=2))


class TestHCAMWithBoundariesKeepsTheContract(MemoryContract):
    def new_memory(self) -> Memory:
        return HCAM(HCAMSettings(closing="boundary", gamma=0, within="session"))
