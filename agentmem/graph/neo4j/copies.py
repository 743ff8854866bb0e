"""Copies of namespaces, kept near: reads cost one question to the server, whatever is read.

A copy is a SQLite store in memory, as of one version of its namespace. It is brought up to date by asking what
has changed since; usually nothing has. What it answers is what the SQLite store answers: one engine, one recall.
"""

from __future__ import annotations

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import Enum
from typing import Any, NamedTuple

from agentmem.errors import StoreUnavailable
from agentmem.graph.checks import LARGEST
from agentmem.graph.contract import Edge, Node
from agentmem.graph.neo4j.batch import counters_of
from agentmem.graph.neo4j.rows import edges_of, is_there, nodes_of
from agentmem.graph.neo4j.server import Row
from agentmem.graph.neo4j.statements import statement
from agentmem.graph.sqlite import SQLiteStore

Run = Callable[..., Sequence[Row]]
"""Runs a statement with parameters: `Server.write`, or `Transaction.run`."""
PAGE = 2000
"""Nodes read at a time when a small namespace is copied whole, and the most that are read as changes."""
BESIDE_S = 1.0
"""How long a read waits for a thread that writes, where the copy is not of the server's version."""
IDLE_S = 60.0
"""Time after which a copy that was not used makes room for one that is about to be made."""
MOST_COPIES = 64
MOST_NODES = 200_000
"""In all copies, unless one may have more; those used last are kept."""
NAME = "copy"
"""Of the one namespace in a store that is a copy."""


class State(Enum):
    """How a copy is, once it was asked to be of the server's version."""

    FRESH = "it is"
    BUSY = "it may not be: another thread is writing to it"
    BEHIND = "it lacks more than is read while somebody waits"
    LARGE = "the namespace has more nodes than are copied"


class Limits(NamedTuple):
    """Nodes of a namespace up to which it is copied while somebody waits; and up to which it is copied at all."""

    at_once: int
    most: int


class Outdated(StoreUnavailable):
    """What was read so far is of a namespace that is no more, or of which something was erased: begin anew."""


