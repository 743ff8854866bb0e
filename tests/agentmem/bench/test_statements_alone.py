"""What is said to SQLite, said again to a copy of the file, is the whole of an add."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from agentmem.bench import wandering
from statements_alone import Copy, overheard, said


def rows(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as file:
        return list(file.iterdump())


def test_a_copy_that_is_told_the_same_holds_the_same(tmp_path: Path) -> None:
    path = tmp_path / "memory.db"
    with overheard(path, "arigraph") as memory:
        memory.add_many(wandering.events(0, 5))
        with closing(Copy(path)) as copy:
            before = rows(path)
            for event in wandering.events(5, 3):
                said.clear()
                memory.add_many([event])
                copy.say(said)

            assert rows(copy.path) == rows(path) != before
