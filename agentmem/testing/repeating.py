"""A store that does each piece of work twice: what a host relies on when it is far away, shown at home.

A store may repeat the work of a `transact`, so that must change nothing but the graph. Here it always does:
the work is done, undone, and done again. Where that makes a difference, a host has kept something of the first time.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, TypeVar

from agentmem.graph.contract import Graph, Store

T = TypeVar("T")


class RepeatingStore:
    """Another store, whose graphs do each piece of work twice; promises: `agentmem.graph.contract.Store`.

    Args:
        inner: Where everything is kept.
    """

    def __init__(self, inner: Store) -> None:
        self._inner, self.uri = inner, inner.uri

    def graph(self, namespace: str) -> Graph:
        """Return a graph that does each piece of work twice."""
        return _Repeating(self._inner.graph(namespace))

    def namespaces(self) -> list[str]:
        """Return the names in use, sorted."""
        return self._inner.namespaces()

    def drop(self, namespace: str) -> int:
        """Erase a namespace whole."""
        return self._inner.drop(namespace)

    def forget_vectors(self, namespace: str) -> None:
        """Take the vector off every node of a namespace."""
        self._inner.forget_vectors(namespace)

    def alone(self) -> AbstractContextManager[None]:
        """Let nobody else be inside."""
        return self._inner.alone()

    def backup(self, path: Path) -> None:
        """Write a copy."""
        self._inner.backup(path)

    def close(self) -> None:
        """Close what everything is kept in."""
        self._inner.close()


class _Repeating:
    """A graph that does each piece of work twice: the first time is undone."""

    namespace: str

    def __init__(self, inner: Graph) -> None:
        self._inner, self.namespace = inner, inner.namespace

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def transact(self, work: Callable[[], T]) -> T:
        """Do the work and undo it, then do it and keep it."""
        try:
            with self._inner.batch():
                work()
                raise _Undone
        except _Undone:
            return self._inner.transact(work)


class _Undone(Exception):
    """Undoes the first time."""
