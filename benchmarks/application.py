"""What a chat application pays: one `add` and one `search` through `AgentMemory`, beside the bare store.

    python benchmarks/application.py --sizes 10000,100000 --scopes 1000 --memories episodic,bm25,rag

The store is a file, and has a twin. Whatever `AgentMemory` asks of the one while it adds or searches is asked of the
other right after, with the same arguments, by nobody but this loop: that is the bare store. What lies between is the
host, the memory's own reckoning, and the embedder.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any, TypeVar

from agentmem.agent_memory import AgentMemory
from agentmem.bench.chatter import events, question
from agentmem.graph.contract import Graph
from agentmem.graph.sqlite import SQLiteStore
from agentmem.host import Host

T = TypeVar("T")
Call = tuple[str, tuple[Any, ...], dict[str, Any]]
CHUNK = 1000
BLOCKS = ("batch", "snapshot")


class Taped:
    """A graph that notes what it is asked."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self.namespace = graph.namespace
        self.tape: list[Call] = []

    def __getattr__(self, name: str) -> Callable[..., Any]:
        asked = getattr(self._graph, name)

        def noted(*given: Any, **named: Any) -> Any:
            self.tape.append((name, given, named))
            return asked(*given, **named)

        return noted

    def transact(self, work: Callable[[], T]) -> T:
        """Note a batch around what the work asks."""
        with self.batch():
            return work()

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Note a batch."""
        yield from self._block("batch")

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Note a snapshot."""
        yield from self._block("snapshot")

    def _block(self, kind: str) -> Iterator[None]:
        self.tape.append((kind, (), {}))
        with getattr(self._graph, kind)():
            yield
        self.tape.append(("end", (), {}))


class TapedStore:
    """A store whose graphs note what they are asked."""

    def __init__(self, store: SQLiteStore) -> None:
        self._store = store
        self.uri = store.uri
        self.graphs: dict[str, Taped] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def graph(self, namespace: str) -> Taped:
        """Return the graph of a namespace, always the same one."""
        return self.graphs.setdefault(namespace, Taped(self._store.graph(namespace)))


def replayed(tape: Sequence[Call], graph: Graph) -> None:
    """Ask a graph what another was asked."""
    with ExitStack() as blocks:
        opened: list[ExitStack] = []
        for name, given, named in tape:
            if name in BLOCKS:
                opened.append(blocks.enter_context(ExitStack()))
                opened[-1].enter_context(getattr(graph, name)())
            elif name == "end":
                opened.pop().close()
            else:
                getattr(graph, name)(*given, **named)


def measured(size: int, scopes: int, memory: str, rounds: int, host: Host) -> Iterator[dict[str, Any]]:
    """Yield one row for adding and one for searching, in a file where `scopes` scopes hold `size` messages in all."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as opened:
        filled(SQLiteStore(Path(folder) / "one.db"), Path(folder) / "twin.db", size, scopes, memory, host)
        store = TapedStore(SQLiteStore(Path(folder) / "one.db"))
        twin = SQLiteStore(Path(folder) / "twin.db")
        opened.callback(store.close)
        opened.callback(twin.close)
        names = [f"user{number}" for number in range(min(scopes, 20))]
        users = [opened.enter_context(AgentMemory(store, user=name, memory=memory, host=host)) for name in names]  # type: ignore[arg-type]
        new = iter(events(10 * size, rounds))
        works: dict[str, Callable[[int, AgentMemory], object]] = {
            "search": lambda turn, user: user.search(question(turn * 7919 % size)),
            "add": lambda turn, user: user.add(next(new).model_copy(update={"id": f"new{turn}"})),
        }
        for verb, work in works.items():
            whole, bare = [], []
            for turn in range(rounds):
                user = users[turn % len(users)]
                taped: Any = user.graph
                taped.tape.clear()
                started = perf_counter()
                work(turn, user)
                whole.append((perf_counter() - started) * 1e3)
                tape, graph = list(taped.tape), twin.graph(user.graph.namespace)
                started = perf_counter()
                replayed(tape, graph)
                bare.append((perf_counter() - started) * 1e3)
            yield row(verb, memory, size, scopes, whole[rounds // 10 :], bare[rounds // 10 :])


def filled(store: SQLiteStore, twin: Path, size: int, scopes: int, memory: str, host: Host) -> None:
    """Fill a store, and copy it."""
    each = size // scopes
    for number in range(scopes):
        with AgentMemory(store, user=f"user{number}", memory=memory, host=host) as user:
            for start in range(0, each, CHUNK):
                user.add_many(events(number * each + start, min(CHUNK, each - start)))
    store.backup(twin)
    store.close()


def row(verb: str, memory: str, size: int, scopes: int, whole: list[float], bare: list[float]) -> dict[str, Any]:
    """Return what was measured, as a row."""
    told: dict[str, Any] = {"verb": verb, "memory": memory, "messages": size, "scopes": scopes}
    for name, times in (("ours", whole), ("bare", bare)):
        told |= {f"{name} p50": median(times), f"{name} p95": quantiles(times, n=20)[18]}
    return told | {"ratio p50": median(whole) / median(bare)}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="10000,100000")
    parser.add_argument("--scopes", type=int, default=1000)
    parser.add_argument("--memories", default="episodic,bm25,rag")
    parser.add_argument("--rounds", type=int, default=200)
    given = parser.parse_args()
    host, first = Host(), True
    for memory in given.memories.split(","):
        sizes = [(int(size), 1) for size in given.sizes.split(",")] + [(100_000, given.scopes)]
        for size, scopes in sizes:
            for one in measured(size, scopes, memory, given.rounds, host):
                if first:
                    print("| " + " | ".join(one) + " |\n|" + "---|" * len(one))
                first = False
                told = (f"{value:.2f}" if isinstance(value, float) else str(value) for value in one.values())
                print("| " + " | ".join(told) + " |", flush=True)


if __name__ == "__main__":
    main()
