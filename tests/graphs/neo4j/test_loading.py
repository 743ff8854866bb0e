"""Copies of larger namespaces are made beside the work; until one is there the server is read."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from agentmem.graph.contract import Edge, Graph, ids_of
from agentmem.graph.neo4j import loading, near
from agentmem.graph.neo4j.address import address_of
from agentmem.graph.neo4j.copies import Copy
from agentmem.graph.neo4j.server import Server
from agentmem.graph.neo4j.store import Neo4jStore
from agentmem.testing.neo4j import Neo4jServer
from agentmem.testing.neo4j.roots import store_uri
from agentmem.testing.store_world import fact, unit_vectors

Opens = Callable[..., Neo4jStore]
NODES = 120


@pytest.fixture(autouse=True)
def _small_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """A namespace of more than 20 nodes is copied beside the work, 10 nodes at a time."""
    monkeypatch.setattr(near, "AT_ONCE", 20)
    monkeypatch.setattr(loading, "PAGE", 10)
    monkeypatch.setattr(loading, "FIRST_S", 0.0)


@pytest.fixture
def open_neo4j(neo4j_uri: str, tmp_path: Path) -> Iterator[Opens]:
    with ExitStack() as opened:

        def open_(*, near: int | None = None, uri: str = neo4j_uri) -> Neo4jStore:
            return opened.enter_context(closing(Neo4jStore(address_of(store_uri(uri, tmp_path, near=near)))))

        yield open_


@pytest.fixture
def held_pages(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[threading.Event, threading.Event]]:
    """Loading stops after its first page: the first event tells that it is there, the second lets it go on."""
    there, goes_on = threading.Event(), threading.Event()
    put = Copy._put

    def held(copy: Copy, *args: Any) -> None:
        put(copy, *args)
        if threading.current_thread().name == "agentmem-neo4j-copies":
            there.set()
            assert goes_on.wait(60)

    monkeypatch.setattr(Copy, "_put", held)
    yield there, goes_on
    goes_on.set()


def fill(graph: Graph, count: int = NODES) -> None:
    vectors = unit_vectors(count)
    with graph.batch():
        graph.put_nodes([fact(f"n{i}", i, text=f"iron door {i}", vector=vectors[i]) for i in range(count)])
        graph.put_edges([Edge(f"n{i}", "near", f"n{(i * 7) % count}", {"i": i}, i) for i in range(count)])
        graph.retire(["n3"], position=count)
        graph.advance("journal", expected=0, value=count)


def trips(store: Neo4jStore, work: Callable[[], object]) -> int:
    before = store.server.trips
    work()
    return store.server.trips - before


def everything(graph: Graph) -> tuple[object, ...]:
    nodes = graph.scan()
    return (
        [(node.id, node.text, node.props, node.position) for node in nodes],
        sorted(map(str, graph.edges(ids_of(nodes), retired=True))),
        dict(graph.counters()),
        dict(graph.stats()),
    )


def is_near(store: Neo4jStore, namespace: str = "alice") -> bool:
    return trips(store, lambda: store.graph(namespace).nearest(unit_vectors(1)[0], limit=3)) == 1 and bool(
        store._near._copies._copies
    )


def test_once_it_is_there_a_read_and_a_write_cost_one_round_trip(open_neo4j: Opens) -> None:
    fill(open_neo4j(near=0).graph("alice"))
    store = open_neo4j()
    graph = store.graph("alice")

    assert trips(store, lambda: graph.get(["n1"])) == 2  # how large it is, and what was asked for
    store.wait_for_copies()

    def add() -> None:
        graph.put_nodes([fact("new", 500)])
        graph.put_edges([Edge("new", "near", "n1")])

    assert trips(store, lambda: graph.matching("iron", limit=3)) == 1
    assert trips(store, lambda: graph.transact(add)) == 1
    assert everything(graph) == everything(open_neo4j(near=0).graph("alice"))


def test_while_it_is_made_the_server_is_read_and_written_and_nothing_is_missed(
    open_neo4j: Opens, held_pages: tuple[threading.Event, threading.Event]
) -> None:
    there, goes_on = held_pages
    far = open_neo4j(near=0).graph("alice")
    fill(far)
    store = open_neo4j()
    graph = store.graph("alice")

    assert ids_of(graph.get(["n1"])) == ["n1"]
    assert there.wait(60)
    for number in range(40):  # more than a page of changes, in nodes before and after the page that is there
        graph.put_nodes([fact(f"a{number}", 600 + number), fact(f"n{number}", 700 + number, text="copper gate")])
        graph.put_edges([Edge(f"a{number}", "near", f"n{number + 1}"), Edge(f"n{number}", "other", f"a{number // 2}")])
    graph.retire(["n99"], position=900)
    graph.put_nodes([fact(f"b{number}", 901) for number in range(35)])  # one commit, of several pages
    assert ids_of(graph.get(["a1", "b34"])) == ["a1", "b34"]
    goes_on.set()
    store.wait_for_copies()

    assert is_near(store)
    assert everything(graph) == everything(far)


def test_threads_that_add_and_search_meet_the_switch_and_lose_nothing(open_neo4j: Opens) -> None:
    fill(open_neo4j(near=0).graph("alice"))
    store, other = open_neo4j(), open_neo4j()
    switched = threading.Event()

    def work(number: int) -> list[str]:
        graph = (store if number % 2 else other).graph("alice")
        mine: list[str] = []
        while len(mine) < 6 or not switched.is_set():
            name = f"t{number}-{len(mine)}"

            def add(name: str = name) -> None:
                done = graph.counter("adds")
                graph.put_nodes([fact(name, 1000 + done, text=f"amber {name}")])
                graph.advance("adds", expected=done, value=done + 1)

            graph.transact(add)
            mine.append(name)
            assert ids_of(graph.get(mine)) == mine
            assert graph.matching(f"amber {name}", limit=1)
        return mine

    with ThreadPoolExecutor(4) as threads:
        futures = [threads.submit(work, number) for number in range(4)]
        store.wait_for_copies()
        other.wait_for_copies()
        switched.set()
        added = sorted(name for future in futures for name in future.result())

    graph = open_neo4j(near=0).graph("alice")
    assert sorted(one for one in ids_of(graph.scan()) if one.startswith("t")) == added
    assert graph.counter("adds") == len(added)
    assert everything(store.graph("alice")) == everything(other.graph("alice")) == everything(graph)


def test_one_that_is_dropped_while_it_is_copied_is_gone(
    open_neo4j: Opens, held_pages: tuple[threading.Event, threading.Event]
) -> None:
    there, goes_on = held_pages
    fill(open_neo4j(near=0).graph("alice"))
    store, other = open_neo4j(), open_neo4j(near=0)
    graph = store.graph("alice")
    graph.get(["n1"])
    assert there.wait(60)

    other.drop("alice")
    assert graph.scan() == []
    other.graph("alice").put_nodes([fact("again", 1)])
    goes_on.set()
    store.wait_for_copies()

    assert ids_of(graph.scan()) == ["again"]
    assert store.drop("alice") == 1
    assert graph.scan() == []


@pytest.mark.parametrize("late", [False, True])
def test_what_is_erased_while_it_is_copied_is_in_no_copy(
    open_neo4j: Opens, held_pages: tuple[threading.Event, threading.Event], late: bool
) -> None:
    there, goes_on = held_pages
    far = open_neo4j(near=0).graph("alice")
    fill(far)
    store = open_neo4j()
    graph = store.graph("alice")
    graph.get(["n1"])
    assert there.wait(60)

    (far if late else graph).delete(["n0", "n1", "n99"])
    assert graph.get(["n0", "n99"]) == []
    goes_on.set()
    store.wait_for_copies()

    assert is_near(store)
    assert graph.get(["n0", "n99"]) == []
    assert everything(graph) == everything(far)


def test_a_server_that_is_killed_while_it_is_copied_is_read_on_when_it_is_back(
    own_server: Neo4jServer,
    own_uri: str,
    open_neo4j: Opens,
    held_pages: tuple[threading.Event, threading.Event],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    there, goes_on = held_pages
    fill(open_neo4j(near=0, uri=own_uri).graph("alice"))
    store = open_neo4j(uri=own_uri)
    store.graph("alice").get(["n1"])
    assert there.wait(60)
    load, begun = Copy.load, threading.Event()

    def loading_again(copy: Copy, *args: Any, **more: Any) -> Iterator[None]:
        begun.set()
        return load(copy, *args, **more)

    monkeypatch.setattr(Copy, "load", loading_again)
    monkeypatch.setattr(loading, "PAUSES_S", (0.5,) * 60)

    own_server.kill()
    goes_on.set()
    own_server.restart()
    store.wait_for_copies()

    assert is_near(store)
    assert not begun.is_set()  # it went on where it was
    assert everything(store.graph("alice")) == everything(open_neo4j(near=0, uri=own_uri).graph("alice"))


def test_where_copying_fails_the_server_is_read(
    open_neo4j: Opens, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("n1: secret text")

    fill(open_neo4j(near=0).graph("alice"))
    monkeypatch.setattr(Copy, "load", broken)
    store = open_neo4j()
    graph = store.graph("alice")

    graph.get(["n1"])
    store.wait_for_copies()

    assert ids_of(graph.get(["n1"])) == ["n1"]
    graph.put_nodes([fact("more", 500)])
    assert ids_of(graph.get(["more"])) == ["more"]
    assert "read on the server: RuntimeError" in caplog.text
    assert "secret" not in caplog.text


def test_closing_stops_it_at_once_also_where_the_server_does_not_answer(
    own_server: Neo4jServer, own_uri: str, open_neo4j: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    may, asked = threading.Event(), threading.Event()
    write = Server.write

    def told(server: Server, *args: Any, **more: Any) -> Any:
        if threading.current_thread().name == "agentmem-neo4j-copies":
            assert may.wait(60)
            own_server.freeze()
            asked.set()
        return write(server, *args, **more)

    fill(open_neo4j(near=0, uri=own_uri).graph("alice"))
    store = open_neo4j(uri=own_uri)
    monkeypatch.setattr(Server, "write", told)
    monkeypatch.setattr("agentmem.graph.neo4j.watch.QUIET_S", 3600)  # nothing else ends its waiting
    monkeypatch.setattr(loading, "END_S", 60)
    try:
        store.graph("alice").get(["n1"])
        may.set()
        assert asked.wait(60)
        thread = store._near._loader._thread
        assert thread is not None

        store.close()
        assert not thread.is_alive()
    finally:
        may.set()
        own_server.thaw()


def test_where_others_wrote_more_than_is_read_at_once_it_is_copied_anew(
    open_neo4j: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    far = open_neo4j(near=0).graph("alice")
    fill(far)
    store = open_neo4j()
    graph = store.graph("alice")
    graph.get(["n1"])
    store.wait_for_copies()
    monkeypatch.setattr("agentmem.graph.neo4j.copies.PAGE", 30)

    far.put_nodes([fact(f"late{i}", 500 + i) for i in range(40)])

    assert ids_of(graph.get(["late39"])) == ["late39"]
    store.wait_for_copies()
    assert is_near(store)
    assert everything(graph) == everything(far)


def test_copies_in_use_make_no_room_and_idle_ones_do(open_neo4j: Opens, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agentmem.graph.neo4j.copies.MOST_NODES", NODES + 50)
    far = open_neo4j(near=0)
    for name in ("alice", "bob"):
        fill(far.graph(name))
    store = open_neo4j(near=NODES + 50)
    for name in ("alice", "bob"):
        store.graph(name).get(["n1"])
        store.wait_for_copies()

    assert set(store._near._copies._copies) == {store.address.full_name("alice")}
    assert ids_of(store.graph("bob").get(["n1"])) == ["n1"]

    monkeypatch.setattr("agentmem.graph.neo4j.copies.IDLE_S", -1.0)
    store._near._loader.forget(store.address.full_name("bob"))
    store.graph("bob").get(["n1"])
    store.wait_for_copies()

    assert set(store._near._copies._copies) == {store.address.full_name("bob")}
    assert everything(store.graph("alice")) == everything(far.graph("alice"))
