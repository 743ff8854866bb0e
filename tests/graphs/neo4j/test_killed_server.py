"""A server that is killed under a stream of writes loses nothing that was acknowledged."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from agentmem.agent_memory import AgentMemory
from agentmem.errors import StoreUnavailable
from agentmem.events import new_event
from agentmem.graph.contract import Where
from agentmem.testing.neo4j import Neo4jServer
from agentmem.testing.neo4j.roots import store_uri


class Writer(threading.Thread):
    """Adds one event after the other to a namespace of its own, until it is told to stop."""

    def __init__(self, uri: str, namespace: str) -> None:
        super().__init__(daemon=True)
        self.namespace = namespace
        self.acknowledged: list[str] = []
        self._uri = uri
        self._done = threading.Event()

    def run(self) -> None:
        with AgentMemory(self._uri, memory="window", namespace=self.namespace) as memory:
            while not self._done.is_set():
                name = f"e{len(self.acknowledged)}"
                memory.add_many([new_event(f"turn {name}", id=name)])
                self.acknowledged.append(name)

    def wait_for_more(self, count: int) -> None:
        before = len(self.acknowledged)
        while len(self.acknowledged) < before + count:
            assert self.is_alive()
            time.sleep(0.01)

    def stop(self) -> None:
        self._done.set()
        self.join()


def test_nothing_acknowledged_is_lost_and_nothing_is_there_twice(
    own_server: Neo4jServer, own_uri: str, tmp_path: Path
) -> None:
    uri = store_uri(own_uri, tmp_path)
    writers = [Writer(f"{uri}&wait=60&near={near}", f"near {near}") for near in (20_000, 0)]
    for writer in writers:
        writer.start()
    for _ in range(2):
        for writer in writers:
            writer.wait_for_more(15)
        own_server.restart()
    for writer in writers:
        writer.wait_for_more(15)
        writer.stop()

    for writer in writers:
        with AgentMemory(uri, memory="window", namespace=writer.namespace) as memory:
            kept = [node.id.removeprefix("event/") for node in memory.graph.scan(Where(memory="", label="Event"))]
            assert kept == writer.acknowledged
            assert memory.status().entries == len(writer.acknowledged)


def test_a_memory_on_a_server_that_is_gone_says_so_within_ten_seconds(
    own_server: Neo4jServer, own_uri: str, tmp_path: Path
) -> None:
    with AgentMemory(store_uri(own_uri, tmp_path), memory="arigraph") as memory:
        memory.add("The key is in the kitchen.")
        own_server.kill()

        for what in (lambda: memory.add("The door is open."), lambda: memory.search("where is the key?")):
            began = time.monotonic()
            with pytest.raises(StoreUnavailable, match=r"no Neo4j answers|away|start"):
                what()
            assert time.monotonic() - began < 10
