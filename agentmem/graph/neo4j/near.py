"""Work on the copies of small namespaces; a larger one is left to the far graph.

A batch is done on the copy and touches nothing else. When it ends, what it touched is sent to the server, which
compares and swaps the version of the namespace. `transact` does so with no lock and in one round trip, and does
its work again where another process was faster; `batch` takes the namespace's lock on the server first.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import TypeVar

from agentmem.errors import StoreUnavailable
from agentmem.graph.contract import Graph
from agentmem.graph.neo4j.commit import Overtaken, commit
from agentmem.graph.neo4j.copies import Copies, Copy
from agentmem.graph.neo4j.far import FarGraph
from agentmem.graph.neo4j.server import Server
from agentmem.graph.neo4j.statements import statement
from agentmem.graph.neo4j.touched import Touched

T = TypeVar("T")
TRIES = 2
"""Times a piece of work is done without a lock, before it is done with one."""
WAIT_S = 30.0
"""How long a thread waits for another one that writes to the same namespace."""


@dataclass(frozen=True)
class Held:
    """The graph a thread reads, and writes if it is in a batch, of one namespace.

    Attributes:
        graph: The copy, or the far graph.
        is_batch: Whether it may be written.
        copy: The copy, if it is one.
        touched: What a batch on the copy has touched so far.
    """

    graph: Graph
    is_batch: bool
    copy: Copy | None = None
    touched: Touched | None = None

    @contextmanager
    def inner(self) -> Iterator[None]:
        """Open an inner batch, undone by itself where it fails."""
        with self.graph.batch(), self.touched.inner() if self.touched is not None else nullcontext():
            yield


class Near:
    """What the threads of one process do with the copies of one store.

    Args:
        server: Where the namespaces are.
        most: Nodes a namespace may have to be copied; 0: none is.
    """

    def __init__(self, server: Server, most: int) -> None:
        self._server, self._most = server, most
        self._copies = Copies(most)
        self._mine = threading.local()
        self._types: set[str] = set()

    @contextmanager
    def reading(self, far: FarGraph) -> Iterator[Graph]:
        """Give the graph to read: that of the batch or snapshot this thread is in, or a copy that is up to date."""
        held = self._held(far.namespace)
        if held is not None:
            yield held.graph
            return
        with self._copies.using(far.namespace) as copy:
            yield copy.graph if copy is not None and self._is_fresh(copy) else far

    @contextmanager
    def snapshot(self, far: FarGraph) -> Iterator[None]:
        """Let this thread read the copy as it is now."""
        if self._held(far.namespace) is not None:
            yield
            return
        with self._copies.using(far.namespace) as copy:
            if copy is None or not self._is_fresh(copy):
                with far.snapshot():
                    yield
                return
            with copy.graph.snapshot(), self._holding(far.namespace, Held(copy.graph, is_batch=False)):
                yield

    @contextmanager
    def batch(self, far: FarGraph) -> Iterator[None]:
        """Open a batch that waits for other writers at its beginning, or a part of the one this thread is in."""
        held = self._held(far.namespace)
        if held is not None and held.is_batch:
            with held.inner():
                yield
            return
        with self._copies.using(far.namespace) as copy:
            if copy is None or not self._is_usable(copy):
                with far.batch(), self._holding(far.namespace, Held(far, is_batch=True)):
                    yield
                return
            with self._alone(copy), copy.batch(), self._server.transaction() as transaction:
                transaction.run(statement("lock_space"), namespace=far.namespace)
                if not copy.refresh(transaction.run, most=self._most):
                    self._copies.leave(copy.namespace)
                    raise StoreUnavailable("the namespace has just outgrown its copy; nothing was written, try again")
                touched = Touched()
                with self._holding(far.namespace, Held(copy.graph, True, copy, touched)):
                    yield
                commit(copy, touched, transaction.run, self._types)
            self._check_size(copy)

    def transact(self, far: FarGraph, work: Callable[[], T]) -> T:
        """Do `work` on the copy, and commit what it touched; again, if it was overtaken."""
        held = self._held(far.namespace)
        if held is not None and held.is_batch:
            with held.inner():
                return work()
        with self._copies.using(far.namespace) as copy:
            if copy is not None and self._is_usable(copy):
                for _ in range(TRIES):
                    try:
                        return self._try(copy, work)
                    except Overtaken:
                        if not self._is_fresh(copy):
                            break
        if copy is not None and self._copies.has(far.namespace):
            with self.batch(far):
                return work()
        return far.transact(lambda: self._work_far(far, work))

    def write(self, far: FarGraph, write: Callable[[Graph], T], note: Callable[[Touched], None]) -> T:
        """Write to the copy and note what that touches, or write far."""
        held = self._held(far.namespace)
        if held is None or not held.is_batch:
            return self.transact(far, lambda: self.write(far, write, note))
        made = write(held.graph)
        if held.touched is not None:
            note(held.touched)
        return made

    def forget_vectors(self, far: FarGraph) -> None:
        """Take the vector off every node."""
        held = self._held(far.namespace)
        if held is None or not held.is_batch:
            self.transact(far, lambda: self.forget_vectors(far))
        elif held.copy is None or held.touched is None:
            far.forget_vectors()
        else:
            held.copy.forget_vectors()
            held.touched.vectors_gone = True

    def forget(self, namespace: str) -> None:
        """Begin anew with a namespace that was dropped."""
        self._copies.forget(namespace)

    def close(self) -> None:
        """Free all copies."""
        self._copies.close()

    def _try(self, copy: Copy, work: Callable[[], T]) -> T:
        touched = Touched()
        with self._alone(copy), copy.batch():
            with self._holding(copy.namespace, Held(copy.graph, True, copy, touched)):
                try:
                    made = work()
                except Exception as error:
                    if copy.is_behind(self._server.read):  # what it stumbled over may be no more
                        raise Overtaken from error
                    raise
            commit(copy, touched, self._server.write, self._types)
        self._check_size(copy)
        return made

    def _work_far(self, far: FarGraph, work: Callable[[], T]) -> T:
        with self._holding(far.namespace, Held(far, is_batch=True)):
            return work()

    def _is_fresh(self, copy: Copy) -> bool:
        """Bring a copy up to date; False where it would be too large."""
        if copy.refresh(self._server.write, most=self._most):
            return True
        self._copies.leave(copy.namespace)
        return False

    def _is_usable(self, copy: Copy) -> bool:
        """Return whether a copy may be written: it is checked when that is sent."""
        return copy.is_loaded or self._is_fresh(copy)

    def _check_size(self, copy: Copy) -> None:
        if copy.nodes > self._most:
            self._copies.leave(copy.namespace)

    def _held(self, namespace: str) -> Held | None:
        held: dict[str, Held] = self._mine.__dict__.setdefault("held", {})
        return held.get(namespace)

    @contextmanager
    def _holding(self, namespace: str, held: Held) -> Iterator[None]:
        mine: dict[str, Held] = self._mine.__dict__.setdefault("held", {})
        before = mine.get(namespace)
        mine[namespace] = held
        try:
            yield
        finally:
            mine.pop(namespace) if before is None else mine.update({namespace: before})

    @contextmanager
    def _alone(self, copy: Copy) -> Iterator[None]:
        if not copy.writing.acquire(timeout=WAIT_S):
            raise StoreUnavailable(
                f"{self._server.address.uri}: another thread has been writing to namespace {copy.namespace!r} "
                f"for {WAIT_S:.0f} s; try again"
            )
        try:
            yield
        finally:
            copy.writing.release()
