"""Every memory keeps its contract on a Neo4j server, and where all work is done twice, and is what it is on SQLite."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from agentmem.agent_memory import AgentMemory
from agentmem.bench import wandering
from agentmem.events import Query
from agentmem.graph.contract import Store
from agentmem.graph.digest import digest
from agentmem.graph.sqlite import SQLiteStore
from agentmem.host import Host
from agentmem.memory import Memory
from agentmem.testing.memory_contract import LATER, MemoryContract

OpenStore = Callable[..., Store]
HOST = Host()
MEMORIES = sorted(name for name, offer in HOST.memories.items() if offer.distribution == "agentmem-graph")


@pytest.mark.parametrize("store_kind", ["neo4j"], indirect=True)
class TestEveryMemoryKeepsTheContract(MemoryContract):
    @pytest.fixture(autouse=True, params=MEMORIES)
    def chosen(self, request: pytest.FixtureRequest, open_store: OpenStore) -> None:
        self.name, self.open_store = request.param, open_store

    def new_memory(self) -> Memory:
        return HOST.memory(self.name)

    def new_store(self, folder: Path) -> Store:
        return self.open_store(folder.name)


@pytest.mark.parametrize("store_kind", ["repeating", "neo4j", "far"], indirect=True)
@pytest.mark.parametrize("name", MEMORIES)
def test_the_same_journal_gives_the_same_graph_and_the_same_recall(name: str, open_store: OpenStore) -> None:
    events = wandering.events(0, 60)
    asked = [
        "north",
        "the key",
        "?",
        "nothing of the sort",
        *(wandering.question(number) for number in range(0, 60, 4)),
    ]
    with closing(SQLiteStore.in_memory()) as plain:
        here, there = (AgentMemory(one, memory=name, host=HOST) for one in (plain, open_store()))
        for one in (here, there):
            one.add_many(events[:40])
            for event in events[40:]:
                one.add_many([event])

        assert digest(here.graph, name) == digest(there.graph, name)
        for text in asked:
            query = Query(text=text, now=LATER, limit=10)
            old, new = here.search(query), there.search(query)
            assert [one.id for one in old] == [one.id for one in new], text
            assert [one.score for one in old] == pytest.approx([one.score for one in new], abs=1e-5), text
            assert [one.text for one in old] == [one.text for one in new]
