"""Operations on a server are held against SQLite and the bare driver, and leave nothing behind."""

from agentmem.bench.operations import operations
from agentmem.host import Host


def test_each_operation_is_measured_near_and_far_and_nothing_is_left(neo4j_uri: str) -> None:
    rows = operations(neo4j_uri, [60])

    measured = {(row.measure, row.subject.partition(",")[0]) for row in rows}
    asked = {"get 1", "get 100", "expand 2 hops", "expand 3 hops", "vector top-10", "text top-10"}
    assert {(name, where) for name in asked for where in ("near", "far")} <= measured
    assert all(row.value is not None and row.value > 0 for row in rows)
    assert all(row.goal == "<= 1.3x" for row in rows if row.measure in asked)
    store = Host().store(neo4j_uri)
    names = store.server.read("MATCH (s:MemSpace) RETURN s.namespace")  # type: ignore[attr-defined]
    assert [name for name in names if name[0].startswith("bench-")] == []
    store.close()
