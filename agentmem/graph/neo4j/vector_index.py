"""An index of the vectors of one large namespace: made beside the work, used once it is complete.

Exact search costs a namespace of 3,000 vectors some 50 ms, and ten times as many ten times that. So a namespace that
has outgrown it gets an index of its own, over a label of its own: of what a shared one finds most would be of others.
What the index proposes is filtered and, if that leaves too little, the search is exact after all.
"""

from __future__ import annotations

import logging
import threading
from hashlib import sha256

from neo4j.exceptions import DriverError, Neo4jError

from agentmem.errors import AgentmemError
from agentmem.graph.neo4j.server import Server
from agentmem.graph.neo4j.statements import statement

EXACT = 3000
"""Nodes up to which a namespace is searched exactly."""
PAGE = 1000
MAKE = """CREATE VECTOR INDEX {name} IF NOT EXISTS FOR (n:`{name}`) ON (n.vec) OPTIONS {{indexConfig: {{
`vector.dimensions`: {dim}, `vector.similarity_function`: 'cosine', `vector.quantization.enabled`: false}}}}"""
DROP = "DROP INDEX {name} IF EXISTS"
AWAIT = "CALL db.awaitIndex('{name}', 600)"
log = logging.getLogger(__name__)


def index_name(namespace: str, dim: int) -> str:
    """Return the name of the index of a namespace, which is that of its label too."""
    return f"MemVec_{sha256(namespace.encode()).hexdigest()[:16]}_{dim}"


class VectorIndexes:
    """Makes the indexes of one store, one at a time, in a thread of their own. May be used from many threads."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._lock = threading.Lock()
        self._asked: set[str] = set()
        self._names: dict[str, str] = {}
        self._thread: threading.Thread | None = None

    def known(self, namespace: str, dim: int) -> str | None:
        """Return the name of the index of a namespace, if it is known to have one for vectors of this dimension."""
        name = self._names.get(namespace)
        return name if name == index_name(namespace, dim) else None

    def named(self, namespace: str) -> str | None:
        """Return the name of the index of a namespace, if it is known to have one."""
        return self._names.get(namespace)

    def learn(self, namespace: str, dim: int, nodes: int, index: str | None) -> None:
        """Take note of what a namespace has, and see to it that a large one gets an index some time."""
        if index == index_name(namespace, dim):
            self._names[namespace] = index
        elif nodes > EXACT:
            self._want(namespace, dim)

    def forget(self, namespace: str) -> None:
        """Take note that a namespace has no index any more."""
        self._names.pop(namespace, None)
        with self._lock:
            self._asked.discard(namespace)

    def wait(self) -> None:
        """Wait for all that was begun."""
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join()

    def make(self, namespace: str, dim: int) -> None:
        """Make the index of a namespace; interrupted, it can be begun again.

        Raises:
            StoreError, Neo4jError, DriverError: it could not be made.
        """
        name = index_name(namespace, dim)
        self._server.schema(MAKE.format(name=name, dim=dim))
        self._label(namespace, name)
        with self._server.transaction() as transaction:  # under the lock: what is written from now on has the label
            transaction.run(statement("lock_space"), namespace=namespace)
            transaction.run(statement("indexed"), namespace=namespace, dim=dim, index=name)
        self._label(namespace, name)
        self._server.schema(AWAIT.format(name=name))
        self._names[namespace] = name

    def drop(self, namespace: str, name: str) -> None:
        """Erase the index of a namespace."""
        self.forget(namespace)
        self._server.schema(DROP.format(name=name))

    def _want(self, namespace: str, dim: int) -> None:
        with self._lock:
            if namespace in self._asked:
                return
            self._asked.add(namespace)
            before = self._thread
            self._thread = threading.Thread(target=self._make_after, args=(before, namespace, dim), daemon=True)
            self._thread.start()

    def _label(self, namespace: str, name: str) -> None:
        after = ""
        while page := self._server.write(
            statement("label_vectors", label=name), namespace=namespace, after=after, most=PAGE
        ):
            after = page[-1][0]

    def _make_after(self, before: threading.Thread | None, namespace: str, dim: int) -> None:
        if before is not None:
            before.join()
        try:
            self.make(namespace, dim)
        except (AgentmemError, Neo4jError, DriverError) as error:
            log.warning("no index of vectors was made; searches stay exact, and slow: %s", type(error).__name__)
