"""A server that is killed under a stream of writes loses nothing that was acknowledged."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from agentmem.agent_memory import AgentMemory
from agentmem.errors import StoreUnavailable
from agentmem.events import new_event
from agentmem.graph.contract import Where
from agentmem.testing.neo4j import Neo4jServer

Starts = Callable[..., Neo4jServer]


@pytest.mark.parametrize("near", [20_000, 0], ids=["near", "far"])
def test_nothing_acknowledged_is_lost_and_nothing_is_there_twice(start_neo4j: Starts, near: int) -> None:
    server = start_neo4j()
    acknowledged: list[str] = []
    done = threading.Event()

    def add_on() -> None:
        with AgentMemory(f"{server.uri}?wait=60&near={near}", memory="window") as memory:
            while not done.is_set():
                name = f"e{len(acknowledged)}"
                memory.add_many([new_event(f"turn {name}", id=name)])
                acknowledged.append(name)

    writer = threading.Thread(target=add_on)
    writer.start()
    for _ in range(2):
        before = len(acknowledged)
        while len(acknowledged) < before + 15:
            assert writer.is_alive()
            time.sleep(0.01)
        server.restart()
    before = len(acknowledged)
    while len(acknowledged) < before + 15:
        assert writer.is_alive()
        time.sleep(0.01)
    done.set()
    writer.join()

    with AgentMemory(server.uri, memory="window") as memory:
        kept = [node.id.removeprefix("event/") for node in memory.graph.scan(Where(memory="", label="Event"))]
        assert kept == acknowledged
        assert memory.status().entries == len(acknowledged)


def test_a_memory_on_a_server_that_is_gone_says_so_within_ten_seconds(start_neo4j: Starts, tmp_path: Path) -> None:
    server = start_neo4j()
    with AgentMemory(server.uri, memory="arigraph") as memory:
        memory.add("The key is in the kitchen.")
        server.kill()

        for what in (lambda: memory.add("The door is open."), lambda: memory.search("where is the key?")):
            began = time.monotonic()
            with pytest.raises(StoreUnavailable, match=r"no Neo4j answers|away|start"):
                what()
            assert time.monotonic() - began < 10