class Copy:
    """One namespace as it was at `version`.

    Attributes:
        graph: Answers reads.
        born: Which namespace of that name: one that is dropped and made anew is another; "" if there is none.
        version: How many commits it has seen.
        nodes: How many nodes the server counts.
        index: The label of the index of vectors, if the namespace has one.
        writing: Held by the one thread that writes to it.
        users: How many are at work with it.
        used: When the last of them was, by the monotonic clock.
        is_loaded: Whether it was ever brought up to date.
    """

    def __init__(self, namespace: str) -> None:
        self.namespace = namespace
        self.born, self.version, self.nodes, self.users = "", 0, 0, 0
        self.index: str | None = None
        self.is_loaded = False
        self.used = time.monotonic()
        self.writing = threading.RLock()
        self._store = SQLiteStore.in_memory()
        self.graph = self._store.graph(NAME)

    def refresh(self, run: Run, limits: Limits) -> State:
        """Bring the copy up to date, if that takes little; else say why not, and it must not be read."""
        born, version, nodes = self._asked(run)
        if nodes > limits.most:
            return State.LARGE
        if self._is_of(born, version):
            self.is_loaded = True
            return State.FRESH
        if not self.is_loaded and nodes > limits.at_once:
            return State.BEHIND
        if not self.writing.acquire(timeout=BESIDE_S):
            return State.BUSY
        try:
            return State.FRESH if self._is_of(born, version) or self._take(run, limits.at_once) else State.BEHIND
        finally:
            self.writing.release()

    def load(self, run: Run, *, page: int) -> Iterator[None]:
        """Read the whole namespace into this new copy, a page at each step; at the end it is as of its last question.

        Raises:
            Outdated: something was erased meanwhile.
        """
        # Nothing has this version: only what is known of the namespace is asked, under its lock.
        space = self._changes(run, version=LARGEST, most=1)[0]
        self.born, self.version, self.nodes = space.get("born", ""), space.get("version", 0), space.get("nodes", 0)
        yield
        yield from self._put_all(run, page)
        yield from self._catch_up(run, page)

    def is_behind(self, run: Run) -> bool:
        """Return whether others have written since it was brought up to date."""
        born, version, _ = self._asked(run)
        return not self._is_of(born, version)

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Write to it, or leave it as it was if that fails."""
        before = self.born, self.version, self.nodes
        try:
            with self.graph.batch():
                yield
        except BaseException:
            self.born, self.version, self.nodes = before
            raise

    def forget_vectors(self) -> None:
        """Take the vector off every node."""
        self._store.forget_vectors(NAME)

    def close(self) -> None:
        """Free it."""
        self._store.close()

    def _asked(self, run: Run) -> tuple[str, int, int]:
        found = run(statement("space"), namespace=self.namespace)
        return tuple(found[0]) if found else ("", 0, 0)

    def _is_of(self, born: str, version: int) -> bool:
        return self.born == born and self.version >= version

    def _changes(self, run: Run, *, version: int, most: int) -> tuple[Mapping[str, Any], list[Any], list[Any]]:
        found = run(statement("changes"), namespace=self.namespace, version=version, most=most)
        return tuple(found[0]) if found else ({}, [], [])

    def _take(self, run: Run, at_once: int) -> bool:
        space, nodes, edges = self._changes(run, version=self.version, most=PAGE)
        is_much = self._is_other(space) or len(nodes) >= PAGE
        if is_much and space.get("nodes", 0) > at_once:
            return False
        with self.graph.batch():
            if is_much:
                self._store.drop(NAME)
                for _ in self._put_all(run, PAGE):
                    pass
            else:
                self._put(nodes_of(nodes), edges_of(edges))
            self._put_counters(space)
        self._become(space)
        return True

    def _catch_up(self, run: Run, page: int) -> Iterator[None]:
        """Take what has changed, from version to version; a page that is full may end amid one."""
        later: list[Edge] = []  # their ends may be on a later page
        while True:
            space, nodes, edges = self._changes(run, version=self.version, most=page)
            if self._is_other(space):
                raise Outdated(f"namespace {self.namespace!r} was erased from while it was copied")
            if len(nodes) < page:
                break
            there = [row for row in nodes if is_there(row)]
            newest = max((row["version"] for row in there), default=0)
            whole = {row["id"]: row for row in there if row["version"] < newest}
            self._put(nodes_of(whole.values()), [])
            later += edges_of(edge for edge in edges if edge[0] in whole)
            self.version = max((row["version"] for row in whole.values()), default=self.version)
            page = page if whole else 2 * page
            yield
        with self.graph.batch():
            self._put(nodes_of(nodes), [*later, *edges_of(edges)])
            self._put_counters(space)
        counts = self.graph.stats()
        if counts["nodes"] + counts["retired"] != space["nodes"]:
            raise Outdated(f"namespace {self.namespace!r} was erased from while it was copied")
        self._become(space)

    def _is_other(self, space: Mapping[str, Any]) -> bool:
        return bool(self.born != space.get("born", "") or space.get("deleted", 0) > self.version)

    def _become(self, space: Mapping[str, Any]) -> None:
        self.born, self.version, self.nodes = space.get("born", ""), space.get("version", 0), space.get("nodes", 0)
        self.index, self.is_loaded = space.get("index"), True

    def _put_counters(self, space: Mapping[str, Any]) -> None:
        held = self.graph.counters()
        for name, value in counters_of(space).items():
            self.graph.advance(name, expected=held.get(name, 0), value=value)

    def _put_all(self, run: Run, most: int) -> Iterator[None]:
        after: str | None = ""
        while after is not None:
            page, after = run(statement("copied_nodes"), namespace=self.namespace, after=after, most=most)[0]
            self._put(nodes_of(page), [])
            yield
        last: str | None = ""
        while last is not None:
            last, edges = run(statement("copied_edges"), namespace=self.namespace, after=last, most=most)[0]
            self._put([], edges_of(edges))
            yield

    def _put(self, nodes: Sequence[Node], edges: Sequence[Edge]) -> None:
        with self.graph.batch():
            self.graph.put_nodes(nodes)
            # An end that is not here yet was written after this was asked; then its edges will be asked for again.
            ends = {end for edge in edges for end in (edge.source, edge.target)}
            here = {node.id for node in self.graph.get(sorted(ends))}
            self.graph.put_edges([edge for edge in edges if edge.source in here and edge.target in here])


class Copies:
    """The copies of one store, those used last. May be used from many threads.

    Args:
        most: Nodes a namespace may have to be copied; a larger one is read on the server. All copies have as many
            in all, or `MOST_NODES`.
    """

    def __init__(self, most: int) -> None:
        self._most, self._in_all = most, max(most, MOST_NODES)
        self._inherited: list[object] = []
        self._start()

    def _start(self) -> None:
        self._process = os.getpid()
        self._lock = threading.Lock()
        self._copies: OrderedDict[str, Copy] = OrderedDict()
        self._large: set[str] = set()

    @contextmanager
    def using(self, namespace: str) -> Iterator[Copy | None]:
        """Give the copy of a namespace, as old as it is; None where it is known to be too large for one."""
        copy = self._taken(namespace)
        try:
            yield copy
        finally:
            if copy is not None:
                self._let_go(copy)

    def has_room(self, nodes: int) -> bool:
        """Return whether a copy of so many nodes finds room beside those in use, once others have gone."""
        since = time.monotonic() - IDLE_S
        with self._lock:
            busy = sum(copy.nodes for copy in self._copies.values() if copy.users or copy.used > since)
        return busy + nodes <= self._in_all

    def take(self, copy: Copy) -> None:
        """Keep a copy that was made beside the work, in place of one that may be there."""
        self._forget(copy.namespace)
        with self._lock:
            self._copies[copy.namespace] = copy
            gone = self._superfluous()
        for one in gone:
            one.close()

    def let_go(self, copy: Copy) -> bool:
        """Keep this copy no longer; return whether it was kept."""
        with self._lock:
            if self._copies.get(copy.namespace) is not copy:
                return False
            del self._copies[copy.namespace]
            return True  # it is closed by the last who uses it

    def leave(self, namespace: str) -> None:
        """Keep no copy of a namespace from now on: it is too large."""
        self._forget(namespace)
        with self._lock:
            self._large.add(namespace)

    def forget(self, namespace: str) -> None:
        """Begin anew with a namespace: it was dropped, or its copy may be wrong."""
        self._forget(namespace)
        with self._lock:
            self._large.discard(namespace)

    def close(self) -> None:
        """Free all copies."""
        with self._lock:
            gone, self._copies = list(self._copies.values()), OrderedDict()
        for copy in gone:
            copy.close()

    def _taken(self, namespace: str) -> Copy | None:
        if self._process != os.getpid():
            self._inherited.append(self._copies)  # a copy has one writer: in the child they are made anew
            self._start()
        with self._lock:
            if not self._most or namespace in self._large:
                return None
            copy = self._copies.get(namespace)
            if copy is None:
                copy = self._copies[namespace] = Copy(namespace)
            self._copies.move_to_end(namespace)
            copy.users += 1
            return copy

    def _let_go(self, copy: Copy) -> None:
        with self._lock:
            copy.users -= 1
            copy.used = time.monotonic()
            gone = [] if copy.users else self._superfluous()
            if not copy.users and self._copies.get(copy.namespace) is not copy:
                gone.append(copy)
        for one in gone:
            one.close()

    def _superfluous(self) -> list[Copy]:
        gone: list[Copy] = []
        nodes = sum(copy.nodes for copy in self._copies.values())
        for namespace, copy in list(self._copies.items())[:-1]:
            if nodes <= self._in_all and len(self._copies) <= MOST_COPIES:
                break
            if not copy.users:
                gone.append(self._copies.pop(namespace))
                nodes -= copy.nodes
        return gone

    def _forget(self, namespace: str) -> None:
        with self._lock:
            copy = self._copies.pop(namespace, None)
            idle = copy is not None and not copy.users
        if copy is not None and idle:
            copy.close()  # else by the last who uses it
