"""Contract tests: all vectors of a namespace can go at once, and others of another dimension come."""

# ruff: noqa: D102 - the name of a test is its sentence

from __future__ import annotations

import threading
from contextlib import suppress

import numpy as np
import pytest

from agentmem.errors import WrongDimension
from agentmem.graph.contract import Graph, Node, Store, Where, ids_of
from agentmem.testing.store_world import DIM, fact, names, unit_vectors
from agentmem.vectors import Vectors, to_unit


class VectorsAnewContract:
    """`forget_vectors`, and what is written after it in the same batch."""

    def test_forgetting_vectors_leaves_everything_else(self, store: Store, graph: Graph) -> None:
        nodes = _facts(3)
        graph.put_nodes(nodes)
        graph.retire(["b"], position=9)

        store.forget_vectors("alice")

        every = Where(retired=True)
        left = [node._replace(vector=None, retired=9 if node.id == "b" else None) for node in nodes]
        assert graph.scan(every, vectors=True) == left
        assert names(graph.matching("key", every, limit=9)) == ["a", "b", "c"]
        assert graph.stats()["vectors"] == 0
        assert graph.nearest(unit_vectors(1)[0], every, limit=9) == []

    def test_vectors_of_another_dimension_come_in_the_same_batch(self, store: Store, graph: Graph) -> None:
        graph.put_nodes(_facts(3))
        graph.retire(["b"], position=9)
        assert names(graph.nearest(unit_vectors(3)[2], limit=1)) == ["c"]  # held in memory, where a store does so
        new = _wider(unit_vectors(3, seed=5))

        with graph.batch():
            kept = graph.scan(Where(retired=True))
            store.forget_vectors("alice")
            graph.put_nodes([node._replace(vector=row) for node, row in zip(kept, new, strict=True)])
            inside = names(graph.nearest(new[0], limit=9))

        assert sorted(inside) == ["a", "c"]
        assert inside[0] == "a"
        assert names(graph.nearest(new[1], Where(retired=True), limit=1)) == ["b"]
        assert names(graph.nearest(new[2], limit=1)) == ["c"]
        assert [node.retired for node in graph.get(["a", "b", "c"])] == [None, 9, None]
        with pytest.raises(WrongDimension):
            graph.nearest(unit_vectors(1)[0], limit=1)
        with pytest.raises(WrongDimension):
            graph.put_nodes([fact("d", vector=unit_vectors(1)[0])])

    def test_vectors_of_the_same_dimension_take_the_place_of_the_old_ones(self, store: Store, graph: Graph) -> None:
        graph.put_nodes(_facts(3))
        assert len(graph.nearest(unit_vectors(1)[0], limit=9)) == 3
        new = unit_vectors(3, seed=5)

        with graph.batch():
            store.forget_vectors("alice")
            graph.put_nodes([node._replace(vector=row) for node, row in zip(_facts(3), new, strict=True)])

        hits = graph.nearest(new[1], limit=9)
        assert names(hits)[0] == "b"
        assert len(hits) == 3
        assert hits[0].score == pytest.approx(1, abs=1e-5)

    def test_a_batch_that_fails_brings_the_old_vectors_back(self, store: Store, graph: Graph) -> None:
        graph.put_nodes(_facts(2))
        before = graph.scan(vectors=True)

        with pytest.raises(ZeroDivisionError):
            _fail_amid(store, graph)

        assert [node.id for node in graph.scan(vectors=True)] == ids_of(before)
        assert all(
            np.array_equal(now.vector, was.vector)  # type: ignore[arg-type]
            for now, was in zip(graph.scan(vectors=True), before, strict=True)
        )
        assert names(graph.nearest(unit_vectors(2)[1], limit=1)) == ["b"]

    def test_whoever_searches_meanwhile_finds_all_of_the_old_or_all_of_the_new(
        self, store: Store, graph: Graph
    ) -> None:
        graph.put_nodes(_facts(6))
        seen: set[tuple[int, int]] = set()
        is_done = threading.Event()

        def search() -> None:
            mine, wide = unit_vectors(1)[0], _wider(unit_vectors(1))[0]
            while not is_done.is_set():
                for query in (mine, wide):
                    with suppress(WrongDimension):
                        seen.add((len(query), len(store.graph("alice").nearest(query, limit=9))))

        reader = threading.Thread(target=search)
        reader.start()
        for turn in range(20):
            rows = unit_vectors(6) if turn % 2 else _wider(unit_vectors(6))
            with graph.batch():
                store.forget_vectors("alice")
                graph.put_nodes([node._replace(vector=row) for node, row in zip(_facts(6), rows, strict=True)])
        is_done.set()
        reader.join()

        assert seen <= {(DIM, 6), (2 * DIM, 6)}

    def test_other_namespaces_keep_their_vectors(self, store: Store, graph: Graph) -> None:
        graph.put_nodes(_facts(2))
        other = store.graph("bob")
        other.put_nodes(_facts(2))

        store.forget_vectors("alice")

        assert names(other.nearest(unit_vectors(2)[1], limit=1)) == ["b"]

    def test_forgetting_the_vectors_of_nothing_does_nothing(self, store: Store, graph: Graph) -> None:
        store.forget_vectors("alice")

        assert graph.scan() == []


def _fail_amid(store: Store, graph: Graph) -> None:
    with graph.batch():
        store.forget_vectors("alice")
        graph.put_nodes([fact("a", vector=_wider(unit_vectors(1))[0])])
        raise ZeroDivisionError


def _facts(count: int) -> list[Node]:
    rows = unit_vectors(count)
    return [fact(name, n, text=f"key {name}", vector=rows[n - 1]) for n, name in enumerate("abcdef"[:count], 1)]


def _wider(rows: Vectors) -> Vectors:
    """Return rows with twice as many numbers."""
    assert rows.shape[1] == DIM
    return to_unit(np.concatenate([rows, rows[:, ::-1]], axis=1))
