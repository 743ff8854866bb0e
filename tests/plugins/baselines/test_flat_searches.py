"""The flat searches: rag by meaning alone, bm25 by words alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from agentmem.agent_memory import AgentMemory
from agentmem.errors import UnknownSetting
from agentmem.events import Query, new_event
from agentmem.graph.contract import Store
from agentmem.graph.sqlite import SQLiteStore
from agentmem.host import Host
from agentmem.language.rules import RuleLanguage
from agentmem.memory import Memory
from agentmem.testing.embedding import HashEmbedder
from agentmem.testing.memory_contract import MemoryContract
from agentmem_baselines.bm25 import BM25
from agentmem_baselines.rag import RAG

NOON = datetime(2023, 5, 8, 12, tzinfo=UTC)


class TestRAGKeepsTheContract(MemoryContract):
    def new_memory(self) -> Memory:
        return RAG()


class TestBM25KeepsTheContract(MemoryContract):
    def new_memory(self) -> Memory:
        return BM25()


@pytest.fixture
def store() -> Iterator[Store]:
    store = SQLiteStore.in_memory()
    yield store
    store.close()


def told(store: Store, name: str) -> AgentMemory:
    memory = AgentMemory(store, namespace=name, memory=Host().memory(name, {}), language=RuleLanguage(HashEmbedder()))
    lines = ("The key is under the mat.", "It rains on the mat.", "What is it that you want?")
    memory.add_many(new_event(line, speaker="Ann", at=NOON, id=f"e{n}") for n, line in enumerate(lines, 1))
    return memory


@pytest.mark.parametrize(("name", "part"), [("rag", "vector"), ("bm25", "text")])
def test_the_event_that_says_it_comes_first_with_who_and_when(store: Store, name: str, part: str) -> None:
    best = told(store, name).search("Where is the key?")[0]

    assert best.sources == ("e1",)
    assert best.text == "Ann (12:00 pm on 8 May, 2023): The key is under the mat."
    assert best.parts == {part: best.score}


@pytest.mark.parametrize("name", ["rag", "bm25"])
def test_what_is_excluded_makes_room(store: Store, name: str) -> None:
    found = told(store, name).search(Query(text="rain on the mat", limit=1, exclude=("e1",), now=NOON))

    assert [one.sources for one in found] == [("e2",)]


def test_stop_words_find_nothing_by_words(store: Store) -> None:
    memory = told(store, "bm25")

    assert memory.search("What is it?") == []
    assert [one.sources for one in memory.search("What is the mat?")] == [("e2",), ("e1",)]


@pytest.mark.parametrize("name", ["rag", "bm25"])
def test_flat_searches_refuse_settings_they_do_not_have(name: str) -> None:
    with pytest.raises(UnknownSetting, match="colour"):
        Host().memory(name, {"colour": "red"})
