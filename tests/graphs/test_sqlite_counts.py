"""In how many texts a word is: counted once, then only among what is new; and right whatever happens in between."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agentmem.graph.contract import Graph, Node
from agentmem.graph.sqlite import SQLiteStore
from agentmem.testing.store_world import NOON

MANY = 5000


@pytest.fixture
def graph(tmp_path: Path) -> Iterator[Graph]:
    store = SQLiteStore(tmp_path / "graph.db", durability="relaxed")
    yield store.graph("a")
    store.close()


def said(number: int, text: str) -> Node:
    return Node(f"n{number}", "Fact", NOON, memory="m", text=text, position=number)


def count(graph: Graph, word: str = "key", *, most: int = MANY) -> int:
    return graph.frequencies([word], most=most)[word]


def test_texts_added_later_are_counted_too(graph: Graph) -> None:
    graph.put_nodes([said(1, "a key"), said(2, "a door")])
    assert count(graph) == 1

    graph.put_nodes([said(3, "keys and a key"), said(4, "a lamp")])

    assert count(graph) == 2
    assert count(graph, "lamp") == 1


def test_a_text_that_says_something_else_now_is_counted_no_more(graph: Graph) -> None:
    graph.put_nodes([said(1, "a key"), said(2, "a key")])
    assert count(graph) == 2

    graph.put_nodes([said(2, "a door")])

    assert count(graph) == 1


def test_a_text_that_is_deleted_is_counted_no_more(graph: Graph) -> None:
    graph.put_nodes([said(1, "a key"), said(2, "a key")])
    assert count(graph) == 2

    graph.delete(["n2"])
    graph.put_nodes([said(3, "a door")])

    assert count(graph) == 1


def test_what_is_taken_back_was_never_counted(graph: Graph) -> None:
    graph.put_nodes([said(1, "a key")])

    def undone() -> None:
        graph.put_nodes([said(2, "a key")])
        assert count(graph) == 2
        raise KeyError

    with pytest.raises(KeyError):
        graph.transact(undone)

    assert count(graph) == 1
    graph.put_nodes([said(3, "a key")])
    assert count(graph) == 2


def test_what_another_connection_writes_is_counted(graph: Graph, tmp_path: Path) -> None:
    graph.put_nodes([said(1, "a key"), said(2, "a key")])
    assert count(graph) == 2
    other = SQLiteStore(tmp_path / "graph.db")

    other.graph("a").delete(["n1"])
    other.graph("a").put_nodes([said(3, "a key"), said(4, "the key")])
    other.close()

    assert count(graph) == 3


def test_a_word_is_counted_as_far_as_is_asked(graph: Graph) -> None:
    graph.put_nodes([said(number, "a key") for number in range(3000)])

    assert count(graph, most=10) == 10
    assert count(graph, most=2000) == 2000
    assert count(graph) == 3000


def test_words_are_counted_in_one_namespace(graph: Graph, tmp_path: Path) -> None:
    graph.put_nodes([said(1, "a key")])
    assert count(graph) == 1
    store = SQLiteStore(tmp_path / "graph.db")
    other = store.graph("b")

    other.put_nodes([said(2, "a key")])

    assert count(graph) == 1
    assert count(other) == 1
    store.close()


def test_a_word_that_was_counted_is_looked_for_among_new_texts_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    connect = sqlite3.connect

    def listening(*args: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*args, **options)
        connection.set_trace_callback(asked.append)
        return connection

    monkeypatch.setattr(sqlite3, "connect", listening)
    store = SQLiteStore(tmp_path / "graph.db", durability="relaxed")
    store.graph("a").put_nodes([said(number, "a key") for number in range(100)])
    count(store.graph("a"))
    store.graph("a").put_nodes([said(100, "a key")])
    asked.clear()

    assert count(store.graph("a")) == 101

    counting = [sql for sql in asked if sql.startswith("select count(*) from")]
    assert len(counting) == 1
    assert counting[0].endswith("fts.rowid > 100")
    store.close()
