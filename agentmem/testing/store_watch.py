"""Watching the file of a SQLite store: whether others can write to it, and what another namespace holds in it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

Row = tuple[object, ...]
_SPACE = "(select ns from space where name = ?)"
OWN_ROWS = {
    "node": f"ns = {_SPACE}",
    "counter": f"ns = {_SPACE}",
    "kind": f"ns = {_SPACE}",
    "vec": f"kind in (select kind from kind where ns = {_SPACE})",  # noqa: S608 - constants, here and below
    "edge": f"src in (select pk from node where ns = {_SPACE})",  # noqa: S608
}
"""Tables of the file to which of their rows are a namespace's."""


class Watch:
    """Tries to write to a file from a connection of its own, whenever a question is put or arrives.

    Attributes:
        looked, locked: How often it tried, and how often it could not.
    """

    def __init__(self) -> None:
        self.looked = self.locked = 0
        self._file: Path | None = None
        self._turn = threading.Lock()

    @contextmanager
    def over(self, file: Path) -> Iterator[None]:
        """Watch `file` inside the `with`, counting from 0."""
        self._file, self.looked, self.locked = file, 0, 0
        yield
        self._file = None

    def __call__(self) -> None:
        """Take the lock to write, and give it back at once."""
        with self._turn:  # two of us would lock each other out
            if self._file is None:
                return
            self.looked += 1
            with closing(sqlite3.connect(self._file, timeout=0, isolation_level=None)) as other:
                try:
                    other.execute("begin immediate")
                    other.execute("rollback")
                except sqlite3.OperationalError:
                    self.locked += 1


def rows_of(file: Path, namespace: str) -> frozenset[Row]:
    """Return every row of a namespace, as the file has it."""
    rows: set[Row] = set()
    with closing(sqlite3.connect(file)) as connection:
        for table, own in OWN_ROWS.items():
            found = connection.execute(f"select * from {table} where {own}", (namespace,))  # noqa: S608 - constants
            rows |= {(table, *row) for row in found}
    return frozenset(rows)
