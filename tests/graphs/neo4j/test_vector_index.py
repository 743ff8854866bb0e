"""A namespace that has outgrown exact search gets an index of its own, and finds the same with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import neo4j
import numpy as np
import pytest

from agentmem.graph.contract import Where
from agentmem.graph.neo4j import vector_index
from agentmem.graph.neo4j.address import address_of
from agentmem.graph.neo4j.store import Neo4jStore
from agentmem.graph.neo4j.vector_index import index_name
from agentmem.testing.neo4j.roots import store_uri
from agentmem.testing.store_world import DIM, by_hand, fact, names, unit_vectors


@pytest.fixture
def store(neo4j_uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Neo4jStore]:
    monkeypatch.setattr(vector_index, "EXACT", 200)
    with closing(Neo4jStore(address_of(store_uri(neo4j_uri, tmp_path, near=0)))) as store:
        graph = store.graph("alice")
        vectors = unit_vectors(500)
        graph.put_nodes([fact(f"n{i}", i, props={"n": i}, vector=vectors[i]) for i in range(500)])
        graph.retire([f"n{i}" for i in range(0, 500, 5)], position=600)
        store.graph("bob").put_nodes([fact("theirs", vector=vectors[1])])
        yield store
        store.drop("alice")


def indexed(store: Neo4jStore) -> str:
    """Let the index be made; return its name."""
    graph = store.graph("alice")
    graph.nearest(unit_vectors(1)[0], limit=1)
    store._far.indexes.wait()
    graph.nearest(unit_vectors(1)[0], limit=1)
    name = store._far.indexes.known(store.address.full_name("alice"), DIM)
    assert name is not None
    return name


@pytest.mark.parametrize("where", [Where(), Where(label="Fact", after=50), Where(retired=True), Where(as_of=300)])
def test_the_same_is_found_as_by_hand(store: Neo4jStore, where: Where) -> None:
    indexed(store)
    graph = store.graph("alice")
    nodes = graph.scan(where, vectors=True)

    for query in unit_vectors(4, seed=9):
        found, expected = graph.nearest(query, where, limit=10), by_hand(nodes, query, 10)

        assert names(found) == names(expected)
        assert [hit.score for hit in found] == pytest.approx([hit.score for hit in expected], abs=1e-5)


def test_where_few_are_meant_the_search_is_exact_after_all(store: Neo4jStore) -> None:
    indexed(store)
    graph = store.graph("alice")
    where = Where(props={"n": ("in", [3, 77, 401])})

    assert len(graph.nearest(unit_vectors(1, seed=9)[0], where, limit=10)) == 3


def test_what_is_written_afterwards_is_found_too_also_by_who_keeps_a_copy(
    store: Neo4jStore, neo4j_uri: str, tmp_path: Path
) -> None:
    indexed(store)
    one, two = unit_vectors(2, seed=77)
    store.graph("alice").put_nodes([fact("far", 700, vector=one)])
    with closing(Neo4jStore(address_of(store_uri(neo4j_uri, tmp_path)))) as near:
        near.graph("alice").put_nodes([fact("near", 701, vector=two)])

    def found() -> list[str]:
        return [names(store.graph("alice").nearest(vector, limit=1))[0] for vector in (one, two)]

    with neo4j.GraphDatabase.driver(neo4j_uri) as driver:
        driver.execute_query("CALL db.awaitIndexes(60)")
    assert found() == ["far", "near"]


def test_inside_a_batch_what_it_wrote_is_found(store: Neo4jStore) -> None:
    indexed(store)
    graph = store.graph("alice")
    vector = unit_vectors(1, seed=77)[0]

    with graph.batch():
        graph.put_nodes([fact("new", 700, vector=vector)])

        assert names(graph.nearest(vector, limit=1)) == ["new"]


def test_vectors_made_anew_are_found_and_dropping_the_namespace_drops_its_index(
    store: Neo4jStore, neo4j_uri: str
) -> None:
    name = indexed(store)
    graph = store.graph("alice")
    rows = np.concatenate([unit_vectors(3), unit_vectors(3)], axis=1) / np.sqrt(2)

    with graph.batch():
        store.forget_vectors("alice")
        graph.put_nodes([fact(f"n{i}", i, vector=rows[i - 1]) for i in range(1, 4)])

    assert names(graph.nearest(rows[1], limit=1)) == ["n2"]
    indexed_anew = index_name(store.address.full_name("alice"), 2 * DIM)
    store._far.indexes.wait()
    assert graph.nearest(rows[1], limit=1)[0].score == pytest.approx(1, abs=1e-5)
    store.drop("alice")
    with neo4j.GraphDatabase.driver(neo4j_uri) as driver:
        there = {row["name"] for row in driver.execute_query("SHOW INDEXES YIELD name").records}
    assert indexed_anew not in there
    assert name != indexed_anew
