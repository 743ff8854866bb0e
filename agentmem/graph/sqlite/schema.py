"""The schema of a SQLite store: made, brought up to date, or the file refused untouched."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from importlib.resources import files
from pathlib import Path

from agentmem.errors import StoreRefused, StoreUnavailable

APPLICATION = 0x61676D65
"""`PRAGMA application_id` of our files: "agme"."""
MIGRATIONS = ("001_first.sql", "002_said.sql")
"""In order; the version of a schema is how many were run. Never change one that was published."""


def check_file(path: Path) -> None:
    """Check by its head that `path` is a store of ours, or empty; nothing is written, locked or recovered.

    Raises:
        StoreRefused: it is not a SQLite file, another program's, damaged in its head, or of a newer version.
    """
    if path.stat().st_size == 0:
        return
    # writable_schema: amid a checkpoint, a death or a full disk leaves a file shorter than its head says. The rest is
    # in the log, which only opening it as usual reads; our id is always in the head, which this lets us read.
    # immutable: SQLite reads the file and nothing else. Opening it ourselves would drop the locks of
    # other connections of this process (POSIX); opening it as usual would write beside a stranger's file.
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as peek:
            peek.execute(f"pragma writable_schema = {_has_log(path)}")
            application = int(peek.execute("pragma application_id").fetchone()[0])
            version = int(peek.execute("pragma user_version").fetchone()[0])
    except sqlite3.DatabaseError as problem:
        raise StoreRefused(
            f"{path} is not a store, or a damaged one ({problem}); restore a backup, or choose another path"
        ) from problem
    if application != APPLICATION:
        raise StoreRefused(f"{path} is a SQLite file of another program (id {application:#x}); choose another path")
    check_version(path, version)


def _has_log(path: Path) -> bool:
    for rest in ("-wal", "-journal"):
        with suppress(FileNotFoundError):  # another process may be closing the store
            if path.with_name(path.name + rest).stat().st_size:
                return True
    return False


def check_version(path: Path, version: int) -> None:
    """Check that we know a schema of this version.

    Raises:
        StoreRefused: it is newer than ours.
    """
    if version > len(MIGRATIONS):
        raise StoreRefused(
            f"{path} was written by a newer agentmem (schema {version}, this one knows {len(MIGRATIONS)}); "
            "upgrade with: pip install --upgrade agentmem-graph"
        )


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring the schema up to date, in one transaction; then keep a write-ahead log.

    Raises:
        StoreRefused: the schema is of a newer version.
    """
    if sqlite3.sqlite_version_info < (3, 38):
        raise StoreUnavailable(
            f"this Python has SQLite {sqlite3.sqlite_version}; at least 3.38 is needed, use a newer Python"
        )
    if _version(connection) != len(MIGRATIONS):
        # Still without the log when the file is new: the id must reach the file itself, where check_file looks.
        connection.execute("begin immediate")
        try:
            version = _version(connection)
            check_version(path, version)
            connection.execute(f"pragma application_id = {APPLICATION}")
            for number, name in enumerate(MIGRATIONS[version:], start=version + 1):
                _run_script(connection, files("agentmem.graph.sqlite").joinpath("migrations", name).read_text("utf-8"))
                connection.execute(f"pragma user_version = {number}")
            connection.execute("commit")
        except BaseException:
            if connection.in_transaction:
                connection.execute("rollback")
            raise
    connection.execute("pragma journal_mode = wal")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("pragma user_version").fetchone()[0])


def _run_script(connection: sqlite3.Connection, script: str) -> None:
    # Not executescript: it commits first, and the migration must stay one transaction.
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""
