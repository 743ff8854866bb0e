"""A file of an earlier schema is brought up to date as it is opened, and answers as if it had been written today."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from importlib.resources import files
from pathlib import Path

import pytest

from agentmem.graph.checks import microseconds
from agentmem.graph.contract import Node, Where
from agentmem.graph.sqlite import SQLiteStore
from agentmem.graph.sqlite.schema import APPLICATION
from agentmem.testing.store_world import fact

NODES = [
    fact("a", 1, text="My kayak is blue."),
    fact("b", 2, text="The lake is cold."),
    fact("long", 3, text="A very long story about a lake. " * 900),
    fact("mute", 4),
    fact("gone", 5, text="No kayak on this lake.")._replace(retired=6),
    fact("also gone", 6, text="A kayak!")._replace(retired=7),
]


def written_by_the_first(path: Path, nodes: Sequence[Node]) -> None:
    """Write a file as the first version of the schema had it, in which the index does not know what is retired."""
    script = files("agentmem.graph.sqlite").joinpath("migrations", "001_first.sql").read_text("utf-8")
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(f"pragma application_id = {APPLICATION}; pragma user_version = 1;\n{script}")
        connection.execute("insert into space(ns, name) values(1, 'ada')")
        connection.execute("insert into kind(kind, ns, memory, label) values(7, 1, 'm', 'Fact')")
        for pk, node in enumerate(nodes, 1):
            connection.execute(
                "insert into node values(?, 1, ?, 7, ?, ?, ?, '', ?, '{}', null)",
                (pk, node.id, microseconds(node.at), node.position, node.retired, node.text),
            )
            if node.text:
                connection.execute("insert into fts(rowid, text, kind) values(?, ?, 7)", (pk, node.text))
        connection.commit()


@pytest.mark.parametrize("where", [Where(), Where(retired=True), Where(as_of=5), Where(as_of=1)])
def test_texts_of_the_first_version_are_ranked_as_they_are_now(tmp_path: Path, where: Where) -> None:
    written_by_the_first(tmp_path / "old.db", NODES)
    with closing(SQLiteStore(tmp_path / "old.db")) as old, closing(SQLiteStore(tmp_path / "new.db")) as new:
        new.graph("ada").put_nodes(NODES)
        for _ in range(2):
            found, expected = (one.graph("ada").matching("kayak lake", where, limit=9) for one in (old, new))
            assert [(hit.node.id, hit.score) for hit in found] == [(hit.node.id, hit.score) for hit in expected]
            for one in (old, new):
                one.graph("ada").retire(["a"], position=8)
                one.graph("ada").delete(["gone", "long"])
                one.graph("ada").put_nodes([fact("c", 9, text="Another kayak.")])


def test_a_file_is_brought_up_to_date_once(tmp_path: Path) -> None:
    written_by_the_first(tmp_path / "old.db", NODES)
    for _ in range(2):
        with closing(SQLiteStore(tmp_path / "old.db")) as store:
            assert [hit.node.id for hit in store.graph("ada").matching("blue", limit=5)] == ["a"]
