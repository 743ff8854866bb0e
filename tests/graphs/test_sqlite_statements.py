"""What SQLite is asked: every statement names its namespace, and none wades through what is dead."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from agentmem.graph.contract import Edge, Graph, Node, Where, ids_of
from agentmem.graph.sqlite import SQLiteStore, SQLiteStores
from agentmem.testing.store_contract import OpensStores
from agentmem.testing.store_filters import FilterContract
from agentmem.testing.store_search import SearchContract
from agentmem.testing.store_sharing import SharingContract
from agentmem.testing.store_world import NOON, fact, names, unit_vectors
from agentmem.testing.store_writing import WritingContract

HOLDS_NAMESPACES = re.compile(r"\b(from|join|into|update)\s+(node|edge|vec|kind|counter|space|fts|said)\b")
NAMES_ONE = re.compile(
    r"\bns = \d|\bns, |\bname = |fts match 'kind:|said .*where kind (=|in) "
)  # a kind belongs to one namespace
BY_KEY = re.compile(
    # Rows addressed by numbers that were read under a namespace in the same batch, and the counts of the whole file.
    r"^insert into (node|vec|edge|fts|space|kind|counter|said)\(|"
    r"^select \(select seq from sqlite_sequence|"
    r"^select name from space s"
)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every statement run by a connection that is opened from now on."""
    statements: list[str] = []
    connect = sqlite3.connect

    def listening(*args: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*args, **options)
        connection.set_trace_callback(statements.append)
        return connection

    monkeypatch.setattr(sqlite3, "connect", listening)
    return statements


class TestEveryStatementNamesItsNamespace(
    OpensStores, WritingContract, FilterContract, SearchContract, SharingContract
):
    factory = SQLiteStores

    def uri(self, folder: Path) -> str:
        return str(folder / "graph.db")

    @pytest.fixture(autouse=True)
    def listen(self, asked: list[str]) -> Iterator[None]:
        yield
        assert [sql for sql in asked if _names_no_namespace(sql)] == []


def test_statements_are_heard(asked: list[str], tmp_path: Path) -> None:
    store = SQLiteStore(tmp_path / "graph.db")
    store.graph("alice").put_nodes([fact("n")])
    store.close()

    assert any(sql.startswith("insert into node") for sql in asked)


def _names_no_namespace(statement: str) -> bool:
    sql = statement.strip()
    if sql.startswith(("--", "create", "pragma", "insert into fts(fts, rank)", "PRAGMA")) or BY_KEY.match(sql):
        return False
    return bool(HOLDS_NAMESPACES.search(sql)) and not NAMES_ONE.search(sql)


def test_a_statement_without_namespace_would_be_noticed() -> None:
    assert _names_no_namespace("select n.id from node n where n.retired is null")
    assert not _names_no_namespace("select n.id from node n where n.ns = 1 and n.retired is null")


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], int]:
    """Count the steps of SQLite's machine (in tens) that a call takes."""
    count = 0
    connect = sqlite3.connect

    def step() -> None:
        nonlocal count
        count += 1

    def counting(*args: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*args, **options)
        connection.set_progress_handler(step, 10)
        return connection

    def measure(call: Callable[[], object]) -> int:
        nonlocal count
        count = 0
        call()
        return count

    monkeypatch.setattr(sqlite3, "connect", counting)
    return measure


@pytest.fixture
def graph(tmp_path: Path, steps: object) -> Iterator[Graph]:
    store = SQLiteStore(tmp_path / "graph.db", durability="relaxed")
    yield store.graph("a")
    store.close()


def test_dead_edges_cost_the_living_nothing(graph: Graph, steps: Callable[[Callable[[], object]], int]) -> None:
    others = [fact(f"n{i}") for i in range(3000)]
    graph.put_nodes([fact("hub"), *others])
    graph.put_edges([Edge("hub", "holds", other.id) for other in others])
    graph.put_edges([Edge(other.id, "inside", "hub") for other in others])
    graph.retire(ids_of(others[1:]), position=2)
    assert len(graph.edges(["hub"])) == 2

    assert steps(lambda: graph.edges(["hub"])) < 50
    assert steps(lambda: graph.edges(["hub"], types=["inside"])) < 50
    assert steps(lambda: graph.edges(["hub"], retired=True)) > 1000


@pytest.mark.parametrize(
    "where",
    [
        Where(memory="m", label="Fact"),
        Where(memory="m"),
        Where(),
        Where(memory="", label="Event", as_of=1500),
        Where(memory="", label="Event", after=2990),
    ],
)
def test_a_short_scan_reads_little_of_a_long_history(
    graph: Graph, steps: Callable[[Callable[[], object]], int], where: Where
) -> None:
    graph.put_nodes([fact(f"f{i}", i) for i in range(3000)])
    graph.put_nodes([Node(f"e{i}", "Event", NOON, position=i) for i in range(3000)])
    graph.retire([f"f{i}" for i in range(2900)], position=3000)

    found = steps(lambda: graph.scan(where, newest=True, limit=5))

    assert len(graph.scan(where, newest=True, limit=5)) == 5
    assert found < 100


def test_a_current_search_does_not_read_what_is_retired(
    graph: Graph, steps: Callable[[Callable[[], object]], int]
) -> None:
    vectors = unit_vectors(2000)
    graph.put_nodes([fact(f"n{i}", i, vector=vector) for i, vector in enumerate(vectors)])
    graph.retire([f"n{i}" for i in range(1900)], position=3000)
    graph.nearest(vectors[0], limit=5)

    assert steps(lambda: graph.nearest(vectors[0], limit=5)) < 200


def test_among_many_texts_the_rare_words_decide(graph: Graph) -> None:
    graph.put_nodes(
        [fact(f"n{i}", text=f"the lamp number{i} in the {'attic' if i % 3 else 'hall'}") for i in range(4000)]
    )

    assert names(graph.matching("the number77 in the hall", limit=5))[0] == "n77"
    assert all("hall" in hit.node.text for hit in graph.matching("the hall", limit=5))
    assert len(graph.matching("in the", limit=5)) == 5
    assert graph.matching("nothing shared", limit=5) == []
