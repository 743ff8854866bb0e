"""TiM keeps the contract of memories, in each way it can be set up."""

from __future__ import annotations

from agentmem.language.contract import Language
from agentmem.memory import Memory
from agentmem.testing.languages import PretendModel
from agentmem.testing.memory_contract import MemoryContract
from agentmem_tim.memory import TiM
from agentmem_tim.settings import TiMSettings

PAPER = TiMSettings(probes=1, fallback="none", centre_after=0, merge="all")


class TestTiMKeepsTheContract(MemoryContract):
    def new_memory(self) -> Memory:
        return TiM()


class TestTiMAsInThePaperKeepsTheContract(MemoryContract):
    def new_memory(self) -> Memory:
        return TiM(PAPER)


class TestTiMWithAModelThatHashesAgainKeepsTheContract(MemoryContract):
    """With so few thoughts wanted that the table is centred, and grown by `consolidate`."""

    def new_memory(self) -> Memory:
        return TiM(TiMSettings(buckets=2, probes=2, centre_after=6, grow_at=8, per_bucket=2))

    def new_language(self) -> Language:
        return PretendModel(super().new_language())
