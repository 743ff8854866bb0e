"""Contract tests: namespaces that never meet, threads, copies, and the life of a store."""

# ruff: noqa: D102, PT012 - the name of a test is its sentence; a batch that fails needs several

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import ClassVar, TypeVar

import pytest

from agentmem.errors import CursorMoved, InvalidInput, StoreUnavailable
from agentmem.graph.contract import Edge, Graph, Json, Node, Store, StoreFactory, Where, ids_of
from agentmem.graph.sqlite import SQLiteStores
from agentmem.testing.store_world import fact, names, unit_vectors
from agentmem.vectors import Vectors

T = TypeVar("T")


class SharingContract:
    """One store, many users."""

    factory: ClassVar[type[StoreFactory]]

    def uri(self, folder: Path) -> str:
        """Return the URI of one store that belongs to `folder`."""
        raise NotImplementedError

    def test_namespaces_never_meet(self, store: Store) -> None:
        vector = unit_vectors(1)[0]
        alice, bob = store.graph("alice"), store.graph("bob")
        for graph, word in ((alice, "iron"), (bob, "gold")):
            graph.put_nodes([fact("n", text=f"{word} key", vector=vector), fact("m", text=word, vector=-vector)])
            graph.put_edges([Edge("n", word, "m")])

        alice.retire(["m"], position=2)
        alice.put_nodes([fact("n", 5, text="iron lock")])
        alice.delete(["m"])

        assert names(bob.matching("key iron gold lock", limit=9)) == ["n", "m"]
        assert names(bob.nearest(vector, limit=9)) == ["n", "m"]
        assert bob.edges(["n"]) == [Edge("n", "gold", "m")]
        assert [far for _, far in bob.expand(["n"], hops=3)] == [0, 1]
        assert ids_of(bob.scan(Where(retired=True))) == ["m", "n"]
        assert bob.stats()["nodes"] == 2
        assert alice.nearest(vector, limit=9) == []

    @pytest.mark.parametrize("name", ["a b", "Ünï/çødé 🗝️", "'; drop table node; --", "7", "x" * 200, "%_*\\", "a:b"])
    def test_a_namespace_may_have_an_odd_name(self, store: Store, name: str) -> None:
        store.graph(name).put_nodes([fact("n", text="key")])
        store.graph("other").put_nodes([fact("o", text="key")])

        assert store.namespaces() == sorted(["other", name])
        assert names(store.graph(name).matching("key", limit=5)) == ["n"]

    @pytest.mark.parametrize("name", ["", "x" * 201, "a\nb", "a\0b", "\ud800"])
    def test_a_name_that_cannot_be_used_is_refused(self, store: Store, name: str) -> None:
        with pytest.raises(InvalidInput, match="namespace"):
            store.graph(name)

    def test_a_namespace_is_made_on_its_first_write(self, store: Store) -> None:
        store.graph("read only").scan()
        store.graph("refused").put_nodes([])
        store.graph("counted").advance("journal", expected=0, value=1)

        assert store.namespaces() == ["counted"]

    def test_a_dropped_namespace_is_gone_and_can_begin_anew(self, store: Store) -> None:
        vector = unit_vectors(1)[0]
        for name in ("alice", "bob"):
            graph = store.graph(name)
            graph.put_nodes([fact("n", text="key", vector=vector), fact("m")._replace(retired=1)])
            graph.advance("journal", expected=0, value=1)
            graph.nearest(vector, limit=1)
        alice = store.graph("alice")

        assert store.drop("alice") == 2
        assert store.drop("nobody") == 0

        assert store.namespaces() == ["bob"]
        assert not alice.scan(Where(retired=True))
        assert not alice.nearest(vector, limit=1)
        assert not alice.matching("key", limit=1)
        assert alice.counter("journal") == 0
        alice.put_nodes([fact("new", vector=unit_vectors(1)[0][:5])])
        assert ids_of(alice.scan()) == ["new"]
        assert names(store.graph("bob").nearest(vector, limit=1)) == ["n"]

    def test_a_namespace_that_came_to_nothing_leaves_no_trace_in_the_next(self, store: Store) -> None:
        vector = unit_vectors(1)[0]
        alice, bob = store.graph("alice"), store.graph("bob")
        with pytest.raises(RuntimeError), alice.batch():
            alice.put_nodes([fact("n", vector=vector[:5])])
            alice.nearest(vector[:5], limit=1)
            raise RuntimeError

        for graph in (bob, alice):
            graph.put_nodes([fact("n", vector=vector)])

        assert names(alice.nearest(vector, limit=5)) == names(bob.nearest(vector, limit=5)) == ["n"]

    def test_many_threads_write_and_read_at_once(self, store: Store) -> None:
        graph = store.graph("alice")

        def work(worker: int) -> None:
            for turn in range(20):
                vectors = unit_vectors(2, seed=worker * 100 + turn)
                with graph.batch():
                    number = graph.counter("all")
                    graph.put_nodes([fact(f"w{worker}/{turn}/{i}", number, vector=vectors[i]) for i in range(2)])
                    graph.put_edges([Edge(f"w{worker}/{turn}/0", "to", f"w{worker}/{turn}/1")])
                    graph.advance("all", expected=number, value=number + 1)
                assert names(graph.nearest(vectors[0], limit=1)) == [f"w{worker}/{turn}/0"]
                assert len(graph.scan()) % 2 == 0

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(work, range(4)))

        assert graph.counter("all") == 80
        assert graph.stats()["nodes"] == 160

    def test_readers_do_not_wait_for_an_open_batch_and_do_not_see_it(self, graph: Graph) -> None:
        vector = unit_vectors(1)[0]
        graph.put_nodes([fact("before", text="key", vector=vector)])

        with graph.batch():
            graph.put_nodes([fact("inside", text="key", vector=vector), fact("before", 9, text="key", vector=vector)])
            graph.nearest(vector, limit=5)
            began = time.monotonic()
            seen = _elsewhere(
                lambda: [graph.scan(), _nodes(graph, vector), [h.node for h in graph.matching("key", limit=5)]]
            )
            assert time.monotonic() - began < 5

        assert [ids_of(found) for found in seen] == [["before"]] * 3
        assert [[node.position for node in found] for found in seen] == [[1]] * 3
        assert sorted(ids_of(_nodes(graph, vector))) == ["before", "inside"]

    def test_a_reader_beside_a_batch_that_fails_loses_nothing(self, graph: Graph) -> None:
        vector = unit_vectors(1)[0]
        graph.put_nodes([fact("n", vector=vector)])

        with pytest.raises(RuntimeError), graph.batch():
            graph.put_nodes([fact("n", 2, vector=-vector)])
            graph.retire(["n"], position=3)
            graph.nearest(vector, limit=1)
            assert ids_of(_elsewhere(lambda: _nodes(graph, vector))) == ["n"]
            raise RuntimeError

        assert ids_of(_nodes(graph, vector)) == ["n"]

    def test_a_node_that_is_replaced_again_and_again_is_never_missed(self, graph: Graph) -> None:
        vectors = unit_vectors(200)
        graph.put_nodes([fact("n", vector=vectors[0]), fact("other", vector=vectors[1])])

        def replace_it() -> None:
            for turn, vector in enumerate(vectors):
                graph.put_nodes([fact("n", turn, vector=vector)])

        writer = threading.Thread(target=replace_it)
        writer.start()
        while writer.is_alive():
            assert sorted(names(graph.nearest(vectors[0], limit=5))) == ["n", "other"]
        writer.join()

    def test_what_others_write_is_seen_though_it_was_looked_for_in_vain(self, place: str, store: Store) -> None:
        old, new = unit_vectors(2)
        mine, other = store.graph("alice"), self.factory().open(place)
        theirs = other.graph("alice")
        mine.put_nodes([fact("mine", vector=old)])
        assert (mine.get(["n"]), mine.counter("journal")) == ([], 0)

        theirs.put_nodes([fact("n", 2, text="iron", vector=new), fact("o", 3, vector=new)])
        theirs.advance("journal", expected=0, value=7)

        assert ids_of(mine.get(["n"])) == ["n"]
        assert mine.counter("journal") == 7
        with pytest.raises(CursorMoved):
            mine.advance("journal", expected=0, value=1)
        mine.put_nodes([fact("n", 4, text="copper", vector=old), fact("m", 5, vector=new)])
        mine.put_edges([Edge("n", "near", "o")])
        for graph in (mine, theirs):
            assert ids_of(graph.scan()) == ["mine", "o", "n", "m"]
            assert sorted(names(graph.nearest(new, limit=2))) == ["m", "o"]
            assert (names(graph.matching("iron", limit=5)), names(graph.matching("copper", limit=5))) == ([], ["n"])
            assert graph.edges(["n"]) == [Edge("n", "near", "o")]
        other.close()

    def test_a_node_of_a_new_kind_is_read_whole_the_moment_it_is_there(self, graph: Graph) -> None:
        wanted = [f"n{number}" for number in range(300)]

        def write() -> None:
            for number, name in enumerate(wanted):
                graph.put_nodes([fact(name)._replace(label=f"Kind{number}")])

        writer = threading.Thread(target=write)
        writer.start()
        while writer.is_alive():
            assert all(node.label == f"Kind{node.id[1:]}" for node in graph.get(wanted))
            graph.stats()
        writer.join()

    def test_who_wrote_a_node_reads_it_as_everybody_does(self, graph: Graph) -> None:
        west = timezone(timedelta(hours=-5))
        at = datetime(2026, 3, 1, 7, 0, 0, 123456, west)
        props: dict[str, Json] = {"half": "\ud800", "pair": [1, 2.0], "deep": {"1": None}}
        graph.put_nodes([Node("n", "Fact", at, "m", "\ud800 hi", props, None, 3, None, "\ud800")])

        assert repr(graph.get(["n"])) == repr(_elsewhere(lambda: graph.get(["n"])))
        assert repr(graph.scan()) == repr(_elsewhere(graph.scan))

    def test_a_backup_can_be_opened_while_others_go_on_writing(self, store: Store, tmp_path: Path) -> None:
        graph = store.graph("alice")
        graph.put_nodes([fact("n0", text="key", vector=unit_vectors(1)[0])])
        stop = threading.Event()

        def write() -> None:
            turn = 1
            while not stop.is_set():
                graph.put_nodes([fact(f"n{turn}", turn)])
                turn += 1

        writer = threading.Thread(target=write)
        writer.start()
        try:
            store.backup(tmp_path / "copy" / "copy.db")
        finally:
            stop.set()
            writer.join()

        copy = SQLiteStores().open(str(tmp_path / "copy" / "copy.db"), create=False)  # whatever kind it is a copy of
        held = ids_of(copy.graph("alice").scan())
        assert held == [f"n{i}" for i in range(len(held))]
        assert names(copy.graph("alice").matching("key", limit=1)) == ["n0"]
        copy.close()
        with pytest.raises(StoreUnavailable, match="already"):
            store.backup(tmp_path / "copy" / "copy.db")

    def test_a_closed_store_says_so_and_opens_again_as_it_was(self, place: str, store: Store) -> None:
        graph = store.graph("alice")
        graph.put_nodes([fact("n", text="key", vector=unit_vectors(1)[0])])
        before = graph.scan(vectors=True)

        store.close()
        store.close()
        with pytest.raises(StoreUnavailable, match="closed"):
            graph.scan()
        again = self.factory().open(place, create=False)

        assert str(again.graph("alice").scan(vectors=True)) == str(before)
        assert again.graph("alice").counter("journal") == 0
        again.close()

    def test_a_store_that_is_not_there_is_not_made_unasked(self, tmp_path: Path) -> None:
        with pytest.raises(StoreUnavailable):
            self.factory().open(self.uri(tmp_path / "nowhere"), create=False)

        assert not (tmp_path / "nowhere").exists()


def _nodes(graph: Graph, vector: Vectors) -> list[Node]:
    return [hit.node for hit in graph.nearest(vector, limit=9)]


def _elsewhere(ask: Callable[[], T]) -> T:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(ask).result()
