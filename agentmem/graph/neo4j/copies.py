"""Copies of small namespaces, kept near: reads cost one question to the server, whatever is read.

A copy is a SQLite store in memory, as of one version of its namespace. It is brought up to date by asking what
has changed since; usually nothing has. What it answers is what the SQLite store answers: one engine, one recall.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from agentmem.graph.contract import Edge, Node
from agentmem.graph.neo4j.batch import counters_of
from agentmem.graph.neo4j.rows import edge_of, node_of
from agentmem.graph.neo4j.server import Row
from agentmem.graph.neo4j.statements import statement
from agentmem.graph.sqlite import SQLiteStore

Run = Callable[..., Sequence[Row]]
"""Runs a statement with parameters: `Server.write`, or `Transaction.run`."""
PAGE = 2000
"""Nodes read at a time when a namespace is copied whole, and the most that are read as changes."""
MOST_COPIES = 64
MOST_NODES = 100_000
"""In all copies; those used last are kept."""
NAME = "copy"
"""Of the one namespace in a store that is a copy."""


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
        is_loaded: Whether it was ever brought up to date.
    """

    def __init__(self, namespace: str) -> None:
        self.namespace = namespace
        self.born, self.version, self.nodes, self.users = "", 0, 0, 0
        self.index: str | None = None
        self.is_loaded = False
        self.writing = threading.RLock()
        self._store = SQLiteStore.in_memory()
        self.graph = self._store.graph(NAME)

    def refresh(self, run: Run, *, most: int) -> bool:
        """Bring the copy up to date; False where the namespace has more than `most` nodes.

        Beside a thread that writes to it, it stays as it is: what that thread commits is newer anyway.
        """
        born, version, nodes = self._asked(run)
        if nodes > most:
            return False
        if self._is_of(born, version):
            self.is_loaded = True
        elif self.writing.acquire(blocking=False):
            try:
                if not self._is_of(born, version):
                    self._take(run)
            finally:
                self.writing.release()
        return True

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

    def _take(self, run: Run) -> None:
        found = run(statement("changes"), namespace=self.namespace, version=self.version, most=PAGE)
        space, nodes, edges = found[0] if found else ({}, [], [])
        is_other = self.born != space.get("born", "") or space.get("deleted", 0) > self.version
        with self.graph.batch():
            if is_other or len(nodes) >= PAGE:
                self._store.drop(NAME)
                self._put_all(run)
            else:
                self._put(map(node_of, nodes), [edge_of(*edge) for edge in edges])
            held = self.graph.counters()
            for name, value in counters_of(space).items():
                self.graph.advance(name, expected=held.get(name, 0), value=value)
        self.born, self.version, self.nodes = space.get("born", ""), space.get("version", 0), space.get("nodes", 0)
        self.index, self.is_loaded = space.get("index"), True

    def _put_all(self, run: Run) -> None:
        after = ""
        while page := run(statement("copied_nodes"), namespace=self.namespace, after=after, most=PAGE):
            self._put([node_of(row[0]) for row in page], [])
            after = page[-1][0]["id"]
        after = ""
        while page := run(statement("copied_edges"), namespace=self.namespace, after=after, most=PAGE):
            self._put([], [edge_of(*edge) for _, edges in page for edge in edges])
            after = page[-1][0]

    def _put(self, nodes: Sequence[Node] | Iterator[Node], edges: Sequence[Edge]) -> None:
        self.graph.put_nodes(list(nodes))
        # An end that is not here yet was written after this was asked; then its edges will be asked for again.
        ends = {end for edge in edges for end in (edge.source, edge.target)}
        here = {node.id for node in self.graph.get(sorted(ends))}
        self.graph.put_edges([edge for edge in edges if edge.source in here and edge.target in here])


class Copies:
    """The copies of one store, those used last. May be used from many threads.

    Args:
        most: Nodes a namespace may have to be copied; a larger one is read on the server.
    """

    def __init__(self, most: int) -> None:
        self._most = most
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

    def has(self, namespace: str) -> bool:
        """Return whether a namespace may have a copy."""
        with self._lock:
            return bool(self._most) and namespace not in self._large

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
            gone = [] if copy.users else self._superfluous()
            if not copy.users and self._copies.get(copy.namespace) is not copy:
                gone.append(copy)
        for one in gone:
            one.close()

    def _superfluous(self) -> list[Copy]:
        gone: list[Copy] = []
        nodes = sum(copy.nodes for copy in self._copies.values())
        for namespace, copy in list(self._copies.items())[:-1]:
            if nodes <= MOST_NODES and len(self._copies) <= MOST_COPIES:
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
