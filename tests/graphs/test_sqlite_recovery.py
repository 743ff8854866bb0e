"""A store opens again, with all that was acknowledged, after a full disk and after a death at a bad moment."""

import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agentmem.errors import StoreUnavailable
from agentmem.graph.contract import Where, ids_of
from agentmem.graph.sqlite import SQLiteStore
from agentmem.testing.store_world import fact

DIES_AMID_A_CHECKPOINT = """
import os, resource, sqlite3, sys
from agentmem.graph.sqlite import SQLiteStore
from agentmem.testing.store_world import fact
store = SQLiteStore(sys.argv[1])
for i in range(60):
    store.graph("a").put_nodes([fact(f"n{i}", i, text="lamp " * 300)])
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
try:
    sqlite3.connect(sys.argv[1]).execute("pragma wal_checkpoint(passive)")
except sqlite3.Error:
    os.kill(os.getpid(), 9)
"""
CHECKPOINTS_ALL_THE_TIME = """
import sys
from agentmem.graph.sqlite import SQLiteStore, session
from agentmem.testing.store_writer import write_turns
session.CHECKPOINT_PAGES = 1
write_turns(SQLiteStore(sys.argv[1]).graph("a"), 1_000_000)
"""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Give the folder of a disk of 500 KB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount")
    if (
        mount is None
        or subprocess.run([mount, "-t", "tmpfs", "-o", "size=500k", "tmpfs", disk], check=False).returncode
    ):
        pytest.skip("a small disk can only be mounted by root: run the tests as root to see this one")
    yield disk
    subprocess.run(["umount", disk], check=True)


def fill(store: SQLiteStore) -> list[str]:
    """Write nodes until the disk is full; return the ids of those acknowledged."""
    kept: list[str] = []
    try:
        for i in range(1000):
            store.graph("a").put_nodes([fact(f"n{i}", i, text="lamp " * 50)])
            kept.append(f"n{i}")
    except StoreUnavailable as problem:
        assert "full" in str(problem)  # noqa: PT017 - it must come, but at no known write
        return kept
    pytest.fail("the disk never filled up")


def test_a_write_to_a_full_disk_loses_nothing_and_the_store_goes_on_afterwards(disk: Path) -> None:
    (disk / "other").write_bytes(b"x" * 100_000)
    store = SQLiteStore(disk / "graph.db")
    kept = fill(store)

    assert ids_of(store.graph("a").scan()) == kept
    (disk / "other").unlink()
    store.graph("a").put_nodes([fact("later", 2000)])

    assert ids_of(store.graph("a").scan()) == [*kept, "later"]
    store.close()


def test_a_store_closed_on_a_full_disk_opens_again_when_there_is_room(disk: Path) -> None:
    store = SQLiteStore(disk / "graph.db")
    kept = fill(store)
    store.close()
    subprocess.run(["mount", "-o", "remount,size=5m", disk], check=True)

    store = SQLiteStore(disk / "graph.db", create=False)

    assert ids_of(store.graph("a").scan()) == kept
    assert len(store.graph("a").matching("lamp", limit=1000)) == len(kept)
    store.close()


def test_a_store_whose_last_user_died_amid_a_checkpoint_opens_again(tmp_path: Path) -> None:
    path = tmp_path / "graph.db"
    subprocess.run([sys.executable, "-c", DIES_AMID_A_CHECKPOINT, str(path)], check=False)
    pages = int.from_bytes(path.read_bytes()[28:32], "big")
    assert path.stat().st_size < pages * 4096

    store = SQLiteStore(path)

    assert ids_of(store.graph("a").scan()) == [f"n{i}" for i in range(60)]
    store.close()


def test_kill_9_among_checkpoints_loses_nothing(tmp_path: Path) -> None:
    chance = random.Random(1)
    turns = 0
    for _ in range(8):
        command = [sys.executable, "-c", CHECKPOINTS_ALL_THE_TIME, str(tmp_path / "graph.db")]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(chance.random() * 0.03)
            writer.kill()
            last = [int(line) for line in writer.stdout.read().split("\n")[:-1]]

        store = SQLiteStore(tmp_path / "graph.db")
        turns = store.graph("a").counter("turn")
        assert turns > max(last, default=0)
        assert len(store.graph("a").scan(Where(retired=True))) == 2 * turns
        store.close()


def test_a_commit_amid_a_scan_does_not_show_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connect = sqlite3.connect
    writer = SQLiteStore(tmp_path / "graph.db")
    writer.graph("a").put_nodes([fact("old", 1), fact("new", 2)])
    interrupted: list[str] = []

    def retire_between(sql: str) -> None:
        if sql.startswith("select n.id") and not interrupted:
            interrupted.append(sql)
            writer.graph("a").retire(["old"], position=3)

    def listening(*args: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*args, **options)
        connection.set_trace_callback(retire_between)
        return connection

    monkeypatch.setattr(sqlite3, "connect", listening)
    reader = SQLiteStore(tmp_path / "graph.db")
    current = Where(memory="m", label="Fact")

    during = reader.graph("a").scan(current, limit=5)

    assert interrupted
    assert during == [fact("old", 1), fact("new", 2)]
    assert reader.graph("a").scan(current, limit=5) == [fact("new", 2)]
    reader.close()
    writer.close()
