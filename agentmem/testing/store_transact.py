"""Contract tests: work that may be repeated, reads of one moment, all counters, and nobody else in a store."""

# ruff: noqa: D102, PT012 - the name of a test is its sentence; a batch that fails needs several

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar

import pytest

from agentmem.errors import InvalidInput
from agentmem.graph.contract import Edge, Graph, Store, StoreFactory, ids_of
from agentmem.testing.store_world import fact, names, unit_vectors
from agentmem.testing.store_writer import start_writer, write_alone


class TransactContract:
    """`transact`, `snapshot`, `counters` and `alone`.

    Attributes:
        snapshots_hold: Whether reads inside a snapshot are of one moment; a store need not promise it.
    """

    factory: ClassVar[type[StoreFactory]]
    snapshots_hold: ClassVar[bool] = True

    def test_work_is_done_and_gives_what_it_returns(self, graph: Graph) -> None:
        def work() -> list[str]:
            graph.put_nodes([fact("a", text="iron"), fact("b", 2)])
            graph.put_edges([Edge("a", "near", "b")])
            return ids_of(graph.scan())

        assert graph.transact(work) == ["a", "b"]

        assert ids_of(graph.scan()) == ["a", "b"]
        assert graph.edges(["a"]) == [Edge("a", "near", "b")]

    def test_work_that_raises_is_undone_whole(self, graph: Graph) -> None:
        graph.put_nodes([fact("old", text="iron")])

        def work() -> None:
            graph.put_nodes([fact("new", text="iron"), fact("old", 2)])
            graph.advance("journal", expected=0, value=1)
            raise RuntimeError

        with pytest.raises(RuntimeError):
            graph.transact(work)

        assert graph.scan() == [fact("old", text="iron")]
        assert names(graph.matching("iron", limit=5)) == ["old"]
        assert graph.counters() == {}

    def test_work_that_is_refused_says_why(self, graph: Graph) -> None:
        with pytest.raises(InvalidInput):
            graph.transact(lambda: graph.put_nodes([fact("")]))

        assert graph.scan() == []

    def test_work_in_a_batch_is_a_part_of_it(self, graph: Graph) -> None:
        with pytest.raises(RuntimeError), graph.batch():
            graph.transact(lambda: graph.put_nodes([fact("a")]))
            assert ids_of(graph.scan()) == ["a"]
            raise RuntimeError

        assert graph.scan() == []

    def test_work_in_a_batch_that_raises_is_undone_by_itself(self, graph: Graph) -> None:
        def work() -> None:
            graph.put_nodes([fact("inner"), fact("outer", 5)])
            raise RuntimeError

        with graph.batch():
            graph.put_nodes([fact("outer")])
            with pytest.raises(RuntimeError):
                graph.transact(work)
            graph.put_nodes([fact("later", 2)])

        assert graph.scan() == [fact("outer"), fact("later", 2)]

    def test_work_may_hold_batches_and_more_work(self, graph: Graph) -> None:
        def inner() -> int:
            graph.advance("journal", expected=0, value=1)
            return graph.counter("journal")

        def work() -> int:
            with graph.batch():
                graph.put_nodes([fact("a")])
            return graph.transact(inner)

        assert graph.transact(work) == 1
        assert (ids_of(graph.scan()), graph.counters()) == (["a"], {"journal": 1})

    def test_work_of_many_threads_on_what_they_read_loses_nothing(self, place: str, store: Store) -> None:
        other = self.factory().open(place)

        def work(number: int) -> None:
            graph = (store, other)[number % 2].graph("alice")

            def add_one() -> None:
                before = graph.counter("all")
                graph.put_nodes([fact(f"n{before}", before)])
                graph.advance("all", expected=before, value=before + 1)

            for _ in range(10):
                graph.transact(add_one)

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(work, range(4)))

        assert ids_of(store.graph("alice").scan()) == [f"n{number}" for number in range(40)]
        other.close()

    def test_all_counters_are_told_by_name(self, store: Store, graph: Graph) -> None:
        assert graph.counters() == {}

        for name, value in (("journal", 7), ("cursor/b", 2), ("cursor/a", 3)):
            graph.advance(name, expected=0, value=value)
        graph.advance("cursor/a", expected=3, value=4)
        store.graph("bob").advance("other", expected=0, value=1)

        assert list(graph.counters().items()) == [("cursor/a", 4), ("cursor/b", 2), ("journal", 7)]
        with graph.batch():
            graph.advance("journal", expected=7, value=8)
            assert graph.counters()["journal"] == 8

    def test_reads_in_a_snapshot_are_of_one_moment(self, place: str, store: Store, graph: Graph) -> None:
        if not self.snapshots_hold:
            pytest.skip("each read in a snapshot is of its own moment: an optional power it does not declare")
        old, new = unit_vectors(2)
        graph.put_nodes([fact("a", text="iron", vector=old), fact("b", 2, text="iron")])
        other = self.factory().open(place)

        with graph.snapshot():
            before = graph.scan()
            for number, writer in enumerate((store, other)):
                _written_elsewhere(writer.graph("alice"), f"later{number}")
            assert graph.scan() == before == graph.get(["a", "b", "later0", "later1"])
            assert sorted(names(graph.matching("iron", limit=9))) == ["a", "b"]
            assert (graph.edges(["a"]), graph.counters(), graph.stats()["nodes"]) == ([], {}, 2)

        assert ids_of(graph.scan()) == ["b", "later0", "later1", "a"]
        assert names(graph.nearest(new, limit=1)) == ["a"]
        assert graph.counters() == {"later0": 1, "later1": 1}
        other.close()

    def test_a_write_in_a_snapshot_is_kept_and_seen(self, graph: Graph) -> None:
        graph.put_nodes([fact("a")])

        with graph.snapshot(), graph.snapshot():
            assert ids_of(graph.scan()) == ["a"]
            graph.transact(lambda: graph.put_nodes([fact("b", 2)]))
            with graph.batch():
                graph.advance("journal", expected=0, value=1)
            assert (ids_of(graph.scan()), graph.counter("journal")) == (["a", "b"], 1)

        assert (ids_of(graph.scan()), graph.counter("journal")) == (["a", "b"], 1)

    def test_a_snapshot_in_a_batch_sees_what_that_wrote(self, graph: Graph) -> None:
        with graph.batch():
            graph.put_nodes([fact("a")])
            with graph.snapshot():
                assert ids_of(graph.scan()) == ["a"]
            graph.put_nodes([fact("b", 2)])

        assert ids_of(graph.scan()) == ["a", "b"]

    def test_an_error_in_a_snapshot_ends_it(self, graph: Graph) -> None:
        with pytest.raises(RuntimeError), graph.snapshot():
            graph.scan()
            raise RuntimeError

        graph.put_nodes([fact("a")])
        assert ids_of(graph.scan()) == ["a"]

    def test_nobody_else_is_inside_alone(self, place: str, store: Store) -> None:
        process = start_writer(self.factory, place, 10, "alone")
        inside, most = [0], [0]

        def work(number: int) -> None:
            one = store if number % 2 else self.factory().open(place)
            for _ in range(10):
                with one.alone():
                    inside[0] += 1
                    most[0] = max(most[0], inside[0])
                    write_alone(one)
                    inside[0] -= 1
            if one is not store:
                one.close()

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(work, range(4)))

        process.communicate()
        assert (process.returncode, most[0]) == (0, 1)
        assert store.graph("alice").counter("turn") == 50
        assert ids_of(store.graph("beside").scan()) == [f"n{turn}" for turn in range(50)]

    def test_who_raises_inside_alone_lets_others_in(self, store: Store) -> None:
        with pytest.raises(RuntimeError), store.alone():
            raise RuntimeError

        with ThreadPoolExecutor(1) as pool:
            pool.submit(_alone_for_a_moment, store).result()


def _alone_for_a_moment(store: Store) -> None:
    with store.alone():
        pass


def _written_elsewhere(graph: Graph, name: str) -> None:
    """Write, in another thread, to everything a read may look at."""

    def write() -> None:
        graph.put_nodes([fact(name, 7, text="iron"), fact("a", 9, text="iron", vector=unit_vectors(2)[1])])
        graph.put_edges([Edge("a", "near", name)])
        graph.advance(name, expected=0, value=1)

    writer = threading.Thread(target=write)
    writer.start()
    writer.join()
