"""What the server is asked: every statement is kept to one namespace, and finds what it wants by an index."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import neo4j
import pytest

from agentmem.graph.contract import Edge, Graph, Store, Where
from agentmem.graph.neo4j.statements import statement
from agentmem.host import Host
from agentmem.testing.neo4j.roots import store_uri
from agentmem.testing.store_world import fact, unit_vectors

CYPHER = files("agentmem.graph.neo4j").joinpath("cypher")
NAMES = sorted(file.name.removesuffix(".cypher") for file in CYPHER.iterdir() if file.name.endswith(".cypher"))
OF_THE_WHOLE_STORE = {"probe", "namespaces", "alone", "schema_made", "schema_awaited"}
"""Statements about no namespace: they read and write none of its nodes."""
SCANS = re.compile("AllNodesScan|ByLabelScan|RelationshipsScan|RelationshipTypeScan|NodeIndexScan")


class Asked(NamedTuple):
    text: str
    parameters: dict[str, Any]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Asked]:
    """Every statement that is run from now on."""
    found: list[Asked] = []
    for kind in (neo4j.Session, neo4j.Transaction):
        run = kind.run

        def listening(self: Any, query: Any, parameters: Any = None, *, run: Any = run, **more: Any) -> Any:
            found.append(Asked(getattr(query, "text", query), dict(parameters or {})))
            return run(self, query, parameters, **more)

        monkeypatch.setattr(kind, "run", listening)
    return found


@pytest.fixture(params=[None, 0], ids=["near", "far"])
def store(request: pytest.FixtureRequest, neo4j_uri: str, tmp_path: Path, asked: list[Asked]) -> Iterator[Store]:
    assert asked == []
    with closing(Host().store(store_uri(neo4j_uri, tmp_path, near=request.param))) as store:
        yield store


def live(store: Store) -> None:
    """Do with a store all that can be done."""
    for name in ("bob", "alice"):
        fill(store.graph(name))
    graph = store.graph("alice")
    query = unit_vectors(1, seed=9)[0]
    with graph.batch():
        graph.put_nodes([fact("late", 9, text="iron door", vector=query)])
        graph.matching("iron", limit=3)
        graph.nearest(query, limit=3)
    graph.nearest(query, Where(memory="m", label="Fact", props={"n": (">", 3)}), limit=3)
    graph.matching("the iron door", Where(memory="m"), limit=3)
    graph.frequencies(["iron", "well-kept"], Where(label="Fact"), most=5)
    graph.get(["n1", "n2"], vectors=True)
    graph.scan(Where(memory="m", after=2), newest=True, limit=3)
    graph.edges(["n1"], types=["near"], direction="out")
    graph.expand(["n1", "n2"], hops=2)
    graph.stats()
    graph.counters()
    graph.delete(["n5"])
    with store.alone():
        store.forget_vectors("alice")
    store.namespaces()
    store.drop("bob")


def fill(graph: Graph) -> None:
    vectors = unit_vectors(300)
    nodes = [fact(f"n{i}", i, text=f"iron door {i}", props={"n": i}, vector=vectors[i]) for i in range(300)]
    with graph.batch():
        graph.put_nodes(nodes)
        graph.put_edges([Edge(f"n{i}", "near", f"n{(i * 7) % 300}") for i in range(300)])
        graph.retire([f"n{i}" for i in range(0, 300, 9)], position=400)
        graph.advance("journal", expected=0, value=300)


def names_no_namespace(one: Asked, root: str) -> bool:
    text, parameters = one
    if text in whole_store() or text.startswith("CREATE") or "Mem" not in text:
        return False
    return "$namespace" not in text or not str(parameters.get("namespace", "")).startswith(root)


def test_every_statement_is_kept_to_one_namespace(store: Store, asked: list[Asked], tmp_path: Path) -> None:
    live(store)

    root = store_uri("", tmp_path).partition("root=")[2]
    assert [one.text for one in asked if names_no_namespace(one, root)] == []
    for text in {one.text for one in asked if "(n:Mem)" in one.text}:
        for line in text.splitlines():
            if re.search(r"MATCH \(\w:Mem\)", line):
                rest = text.partition(line)[2]
                assert re.search(r"\bnamespace\b", line + rest.split("RETURN")[0]), text


def test_a_statement_without_its_namespace_would_be_noticed() -> None:
    assert names_no_namespace(Asked("MATCH (n:Mem) RETURN n", {}), "root")
    assert names_no_namespace(Asked("MATCH (n:Mem {namespace: $namespace}) RETURN n", {"namespace": "other"}), "root")


def test_every_statement_finds_what_it_wants_by_an_index(store: Store, asked: list[Asked], neo4j_uri: str) -> None:
    live(store)
    fill(store.graph("alice again"))

    wading = {}
    with neo4j.GraphDatabase.driver(neo4j_uri) as driver, driver.session() as session:
        for one in {one.text: one for one in asked if one.text not in whole_store()}.values():
            if "Mem" in one.text and not one.text.startswith("CREATE"):
                wading[one.text] = [name for name in operators(session, one) if SCANS.search(name)]
    assert {text: found for text, found in wading.items() if found} == {}
    assert len(wading) > 4


def test_every_file_of_cypher_is_asked(neo4j_uri: str, tmp_path: Path, asked: list[Asked]) -> None:
    for near in (None, 0):
        with closing(Host().store(store_uri(neo4j_uri, tmp_path / str(near), near=near))) as store:
            live(store)
            other = Host().store(store_uri(neo4j_uri, tmp_path / str(near), near=near))
            other.graph("alice").put_nodes([fact("theirs")])
            store.graph("alice").scan()
            other.close()

    said = "\n".join(one.text for one in asked)
    # asked where a schema is made, an answer was lost, a namespace is large, or a doctor was called
    by_hand = {"schema_made", "schema_awaited", "committed", "indexed", "label_vectors", "nearest_indexed"}
    by_hand |= {"look_clock", "look_indexes", "try_write", "try_index"}
    assert [name for name in NAMES if name not in by_hand and key_line(name) not in said] == []


def test_another_applications_data_is_never_touched(store: Store, neo4j_uri: str) -> None:
    with neo4j.GraphDatabase.driver(neo4j_uri) as driver:
        driver.execute_query("CREATE (:Fact:Zoo {id: 'n1', text: 'iron door'})-[:near]->(:Event:Zoo {id: 'n2'})")
        before = zoo(driver)

        live(store)

        assert zoo(driver) == before
        driver.execute_query("MATCH (n:Zoo) DETACH DELETE n")


def zoo(driver: neo4j.Driver) -> list[Any]:
    found = driver.execute_query(
        "MATCH (n:Zoo) OPTIONAL MATCH (n)-[e]->(m) RETURN labels(n), properties(n), type(e), m.id"
    )
    return sorted(map(str, found.records))


def operators(session: neo4j.Session, one: Asked) -> list[str]:
    """Return the steps by which the server does a statement; nothing is changed."""
    text = one.text.removeprefix("CYPHER replan=skip\n")
    with session.begin_transaction() as transaction:
        plan = transaction.run(f"EXPLAIN {text}", one.parameters).consume().plan
        transaction.rollback()
    return list(steps(plan))


def steps(plan: Any) -> Iterator[str]:
    yield plan["operatorType"]
    for child in plan.get("children", []):
        yield from steps(child)


@cache
def whole_store() -> frozenset[str]:
    return frozenset(statement(name) for name in OF_THE_WHOLE_STORE)


def key_line(name: str) -> str:
    """Return a line by which a statement is known, whatever is pasted into it."""
    lines = [line for line in statement(name).splitlines() if "<" not in line.replace("<=", "").replace("<>", "")]
    return max(lines, key=len)
