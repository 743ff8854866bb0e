"""Contract tests: what was acknowledged survives kill -9, whole; several processes lose nothing."""

# ruff: noqa: D102 - the name of a test is its sentence

from __future__ import annotations

import os
import random
import time
from typing import ClassVar

from agentmem.graph.contract import Graph, Store, StoreFactory, Where, ids_of
from agentmem.testing.store_world import names, unit_vectors
from agentmem.testing.store_writer import start_writer, write_turns

ROUNDS = "AGENTMEM_KILL_ROUNDS"
"""Environment variable: how often to kill a writer."""


class DurabilityContract:
    """`kill -9`, and writers side by side."""

    factory: ClassVar[type[StoreFactory]]
    rounds: ClassVar[int] = 40
    """How often a writer is killed, if the environment does not say."""

    def test_nothing_acknowledged_is_lost_and_nothing_torn_by_kill_9(self, place: str) -> None:
        chance = random.Random(1)  # noqa: S311 - when to kill
        acknowledged: list[int] = []
        for _ in range(int(os.environ.get(ROUNDS, self.rounds))):
            with start_writer(self.factory, place, 1_000_000) as writer:
                assert writer.stdout is not None
                if chance.random() < 0.9:
                    acknowledged.append(int(writer.stdout.readline()))
                    time.sleep(chance.random() * 0.03)
                else:
                    time.sleep(chance.random() * 0.4)
                writer.kill()
                acknowledged += [int(line) for line in writer.stdout.read().split("\n")[:-1]]

        store = self.factory().open(place)
        graph = store.graph("alice")
        turns = graph.counter("turn")
        assert acknowledged == sorted(set(acknowledged))
        assert set(range(turns)) >= set(acknowledged)
        _check_turns(graph, turns)
        store.close()

    def test_two_processes_share_a_store_and_lose_nothing(self, place: str, store: Store) -> None:
        graph = store.graph("alice")
        writers = [start_writer(self.factory, place, 60) for _ in range(2)]

        write_turns(graph, 30)
        lines = [line for writer in writers for line in writer.communicate()[0].split()]

        assert [writer.returncode for writer in writers] == [0, 0]
        assert len(set(lines)) == len(lines) == 120
        assert graph.counter("turn") == 150
        _check_turns(graph, 150)

    def test_what_another_process_writes_is_seen_without_reopening(self, place: str, store: Store) -> None:
        graph = store.graph("alice")
        write_turns(graph, 1)
        assert names(graph.nearest(unit_vectors(2, seed=0)[1], limit=1)) == ["fact/0"]

        for _ in range(2):
            start_writer(self.factory, place, 2).communicate()

        assert ids_of(graph.scan(newest=True, limit=1)) == ["fact/4"]
        _check_turns(graph, 5)


def _check_turns(graph: Graph, turns: int) -> None:
    """Check that exactly the first `turns` turns of `write_turn` are kept, each of them whole."""
    events = [f"event/{turn}" for turn in range(turns)]
    facts = [f"fact/{turn}" for turn in range(turns)]
    every = graph.scan(Where(retired=True), vectors=True)
    assert sorted(ids_of(every)) == sorted(events + facts)
    assert all(node.vector is not None for node in every)
    assert [node.retired for node in graph.get(facts[:-1])] == list(range(1, turns))
    ends = {(edge.source, edge.target) for edge in graph.edges(facts, retired=True)}
    assert ends == set(zip(facts, events, strict=True))
    for turn in {0, turns // 2, turns - 1} if turns else ():
        one = unit_vectors(2, seed=turn)[0]
        assert names(graph.nearest(one, limit=1)) == [f"event/{turn}"]
        found = {f"event/{turn}", f"fact/{turn}"}
        assert set(names(graph.matching(f"turn{turn}", Where(retired=True), limit=5))) == found
