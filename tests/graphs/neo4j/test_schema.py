"""What a store needs in a database is made once, by whoever comes first; nobody else's data is touched."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import neo4j
import pytest

from agentmem.errors import StoreRefused
from agentmem.graph.contract import Edge, Node
from agentmem.graph.neo4j import Neo4jStores
from agentmem.graph.neo4j.address import address_of
from agentmem.graph.neo4j.probe import probe
from agentmem.graph.neo4j.schema import VERSION, bring_up, schema_statements
from agentmem.graph.neo4j.server import Server
from agentmem.testing.neo4j import Neo4jServer

OPEN_WHEN_TOLD = """
import sys
from agentmem.graph.neo4j import Neo4jStores
from agentmem.graph.neo4j.store import Neo4jStore

print("ready", flush=True)
Neo4jStores().open(sys.stdin.readline().strip()).close()
"""
NAMES = "SHOW INDEXES YIELD name, state, type WHERE type <> 'LOOKUP' RETURN name, state ORDER BY name"


@pytest.fixture
def driver(own_server: Neo4jServer) -> Iterator[neo4j.Driver]:
    with own_server.driver() as opened:
        yield opened


@pytest.fixture
def bare(driver: neo4j.Driver) -> None:
    """Nothing is in the database."""
    driver.execute_query("MATCH (n) DETACH DELETE n")
    for record in driver.execute_query("SHOW CONSTRAINTS YIELD name").records:
        driver.execute_query(f"DROP CONSTRAINT {record['name']}")
    for record in driver.execute_query("SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP'").records:
        driver.execute_query(f"DROP INDEX {record['name']}")


@pytest.mark.usefixtures("bare")
def test_six_processes_that_open_it_at_once_all_succeed(own_uri: str, driver: neo4j.Driver) -> None:
    command = [sys.executable, "-c", OPEN_WHEN_TOLD]
    pipe = subprocess.PIPE
    processes = [subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) for _ in range(6)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        print(own_uri, file=process.stdin, flush=True)

    said = [process.communicate()[1] for process in processes]

    assert said == [""] * 6
    states = {record["name"]: record["state"] for record in driver.execute_query(NAMES).records}
    assert states == dict.fromkeys(
        ["mem_key", "mem_meta", "mem_order", "mem_space", "mem_version", "mem_words"], "ONLINE"
    )
    metas = driver.execute_query("MATCH (m:MemMeta {key: 'schema'}) RETURN m.version AS version").records
    assert [record["version"] for record in metas] == [VERSION]


@pytest.mark.usefixtures("bare")
def test_it_is_made_when_a_store_is_first_opened_and_costs_one_round_trip_afterwards(own_uri: str) -> None:
    server = Server(address_of(own_uri))
    first = probe(server)
    bring_up(server, first)
    before = server.trips

    second = probe(server)
    bring_up(server, second)

    assert (first.schema, second.schema) == (None, VERSION)
    assert server.trips == before + 1
    server.close()


@pytest.mark.usefixtures("bare")
def test_what_is_missing_of_an_older_one_is_made(own_uri: str, driver: neo4j.Driver) -> None:
    driver.execute_query("CREATE (m:MemMeta {key: 'schema', version: 0})")

    Neo4jStores().open(own_uri).close()

    assert len(driver.execute_query(NAMES).records) == len(schema_statements())
    assert driver.execute_query("MATCH (m:MemMeta {key: 'schema'}) RETURN m.version").records[0][0] == VERSION


@pytest.mark.usefixtures("bare")
def test_a_newer_one_is_refused_and_left_as_it_is(own_uri: str, driver: neo4j.Driver) -> None:
    driver.execute_query("CREATE (m:MemMeta {key: 'schema', version: 999})")

    with pytest.raises(StoreRefused, match="upgrade with: pip install --upgrade agentmem-graph"):
        Neo4jStores().open(own_uri)

    assert driver.execute_query(NAMES).records == []


@pytest.mark.usefixtures("bare")
def test_what_the_server_is_and_can_do_is_known(own_uri: str) -> None:
    server = Server(address_of(own_uri))

    found = probe(server)

    assert (found.version[:5], found.edition, found.database) == ("5.26.", "community", "neo4j")
    assert (found.schema, found.is_used, found.filters_vectors) == (None, False, False)
    server.close()


@pytest.mark.usefixtures("bare")
def test_the_data_of_another_application_are_never_touched(own_uri: str, driver: neo4j.Driver) -> None:
    driver.execute_query("CREATE CONSTRAINT person FOR (p:Person) REQUIRE p.name IS UNIQUE")
    driver.execute_query(
        "CREATE (a:Person {name: 'Ann', namespace: 'team', id: 'e1', kind: '/Event', version: 7, vec: [1.0]})"
        "-[:KNOWS {since: 1999}]->(b:Event {name: 'Bob', namespace: 'team', id: 'e2'})"
    )
    before = _others(driver)

    store = Neo4jStores().open(own_uri)
    graph = store.graph("team")
    at = datetime(2026, 1, 1, tzinfo=UTC)
    graph.put_nodes([Node("e1", "Event", at, text="rain"), Node("e2", "Person", at, text="sun")])
    graph.put_edges([Edge("e1", "KNOWS", "e2")])
    found = [node.id for node in graph.scan()], [hit.node.id for hit in graph.matching("rain", limit=5)]
    graph.delete(["e1"])
    store.forget_vectors("team")
    dropped = store.drop("team")
    store.close()

    assert found == (["e1", "e2"], ["e1"])
    assert dropped == 1
    assert _others(driver) == before


def _others(driver: neo4j.Driver) -> list[object]:
    asked = "MATCH (a)-[r]->(b) WHERE NOT a:Mem RETURN labels(a), properties(a), type(r), properties(r), properties(b)"
    return [record.values() for record in driver.execute_query(asked).records]
