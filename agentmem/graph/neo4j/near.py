"""Work on the copies of namespaces; one that is too large, or not copied yet, is left to the far graph.

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
from agentmem.graph.neo4j.copies import Copies, Copy, Limits, Run, State
from agentmem.graph.neo4j.far import FarGraph
from agentmem.graph.neo4j.loading import Loader
from agentmem.graph.neo4j.server import Server
from agentmem.graph.neo4j.statements import statement
from agentmem.graph.neo4j.touched import Touched

T = TypeVar("T")
AT_ONCE = 20_000
"""Nodes up to which a namespace is copied while somebody waits; a larger one is copied beside the work."""
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
        self._server = server
        self._limits = Limits(AT_ONCE, most)
        self._copies = Copies(most)
        self._loader = Loader(server.address, self._copies)
        self._mine = threading.local()
        self._types: set[str] = set()

    @contextmanager
    def reading(self, far: FarGraph) -> Iterator[Graph]:
        """Give the graph to read: that of the batch or snapshot this thread is in, or a copy that is up to date."""
        held = self._held(far.namespace)
        if held is not None:
            yield held.graph
            return
        with self._using(far.namespace) as copy:
            yield copy.graph if copy is not None and self._is_fresh(copy) else far

    @contextmanager
    def snapshot(self, far: FarGraph) -> Iterator[None]:
        """Let this thread read the copy as it is now."""
        if self._held(far.namespace) is not None:
            yield
            return
        with self._using(far.namespace) as copy:
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
        with self._using(far.namespace) as copy:
            if copy is not None and self._is_usable(copy):
                with self._locked(copy) as run:
                    if run is not None:
                        touched = Touched()
                        with self._holding(far.namespace, Held(copy.graph, True, copy, touched)):
                            yield
                        commit(copy, touched, run, self._types)
                        return
            with far.batch(), self._holding(far.namespace, Held(far, is_batch=True)):
                yield

    def transact(self, far: FarGraph, work: Callable[[], T]) -> T:
        """Do `work` on the copy, and commit what it touched; again, if it was overtaken."""
        held = self._held(far.namespace)
        if held is not None and held.is_batch:
            with held.inner():
                return work()
        with self._using(far.namespace) as copy:
            if copy is not None and self._is_usable(copy):
                for _ in range(TRIES):
                    try:
                        return self._try(copy, work)
                    except Overtaken:
                        if not self._is_fresh(copy):
                            break
                else:
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

    def wait(self) -> None:
        """Wait for the copies that are being made."""
        self._loader.wait()

    def forget(self, namespace: str) -> None:
        """Begin anew with a namespace that was dropped."""
        self._loader.forget(namespace)
        self._copies.forget(namespace)

    def close(self) -> None:
        """Free all copies, and make no more."""
        self._loader.close()
        self._copies.close()

    @contextmanager
    def _using(self, namespace: str) -> Iterator[Copy | None]:
        if self._loader.has(namespace):
            yield None
            return
        with self._copies.using(namespace) as copy:
            yield copy

    @contextmanager
    def _locked(self, copy: Copy) -> Iterator[Run | None]:
        """Hold the namespace's lock on the server, and give what runs statements there; None if it has no copy now."""
        with self._alone(copy), copy.batch(), self._server.transaction() as transaction:
            transaction.run(statement("lock_space"), namespace=copy.namespace)
            is_fresh = self._settled(copy, copy.refresh(transaction.run, self._limits))
            yield transaction.run if is_fresh else None
        self._check_size(copy)

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
        """Bring a copy up to date; False where the server has to be asked instead."""
        return self._settled(copy, copy.refresh(self._server.write, self._limits))

    def _settled(self, copy: Copy, state: State) -> bool:
        if state is State.LARGE:
            self._copies.leave(copy.namespace)
        elif state is State.BEHIND and self._copies.let_go(copy):
            self._loader.want(copy.namespace)
        return state is State.FRESH

    def _is_usable(self, copy: Copy) -> bool:
        """Return whether a copy may be written: it is checked when that is sent."""
        return copy.is_loaded or self._is_fresh(copy)

    def _check_size(self, copy: Copy) -> None:
        if copy.nodes > self._limits.most:
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
