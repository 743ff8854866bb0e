"""A batch on the server: a transaction that holds the namespace's lock from its beginning."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from agentmem.errors import StoreError, StoreUnavailable
from agentmem.graph.neo4j.server import Row, Transaction
from agentmem.graph.neo4j.statements import statement

COUNTER = "counter/"


@dataclass
class Space:
    """What is known of a namespace while its lock is held, and what a batch makes of it."""

    born: str
    version: int
    dim: int | None
    index: str | None
    counters: dict[str, int]
    nodes: int = 0
    tokens: int = 0
    texts: int = 0
    new_kinds: set[str] = field(default_factory=set)
    has_erased: bool = False

    @classmethod
    def of(cls, properties: Mapping[str, Any]) -> Space:
        """Return the namespace with these properties."""
        dim, index = properties.get("dim"), properties.get("index")
        return cls(properties.get("born", ""), properties["version"], dim, index, counters_of(properties))

    def count(self, *, nodes: int, tokens: int, texts: int) -> None:
        """Count what was written."""
        self.nodes, self.tokens, self.texts = self.nodes + nodes, self.tokens + tokens, self.texts + texts

    def learn(self, kinds: set[str]) -> None:
        """Remember kinds of nodes that were written."""
        self.new_kinds |= kinds


class Batch:
    """What one thread writes to a namespace before it commits.

    Neo4j can undo a transaction only whole: an inner batch that fails is undone by doing again what came before it.

    Attributes:
        namespace: Its full name.
        space: What is known of it.
        mark: By which the commit is known, if the answer to it is lost.
    """

    def __init__(self, namespace: str, transaction: Transaction) -> None:
        self.namespace = namespace
        self._transaction = transaction
        self.space = self._lock()
        self.mark = str(uuid.uuid4())
        self._written: list[tuple[str, dict[str, Any]]] = []
        self._spoiled = False

    def read(self, text: str, /, **parameters: Any) -> list[Row]:
        """Run a statement on the namespace that changes nothing; it sees what the batch has written."""
        return self._run(text, parameters)

    def write(self, text: str, /, **parameters: Any) -> list[Row]:
        """Run a statement that changes the namespace, as of its next version."""
        found = self._run(text, parameters)
        self._written.append((text, parameters))
        return found

    @contextmanager
    def inner(self) -> Iterator[None]:
        """Undo what is written inside where that fails."""
        before, count = copy.deepcopy(self.space), len(self._written)
        try:
            yield
        except BaseException:
            self.space = before
            if len(self._written) > count and not self._spoiled:
                self._begin_again(count)
            raise

    def end(self) -> None:
        """Write down what the batch came to; nothing if it wrote nothing."""
        if self._spoiled:
            raise StoreUnavailable("an earlier error has spoiled this batch; begin a new one")
        space = self.space
        if not self._written and not self._moved:
            return
        known: dict[str, Any] = {COUNTER + name: value for name, value in space.counters.items()}
        known |= {"version": space.version + 1, "dim": space.dim, "index": space.index}
        if space.has_erased:
            known["deleted"] = space.version + 1
        self._run(
            statement("end_batch"),
            {
                "space": known,
                "commit": self.mark,
                "nodes": space.nodes,
                "tokens": space.tokens,
                "texts": space.texts,
                "new_kinds": sorted(space.new_kinds),
            },
        )

    @property
    def _moved(self) -> bool:
        return self.space.counters != self._counters

    def _run(self, text: str, parameters: dict[str, Any]) -> list[Row]:
        if self._spoiled:
            raise StoreUnavailable("an earlier error has spoiled this batch; begin a new one")
        try:
            return self._transaction.run(text, namespace=self.namespace, version=self.space.version + 1, **parameters)
        except StoreError:
            self._spoiled = True
            raise

    def _lock(self) -> Space:
        space = Space.of(self._transaction.run(statement("lock_space"), namespace=self.namespace)[0][0])
        self._counters = dict(space.counters)
        return space

    def _begin_again(self, count: int) -> None:
        counters = self._counters
        self._transaction.begin_again()
        space = self._lock()
        self._counters = counters
        if (space.born, space.version) != (self.space.born, self.space.version):
            self._spoiled = True
            raise StoreUnavailable("another process came between a batch and an inner one that failed; try again")
        done, self._written = self._written[:count], []
        for text, parameters in done:
            self.write(text, **parameters)


def counters_of(properties: Mapping[str, Any]) -> dict[str, int]:
    """Return the counters among the properties of a `MemSpace`, by name, sorted."""
    return {name.removeprefix(COUNTER): properties[name] for name in sorted(properties) if name.startswith(COUNTER)}
