"""Every memory keeps its contract on a Neo4j server, and is what it is on SQLite: same graph, same recall."""

from __future__ import annotations

from collections.abc import Iterator
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
from agentmem.testing.neo4j.roots import store_uri

HOST = Host()
MEMORIES = sorted(name for name, offer in HOST.memories.items() if offer.distribution == "agentmem-graph")


class TestEveryMemoryKeepsTheContract(MemoryContract):
    @pytest.fixture(autouse=True, params=MEMORIES)
    def chosen(self, request: pytest.FixtureRequest, neo4j_uri: str) -> None:
        self.name, self.server_uri = request.param, neo4j_uri

    def new_memory(self) -> Memory:
        return HOST.memory(self.name)

    def new_store(self, folder: Path) -> Store:
        return HOST.store(store_uri(self.server_uri, folder))

    def test_the_past_is_recalled_as_it_was(self, store: Store) -> None:
        if self.name == "bm25":
            pytest.skip("its scores count all texts of a namespace, those of later too")
        super().test_the_past_is_recalled_as_it_was(store)


@pytest.fixture(params=[None, 0], ids=["near", "far"])
def store(request: pytest.FixtureRequest, neo4j_uri: str, tmp_path: Path) -> Iterator[Store]:
    with closing(HOST.store(store_uri(neo4j_uri, tmp_path, near=request.param))) as store:
        yield store


@pytest.mark.parametrize("name", MEMORIES)
def test_the_same_journal_gives_the_same_graph_and_the_same_recall(name: str, store: Store, tmp_path: Path) -> None:
    events = wandering.events(0, 60)
    asked = [wandering.question(number) for number in range(0, 60, 4)] + [
        "north",
        "the key",
        "?",
        "nothing of the sort",
    ]
    with closing(SQLiteStore(tmp_path / "memory.db")) as plain:
        here, there = (AgentMemory(one, memory=name, host=HOST) for one in (plain, store))
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
