"""`agentmem doctor STORE` on a file: how it is, and nothing about it changed."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.agentmem.cli.conftest import Played, Run


def looked_at(agentmem: Run, store: Path | str) -> tuple[int, dict[str, dict[str, str]]]:
    ran = agentmem("doctor", store, "--json")
    return ran.code, {finding["what"]: finding for finding in json.loads(ran.out)}


def test_a_store_in_a_file(agentmem: Run, played: Played) -> None:
    before = sorted(file.name for file in played.folder.iterdir())

    code, found = looked_at(agentmem, played.store)

    assert list(found) == ["file", "may write", "disk", "schema", "log", "pages", "namespaces"]
    assert {finding["state"] for finding in found.values()} == {"ok"}
    assert found["file"]["said"].startswith(f"{played.store}, 0.")
    assert (found["schema"]["said"], found["namespaces"]["said"], code) == ("version 2 of 2", "1", 0)
    assert sorted(file.name for file in played.folder.iterdir()) == before


def test_one_that_is_not_there_is_not_made(agentmem: Run, tmp_path: Path) -> None:
    code, found = looked_at(agentmem, tmp_path / "memory.db")

    assert (found["file"]["state"], code) == ("note", 0)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_none(agentmem: Run, tmp_path: Path) -> None:
    code, found = looked_at(agentmem, tmp_path)

    assert (found["file"]["cure"], code) == (f"name a file, such as {tmp_path / 'graph.db'}", 1)


def test_a_file_of_another_program_is_named_as_such(agentmem: Run, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection:
        connection.execute("create table t(a)")

    code, found = looked_at(agentmem, tmp_path / "other.db")

    assert "is a SQLite file of another program" in found["file"]["said"]
    assert (found["file"]["cure"], code) == ("choose another path", 1)


def test_a_damaged_page_is_found(agentmem: Run, played: Played, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.db"
    pages = bytearray(played.store.read_bytes())
    pages[4096 * 3 : 4096 * 6] = b"\xff" * 4096 * 3
    damaged.write_bytes(pages)

    code, found = looked_at(agentmem, damaged)

    wrong = [finding for finding in found.values() if finding["state"] == "wrong"]
    assert [finding["cure"].partition(",")[0] for finding in wrong] == ["restore a backup"]
    assert code == 1


@pytest.mark.parametrize("store", ["memory:", "http://host", "neo4j:host"])
def test_what_no_store_is_is_refused(agentmem: Run, store: str) -> None:
    ran = agentmem("doctor", store)

    assert (ran.code, ran.out) == (2, "")
