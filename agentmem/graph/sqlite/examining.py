"""How a store in a file is: what `agentmem doctor STORE` looks at. Nothing is changed."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from agentmem.errors import StoreError
from agentmem.finding import Finding
from agentmem.graph.sqlite.schema import MIGRATIONS, check_file
from agentmem.graph.sqlite.session import explained
from agentmem.graph.sqlite.spaces import NAMES_IN_USE

MIB = 1024**2
LITTLE_MIB = 200


def examine(path: Path) -> Iterator[Finding]:
    """Yield what is found, one thing after the other, as far as one gets."""
    if not path.is_file():
        yield _absent(path)
        return
    try:
        check_file(path)
        yield Finding("file", "ok", f"{path}, {_mib(path):.1f} MiB")
        yield _writable(path)
        yield _room(path)
        # Where there is no log nobody uses it, and reading it as usual would leave a log behind.
        mode = "ro" if _log(path).exists() else "ro&immutable=1"
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True)) as connection:
            yield from _inside(connection, path)
    except StoreError as error:
        yield Finding.wrong("file", error)
    except sqlite3.Error as problem:
        yield Finding.wrong("file", explained(problem, path))
    except OSError as problem:
        yield Finding("file", "wrong", f"{path} cannot be read: {problem.strerror}", "check its permissions")


def _absent(path: Path) -> Finding:
    if path.exists():
        return Finding("file", "wrong", f"{path} is no file", f"name a file, such as {path / 'graph.db'}")
    return Finding("file", "note", f"{path} is not there", "check the path: it is made when something is first kept")


def _writable(path: Path) -> Finding:
    for place in (path, path.parent):
        if not os.access(place, os.W_OK):
            return Finding("may write", "wrong", f"{place} cannot be written", "check its permissions")
    return Finding("may write", "ok", "yes")


def _room(path: Path) -> Finding:
    free = shutil.disk_usage(path.parent).free / MIB
    if free >= LITTLE_MIB:
        return Finding("disk", "ok", f"{free / 1024:.1f} GiB free")
    return Finding("disk", "note", f"{free:.0f} MiB free", "make room: a full disk takes no more memories")


def _inside(connection: sqlite3.Connection, path: Path) -> Iterator[Finding]:
    version = connection.execute("pragma user_version").fetchone()[0]
    if not version:
        yield Finding("schema", "note", "not made yet: that is done when something is first kept")
        return
    yield Finding("schema", "ok", f"version {version} of {len(MIGRATIONS)}")
    log = _log(path)
    yield Finding("log", "ok", f"write-ahead, {_mib(log):.1f} MiB" if log.exists() else "none: nobody has it open")
    wrong = [str(row[0]) for row in connection.execute("pragma quick_check(1)")]
    if wrong == ["ok"]:
        yield Finding("pages", "ok", "whole")
    else:
        yield Finding("pages", "wrong", wrong[0], "restore a backup")
    yield Finding("namespaces", "ok", str(len(connection.execute(NAMES_IN_USE).fetchall())))


def _log(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _mib(path: Path) -> float:
    return path.stat().st_size / MIB
