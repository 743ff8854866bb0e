"""One thread's connection to a SQLite store, and the transaction it is in."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agentmem.errors import StoreError, StoreRefused, StoreUnavailable
from agentmem.graph.sqlite.counts import WordCounts
from agentmem.graph.sqlite.kept import KeptNodes
from agentmem.graph.sqlite.words import PendingWords

Row = tuple[Any, ...]
Parameters = Sequence[object] | Mapping[str, object]
LAST_NUMBERS = "select (select seq from sqlite_sequence where name = 'vec'), (select max(pk) from node)"
SYNCHRONOUS = {"full": "full", "relaxed": "normal"}
REFUSED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
CHECKPOINT_PAGES = 4000
CACHE_KIB = 16_384


@dataclass(frozen=True)
class Settings:
    """How a SQLite file is opened."""

    path: Path
    durability: str = "full"
    wait_s: float = 30.0


@dataclass
class Space:
    """A namespace as one connection knows it: number, dimension, numbers for (memory, label), counters."""

    ns: int
    dim: int | None
    kinds: dict[tuple[str, str], int] = field(default_factory=dict)
    names: dict[int, tuple[str, str]] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)

    def learn(self, kind: int, memory: str, label: str) -> int:
        """Remember the number of (memory, label) and return it."""
        self.kinds[memory, label] = kind
        self.names[kind] = (memory, label)
        return kind


class Session:
    """A connection used by one thread.

    What it remembers of the file is forgotten as soon as another connection has
    committed, or its own transaction is undone.

    Attributes:
        depth: How many batches it is in, one inside the other.
        transactions: How many transactions it has begun.
        committed_seq: The highest `vec.seq` when the current one began.
        spaces: What it knows of namespaces.
        kept: Nodes it has read or written lately.
        counts: In how many texts words are.
        words: Which rows of the text index are to be brought up to date before the commit.
    """

    def __init__(self, settings: Settings, writers: threading.Lock) -> None:
        self.connection = connect(settings)
        self.spaces: dict[str, Space] = {}
        self.kept = KeptNodes()
        self.counts = WordCounts()
        self.words = PendingWords()
        self.depth = 0
        self.transactions = 0
        self.committed_seq = 0
        self._settings = settings
        self._writers = writers
        self._seen_version = -1
        self._in_snapshot = False
        self._spoiled = False
        self._knows_last = False
        self._last_seq = 0
        self._last_pk = 0

    def rows(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        """Return all rows of one statement."""
        try:
            return self.connection.execute(sql, parameters).fetchall()
        except sqlite3.Error as problem:
            raise explained(problem, self._settings.path) from problem

    def run(self, sql: str, parameters: Parameters = ()) -> int:
        """Run one statement; return how many rows it changed."""
        self._check_still_whole()
        try:
            return self.connection.execute(sql, parameters).rowcount
        except sqlite3.Error as problem:
            self._spoiled = True
            raise explained(problem, self._settings.path) from problem

    def run_many(self, sql: str, rows: Iterable[Sequence[object]]) -> int:
        """Run one statement for each row; return how many rows were changed in all."""
        self._check_still_whole()
        try:
            return self.connection.executemany(sql, rows).rowcount
        except sqlite3.Error as problem:
            self._spoiled = True
            raise explained(problem, self._settings.path) from problem

    def refresh(self) -> None:
        """Forget what may have changed since the last statement."""
        if self.depth or self._in_snapshot:
            return
        version = self.rows("pragma data_version")[0][0]
        if version != self._seen_version:
            self._seen_version = version
            self._knows_last = False
            self._forget()

    @property
    def version(self) -> int:
        """Changes whenever another connection has committed; as of the last `refresh`."""
        return self._seen_version

    @property
    def last_pk(self) -> int:
        """The number of the newest node, or a later one that was taken back."""
        self._read_last()
        return self._last_pk

    def next_seq(self) -> int:
        """Return a number for a new vector; only inside a batch."""
        self._last_seq += 1
        return self._last_seq

    def next_pk(self) -> int:
        """Return a number for a new node; only inside a batch."""
        self._last_pk += 1
        return self._last_pk

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Make everything inside one transaction; inside another one, a part of it that can be undone by itself."""
        if self.depth:
            with self._nested():
                yield
            return
        if not self._writers.acquire(timeout=self._settings.wait_s):
            raise StoreUnavailable(
                f"{self._settings.path}: another thread has been writing for {self._settings.wait_s} s; try again"
            )
        try:
            with self._outermost():
                yield
        finally:
            self._writers.release()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Let all statements inside, and the nodes kept, be of one moment, whoever commits meanwhile.

        A batch inside ends it, for only what was never read can be locked.
        """
        if self.depth or self._in_snapshot:
            yield
            return
        self.rows("begin")
        try:
            self.refresh()
            self._in_snapshot = True
            yield
            if self._in_snapshot:
                self.rows("commit")
        except BaseException:
            # Suppressed: the store was closed meanwhile, which the first error says.
            with suppress(sqlite3.Error):
                self.connection.rollback()
            raise
        finally:
            self._in_snapshot = False

    @contextmanager
    def _outermost(self) -> Iterator[None]:
        self._spoiled = False
        if self._in_snapshot:
            self.rows("commit")
            self._in_snapshot = False
        self.run("begin immediate")
        try:
            self.refresh()
            self.depth = 1
            self._begin()
            yield
            self.words.write(self)
            self.run("commit")
            if self.words.has_changed:
                self.counts.clear()
        except BaseException:
            self._knows_last = False
            self._undo("rollback")
            raise
        finally:
            self.depth = 0
            self.words = PendingWords()

    def _begin(self) -> None:
        self.transactions += 1
        self._read_last()
        self.committed_seq = self._last_seq

    def _read_last(self) -> None:
        if not self._knows_last:
            seq, pk = self.rows(LAST_NUMBERS)[0]
            self._last_seq, self._last_pk = seq or 0, pk or 0
            self._knows_last = True

    @contextmanager
    def _nested(self) -> Iterator[None]:
        self.run("savepoint inner_batch")
        self.depth += 1
        kept = self.words.begin()
        try:
            yield
            self.run("release inner_batch")
            self.words.merge()
        except BaseException:
            self.words.restore(kept)
            self._undo("rollback to inner_batch")
            self._undo("release inner_batch")
            raise
        finally:
            self.depth -= 1

    def _check_still_whole(self) -> None:
        # Whoever caught the error of a half done write must not commit the other half.
        if self.depth and (self._spoiled or not self.connection.in_transaction):
            raise StoreUnavailable(f"{self._settings.path}: an earlier error has spoiled this batch; begin a new one")

    def _undo(self, statement: str) -> None:
        self._forget()
        # With a full disk SQLite may have rolled back by itself.
        if self.connection.in_transaction:
            self.connection.execute(statement)

    def _forget(self) -> None:
        self.spaces.clear()
        self.kept.clear()
        self.counts.clear()

    def close(self) -> None:
        """Close the connection; may be called twice."""
        self.connection.close()

    def __del__(self) -> None:
        # Its thread has ended.
        if hasattr(self, "connection"):
            self.connection.close()


def connect(settings: Settings) -> sqlite3.Connection:
    """Return a new connection, ready for use.

    Raises:
        StoreUnavailable: the file cannot be opened.
        StoreRefused: it is not a database, or damaged.
    """
    try:
        connection = sqlite3.connect(
            settings.path,
            timeout=settings.wait_s,
            isolation_level=None,
            check_same_thread=False,  # so that close() may close the connections of all threads
            cached_statements=512,
        )
        connection.execute(f"pragma synchronous = {SYNCHRONOUS[settings.durability]}")
        connection.execute("pragma secure_delete = on")
        connection.execute(f"pragma wal_autocheckpoint = {CHECKPOINT_PAGES}")
        connection.execute(f"pragma cache_size = -{CACHE_KIB}")
    except sqlite3.Error as problem:
        raise explained(problem, settings.path) from problem
    return connection


def explained(problem: sqlite3.Error, path: Path) -> StoreError:
    """Return the error of ours that says what `problem` means for the store at `path`."""
    code = getattr(problem, "sqlite_errorcode", 0) & 0xFF
    if code in REFUSED:
        return StoreRefused(f"{path} is damaged or not a store ({problem}); restore a backup, or choose another path")
    if code == sqlite3.SQLITE_FULL:
        return StoreUnavailable(f"{path}: the disk is full, nothing was written; free some space and try again")
    if code == sqlite3.SQLITE_BUSY:
        return StoreUnavailable(f"{path}: another process has been writing for too long; try again, or end it")
    return StoreUnavailable(f"{path} cannot be used ({problem}); check the path, its permissions and the disk")
