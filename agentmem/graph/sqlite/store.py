"""The default store: one SQLite file, durable, shared by threads and processes."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path
from urllib.parse import parse_qsl, unquote

from agentmem.errors import InvalidInput, StoreUnavailable, UnknownSetting
from agentmem.finding import Finding
from agentmem.graph.checks import check_namespace
from agentmem.graph.sqlite.examining import examine
from agentmem.graph.sqlite.forking import waited_for
from agentmem.graph.sqlite.graph import SQLiteGraph
from agentmem.graph.sqlite.schema import check_file, migrate
from agentmem.graph.sqlite.session import SYNCHRONOUS, Session, Settings, explained
from agentmem.graph.sqlite.spaces import NAMES_IN_USE, find_space
from agentmem.graph.sqlite.vectors import VectorIndex
from agentmem.graph.sqlite.writing import delete_namespace, forget_vectors
from agentmem.graph.uri import without_password

IN_MEMORY = ("memory:", ":memory:")
SCHEME = "sqlite:///"
NO_PATHS = ("sqlite:", "file:", "neo4j:", "bolt:")
"""How what looks like a URI begins, and would be a file of that name."""
FORMS = "a path, sqlite:///relative/path, sqlite:////absolute/path, memory:, or neo4j://HOST for a server"

LEAST_ROOM = 1 << 30
"""Bytes there must be in shared memory, or a store in memory is in the folder for temporary files: containers have
little."""


class SQLiteStores:
    """Opens SQLite stores.

    It claims a plain path, `sqlite:///relative/path`, `sqlite:////absolute/path`, and `memory:` for a
    store that is gone when closed. `?durability=relaxed` after the path: no data is ever damaged, but
    the last commits may be lost when the power fails.
    """

    def claims(self, uri: str) -> bool:
        """Return whether `uri` is a path or one of our schemes; opens nothing."""
        return "://" not in uri or uri.startswith(SCHEME)

    def open(self, uri: str, *, create: bool = True) -> SQLiteStore:
        """Open the store, making it and its folder if `create`.

        Raises:
            StoreUnavailable: it cannot be opened, or is not there and `create` is False.
            StoreRefused: corrupt, another program's, or of a newer version; nothing was touched.
            InvalidInput: it names no file, or has another form than those above.
            UnknownSetting: the part after `?` names something other than durability.
        """
        if uri in IN_MEMORY:
            return SQLiteStore.in_memory()
        path, durability = _read(uri)
        return SQLiteStore(path, create=create, durability=durability)

    def check(self, uri: str) -> None:
        """Refuse a place where no store can be; nothing is made. Raises as `open`."""
        if uri in IN_MEMORY:
            return
        path = Path(_read(uri)[0]).expanduser().absolute()
        if path.exists():
            _check_place(path, create=False)
            return
        there = next(one for one in path.parents if one.exists())
        if not there.is_dir() or not os.access(there, os.W_OK):
            raise StoreUnavailable(f"{path} cannot be made: {there} is no folder that can be written; choose another")

    def examine(self, uri: str) -> Iterator[Finding]:
        """Yield how the store is; nothing is changed. Raises as `open` does for a form that is not known."""
        if uri in IN_MEMORY:
            raise InvalidInput("there is nothing to look at in memory: name the file of a store")
        return examine(Path(_read(uri)[0]).expanduser())


def _read(uri: str) -> tuple[str, str]:
    """Return the path and the durability a URI names."""
    path, _, query = uri.partition("?") if uri.startswith(SCHEME) or "?durability=" in uri else (uri, "", "")
    settings = dict(parse_qsl(query, keep_blank_values=True))
    durability = settings.pop("durability", "full")
    if settings:
        raise UnknownSetting(f"no setting {min(settings)!r} of a SQLite store; the only one is: durability")
    if path.startswith(SCHEME):
        return unquote(path.removeprefix(SCHEME)), durability
    if path.lower().startswith(NO_PATHS):
        raise InvalidInput(f"store {without_password(uri)!r} has a form that is not known here: use {FORMS}")
    return path, durability


class SQLiteStore:
    """Where graphs are kept: a SQLite file; promises: `agentmem.graph.contract.Store`.

    Each thread has a connection of its own; writers of this process wait for each other at a lock,
    those of other processes at the file's. A store that was open when its process forked works in
    both: the fork waits for whoever writes, and the child opens connections of its own.

    Args:
        path: The file.
        create: Make it, and its folder, if it is not there.
        durability: "full": a commit is on the disk when it returns. "relaxed": it survives the death
            of the process at once, and a power cut a little later.
        wait_s: How long to wait for another writer, in seconds.

    Raises:
        StoreUnavailable: it cannot be opened, or is not there and `create` is False.
        StoreRefused: corrupt, another program's, or of a newer version; nothing was touched.
        InvalidInput: `path` is blank or has a NUL.
        UnknownSetting: no such durability.
    """

    def __init__(
        self, path: str | Path, *, create: bool = True, durability: str = "full", wait_s: float = 30.0
    ) -> None:
        if durability not in SYNCHRONOUS:
            raise UnknownSetting(f"durability {durability!r} is unknown; use full or relaxed")
        if "\0" in str(path) or not str(path).strip():
            raise InvalidInput(f"store path {str(path)!r} names no file: use {FORMS}")
        self.uri = str(path)
        self._settings = Settings(Path(path).expanduser().absolute(), durability, wait_s)
        self._closed = False
        self._erase: Callable[[], object] = _nothing
        self._start()
        _check_place(self._settings.path, create=create)
        try:
            migrate(self._session().connection, self._settings.path)
        except sqlite3.Error as problem:
            self.close()
            raise explained(problem, self._settings.path) from problem

    @classmethod
    def in_memory(cls) -> SQLiteStore:
        """Return a new store that is gone when closed, for tests and trials."""
        # A file in memory, where the system has such: threads share it as they would share a real one.
        shared_memory = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
        has_room = shared_memory.is_dir() and shutil.disk_usage(shared_memory).free >= LEAST_ROOM
        folder = tempfile.mkdtemp(prefix="agentmem-", dir=shared_memory if has_room else None)
        store = cls(Path(folder) / "graph.db", durability="relaxed")
        store.uri = "memory:"
        store._erase = weakref.finalize(store, _erased, folder, os.getpid())
        return store

    def graph(self, namespace: str) -> SQLiteGraph:
        """Return the graph of `namespace`, made on its first write."""
        check_namespace(namespace)
        return SQLiteGraph(namespace, self._session, self._vectors)

    def namespaces(self) -> list[str]:
        """Return the names in use, sorted."""
        return sorted(row[0] for row in self._session().rows(NAMES_IN_USE))

    def drop(self, namespace: str) -> int:
        """Erase a namespace whole; return how many nodes it had."""
        check_namespace(namespace)
        session = self._session()
        with session.batch():
            space = find_space(session, namespace)
            count = delete_namespace(session, space) if space else 0
            session.spaces.pop(namespace, None)
        self._vectors().forget()
        return count

    def forget_vectors(self, namespace: str) -> None:
        """Take the vector off every node of a namespace, and with them the dimension it keeps."""
        check_namespace(namespace)
        session = self._session()
        with session.batch():
            space = find_space(session, namespace)
            if space is not None:
                forget_vectors(session, space)

    def alone(self) -> AbstractContextManager[None]:
        """Let nobody else be inside: writers of one file wait for each other."""
        return self._session().batch()

    def backup(self, path: Path) -> None:
        """Write a copy that can be opened as a store of its own, while others go on writing.

        Raises:
            StoreUnavailable: `path` is there already, or cannot be written; it is left as it was.
        """
        if path.exists():
            raise StoreUnavailable(f"{path} is there already; name a new file for the backup")
        _check_place(path, create=True)
        unfinished = path.with_name(f"{path.name}.unfinished")
        try:
            with closing(sqlite3.connect(unfinished)) as copy:
                # All pages in one go: a copy in steps starts again whenever somebody writes.
                self._session().connection.backup(copy)
                copy.execute("pragma journal_mode = delete")
            unfinished.rename(path)
        except sqlite3.Error as problem:
            unfinished.unlink(missing_ok=True)
            raise explained(problem, path) from problem

    def scrub(self) -> None:
        """Overwrite what was deleted: in the index of words, which keeps it until it is merged, and in the log.

        What another process is reading at this moment stays in the log until it has done so.
        """
        session = self._session()
        with session.batch():
            session.run("insert into fts(fts) values('optimize')")
        session.rows("pragma wal_checkpoint(truncate)")

    def close(self) -> None:
        """Flush and free; may be called twice. One file is left if nobody else has it open."""
        if self._closed:
            return
        self._closed = True
        if self._index is not None:
            self._index.close()
        for session in list(self._sessions):
            session.close()
        self._erase()

    def _start(self) -> None:
        self._process = os.getpid()
        self._writers = waited_for(threading.Lock())
        self._starting = threading.Lock()
        self._mine = threading.local()
        self._sessions: weakref.WeakSet[Session] = weakref.WeakSet()
        self._index: VectorIndex | None = None
        self._inherited: list[object] = []

    def _session(self) -> Session:
        if self._closed:
            raise StoreUnavailable(f"{self.uri} was closed; open it again")
        if self._process != os.getpid():
            self._start_after_fork()
        session: Session | None = getattr(self._mine, "session", None)
        if session is None:
            session = self._mine.session = self._connect()
        return session

    def _vectors(self) -> VectorIndex:
        with self._starting:
            if self._index is None:
                self._index = VectorIndex(self._connect())
            return self._index

    def _connect(self) -> Session:
        session = Session(self._settings, self._writers)
        self._sessions.add(session)
        return session

    def _start_after_fork(self) -> None:
        # SQLite forbids to use, and even to close, a connection that was opened before the fork.
        inherited = [*self._inherited, self._mine, self._index, *self._sessions]
        self._start()
        self._inherited = inherited


def _nothing() -> None:
    """Do nothing."""


def _erased(folder: str, process: int) -> None:
    """Erase a folder, unless a child that was forked ends: it is its parent's."""
    if os.getpid() == process:
        shutil.rmtree(folder, ignore_errors=True)


def _check_place(path: Path, *, create: bool) -> None:
    """Check that a store can be at `path`; make its folder if `create`.

    Raises:
        StoreUnavailable: a folder is there, nothing is, or it cannot be written.
        StoreRefused: what is there is not a store of ours.
    """
    try:
        if path.is_dir():
            raise StoreUnavailable(f"{path} is a folder; name a file in it, such as {path / 'graph.db'}")
        if not path.exists():
            if not create:
                raise StoreUnavailable(
                    f"there is no store at {path}; check the path: one is made when something is first kept in it"
                )
            path.parent.mkdir(parents=True, exist_ok=True)
        elif not os.access(path, os.W_OK):
            raise StoreUnavailable(f"{path} cannot be written; check its permissions")
        if not os.access(path.parent, os.W_OK):
            raise StoreUnavailable(f"the folder {path.parent} cannot be written; check its permissions")
        if path.exists():
            check_file(path)
    except OSError as problem:
        raise StoreUnavailable(
            f"{path} cannot be used: {problem.strerror or problem}; choose another path"
        ) from problem
