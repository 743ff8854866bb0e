"""A node that is erased while it is read is there or not: a server may send it with some of its properties only."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from agentmem.graph.contract import Edge, Graph
from agentmem.graph.neo4j.address import address_of
from agentmem.graph.neo4j.rows import edges_of, is_there, nodes_of
from agentmem.graph.neo4j.store import Neo4jStore
from agentmem.testing.neo4j.roots import store_uri
from agentmem.testing.store_world import fact, unit_vectors

NODES, ROUNDS = 200, 12
IDS = [f"n{number}" for number in range(NODES)]
VECTORS = unit_vectors(NODES)
READS: dict[str, Callable[[Graph], object]] = {
    "get": lambda graph: graph.get(IDS, vectors=True),
    "scan": lambda graph: graph.scan(),
    "edges": lambda graph: graph.edges(IDS),
    "expand": lambda graph: graph.expand(["n100"], hops=3),
    "matching": lambda graph: graph.matching("lamp", limit=50),
    "nearest": lambda graph: graph.nearest(VECTORS[1], limit=50),
    "stats": lambda graph: graph.stats(),
}


@pytest.mark.parametrize("near", [20_000, 0], ids=["near", "far"])
def test_whoever_reads_sees_whole_nodes(neo4j_uri: str, tmp_path: Path, near: int) -> None:
    with closing(Neo4jStore(address_of(store_uri(neo4j_uri, tmp_path, near=0)))) as written:
        writer = written.graph("alice")
        put(writer, 0, NODES)
        with (
            closing(Neo4jStore(address_of(store_uri(neo4j_uri, tmp_path, near=near)))) as read,
            erased_again_and_again(writer),
        ):
            for _ in range(ROUNDS):
                for ask in READS.values():
                    ask(read.graph("alice"))  # which would raise

        assert [node.id for node in written.graph("alice").scan()] == IDS


@pytest.mark.parametrize("missing", ["id", "kind", "position", "at_us", "by", "version"])
def test_a_row_without_what_every_node_has_is_of_none(missing: str) -> None:
    row = {"id": "n1", "kind": "m/Fact", "position": 1, "at_us": 0, "by": "", "version": 1}

    assert is_there(row)
    assert [node.id for node in nodes_of([row, row | {missing: None}])] == ["n1"]


def test_an_edge_without_an_end_or_its_properties_is_none() -> None:
    whole = ["n1", "near", "n2", {"position": 1}]

    found = edges_of([whole, [None, "near", "n2", {"position": 1}], ["n1", "near", None, {"position": 1}],
                      ["n1", "near", "n2", {}]])  # fmt: skip

    assert found == [Edge("n1", "near", "n2", {}, 1)]


def put(graph: Graph, first: int, last: int) -> None:
    with graph.batch():
        graph.put_nodes([fact(IDS[n], n, text=f"lamp {n}", vector=VECTORS[n]) for n in range(first, last)])
        graph.put_edges([Edge(IDS[n], "near", IDS[n - 1]) for n in range(max(1, first), last)])


@contextmanager
def erased_again_and_again(graph: Graph) -> Iterator[None]:
    """Meanwhile, let another thread erase some nodes, and write them again."""
    done = threading.Event()

    def erase() -> None:
        first = 0
        while not done.is_set():
            graph.delete(IDS[first : first + 20])
            put(graph, first, first + 20)
            first = (first + 60) % NODES

    erasing = threading.Thread(target=erase)
    erasing.start()
    try:
        yield
    finally:
        done.set()
        erasing.join()
