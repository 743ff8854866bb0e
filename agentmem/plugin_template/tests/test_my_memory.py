"""my_memory keeps the promises of every memory, by rules and with a model, and does what it is for."""

from pathlib import Path

from agentmem import AgentMemory
from agentmem.language.contract import Language
from agentmem.memory import Memory
from agentmem.testing.memory_contract import MemoryContract
from agentmem.testing.models.scripted import scripted_language

from agentmem_my_memory.memory import MyMemory, MyMemorySettings


class TestMyMemoryKeepsTheContract(MemoryContract):
    def new_memory(self) -> Memory:
        return MyMemory(MyMemorySettings())


class TestMyMemoryKeepsTheContractWithAModel(TestMyMemoryKeepsTheContract):
    def new_language(self) -> Language:
        return scripted_language(super().new_language())


def test_what_matters_more_comes_first_where_likeness_does_not_count(tmp_path: Path) -> None:
    by_importance = MyMemory(MyMemorySettings(weight=1))
    with AgentMemory(tmp_path / "memory.db", memory=by_importance) as memory:
        memory.add_many(["It rains.", "Yesterday Ada accepted another position abroad, leaving London forever."])

        best = memory.search("rain", limit=1)[0]

    assert "London" in best.text
