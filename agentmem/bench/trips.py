"""How often a memory asks a Neo4j server for one write and for one search: counted, not timed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from agentmem.agent_memory import AgentMemory
from agentmem.bench import wandering
from agentmem.bench.row import Row, at_most
from agentmem.graph.neo4j.store import Neo4jStore
from agentmem.host import Host
from agentmem.memory import Memory

Asked = TypeVar("Asked")
TOLD, COUNTED = 100, 10
AN_ADD, A_SEARCH = 1, 3
"""How many round trips each may take, whatever the memory."""


def trips(
    store: Neo4jStore, namespace: str, memories: Mapping[str, Callable[[], Memory]], host: Host, *, subject: str
) -> list[Row]:
    """Return how many round trips a write and a search take, at the most; of each memory, told the same events.

    Args:
        store: Where the namespace is kept; its copy, if there will be one, is there.
        namespace: That a memory shares with what is in it already.
        memories: Which ones.
        host: Opens the language.
        subject: What the namespace is called in a table.
    """
    language = host.language()
    rows, told = [], TOLD
    for name, make in memories.items():
        memory = AgentMemory(store, namespace=namespace, memory=make(), language=language, host=host)
        memory.add_many(wandering.events(0, told))
        memory.search(wandering.question(0))  # reads the vectors it searches, once
        added = [_trips(store, memory.add_many, wandering.events(told + number, 1)) for number in range(COUNTED)]
        searched = [_trips(store, memory.search, wandering.question(number)) for number in range(COUNTED)]
        told += COUNTED
        for measure, found, goal in (("an add", added, AN_ADD), ("a search", searched, A_SEARCH)):
            row = Row(measure=f"round trips of {measure}", subject=f"{name}, {subject}", unit="trips", value=max(found))
            rows.append(at_most(row, goal))
    return rows


def _trips(store: Neo4jStore, work: Callable[[Asked], object], asked: Asked) -> int:
    before = store.server.trips
    work(asked)
    return store.server.trips - before
