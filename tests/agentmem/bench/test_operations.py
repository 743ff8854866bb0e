"""Operations on a server are held against SQLite and the bare driver, and leave nothing behind."""

from contextlib import closing

from agentmem.bench.operations import operations
from agentmem.graph.neo4j.address import address_of
from agentmem.graph.neo4j.store import Neo4jStore
from agentmem.host import Host

NAMES = "MATCH (s:MemSpace) WHERE s.namespace STARTS WITH 'bench-' RETURN s.namespace"


def test_each_operation_is_measured_near_and_far_and_nothing_is_left(neo4j_uri: str) -> None:
    with closing(Neo4jStore(address_of(neo4j_uri))) as store:
        before = store.server.read(NAMES)

        rows = operations(neo4j_uri, [60], host=Host(), memories={"none": lambda: Host().memory("none")})

        measured = {(row.measure, row.subject.partition(",")[0]) for row in rows}
        asked = {"get 1", "get 100", "expand 2 hops", "expand 3 hops", "vector top-10", "text top-10"}
        written = {"durable add of a node and 3 edges", "bulk add of 1,000 nodes"}
        assert {(name, where) for name in asked | written for where in ("near", "far")} <= measured
        assert all(row.value is not None and row.value > 0 for row in rows)
        assert all(row.goal == "<= 1.3x" for row in rows if row.measure in asked | written)
        assert all(row.ratio is not None and row.ratio > 1 for row in rows if row.measure in written)
        assert {(row.measure, row.value) for row in rows if row.unit == "trips"} == {
            ("round trips of an add", 1.0),
            ("round trips of a search", 1.0),
        }
        assert store.server.read(NAMES) == before
