"""What operations of a graph cost on a Neo4j server: near, from a copy, and far, beside SQLite and the bare driver.

In each size one namespace of ten holds that many nodes. "Bare" is the driver by itself, sent the very statements of
the far graph. All take turns, so that a busy moment of the machine meets all of them. What is written is held against
the time that the very calls of the driver take in it, since nothing can be added twice.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from itertools import count
from statistics import median
from typing import Any

import neo4j
import numpy as np

from agentmem.bench.everything import Makers
from agentmem.bench.row import Row, compared
from agentmem.bench.timing import Moved, by_turns, milliseconds, unwatched
from agentmem.bench.trips import trips
from agentmem.graph.contract import EVERYTHING_CURRENT, Edge, Graph, Node
from agentmem.graph.neo4j import reading, search
from agentmem.graph.neo4j.address import Address, address_of
from agentmem.graph.neo4j.store import Neo4jStore
from agentmem.graph.sqlite import SQLiteStore
from agentmem.host import Host
from agentmem.vectors import Vectors, to_unit

DIM, CHUNK, OTHERS, ROUNDS, SLOW_ROUNDS = 256, 1000, 9, 30, 5
SLOW = 50_000
AT = datetime(2026, 1, 1, tzinfo=UTC)
WORDS = ("iron", "door", "kitchen", "amber", "key", "north", "garden", "apple", "chest", "lamp", "table", "stone")
NAME = "bench"
PLACES = ("near", "far")
MOST_NEAR = 10_000
"""Nodes that are added through a copy; it is made as they come."""
EVERYWHERE = 10**9
Ask = Callable[..., list[list[Any]]]


def operations(uri: str, sizes: Sequence[int], *, host: Host, memories: Makers, moved: Moved = unwatched) -> list[Row]:
    """Return what operations cost in namespaces of these sizes; what was made is erased.

    Args:
        uri: Of a Neo4j server.
        sizes: Numbers of nodes.
        host: Opens a language.
        memories: Whose round trips are counted.
        moved: Is told of each size, once it is filled.
    """
    address = replace(address_of(uri), root=f"bench-{uuid.uuid4().hex[:8]}")
    return [row for size in sizes for row in _measured(address, size, moved, host, memories)]


@dataclass(frozen=True)
class _Timed:
    """Milliseconds that something took, and how many of them were spent in the driver."""

    ms: float
    waited_ms: float = 0.0

    def shared(self, parts: float) -> _Timed:
        """Return the same of one of so many parts."""
        return _Timed(self.ms / parts, self.waited_ms / parts)


@dataclass
class _Places:
    """The same namespace in three places, and the bare driver."""

    opened: ExitStack
    address: Address
    size: int
    graphs: dict[str, Graph] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.far = self._store(near=0)
        self.driver = self.opened.enter_context(
            neo4j.GraphDatabase.driver(self.address.host, auth=_auth(self.address), notifications_min_severity="OFF")
        )
        plain = SQLiteStore.in_memory()
        self.opened.callback(plain.close)
        for other in range(OTHERS):
            self._fill(self.far, f"other{other}", min(self.size, CHUNK))
        self.filled = {"far": _timed(self.far, lambda: self._fill(self.far, NAME, self.size))}
        self.filled["SQLite"] = _Timed(milliseconds(lambda: _fill(plain.graph(NAME), self.size)))
        self.graphs = {"far": self.far.graph(NAME), "SQLite": plain.graph(NAME)}
        self.copying = self._store(near=EVERYWHERE)
        self.graphs["near"] = self.copying.graph(NAME)
        self.far.graph(NAME).nearest(_vectors(1, seed=5)[0], limit=1)
        self.index = self.far.index_of(NAME)
        self.first = milliseconds(lambda: self.graphs["near"].get(["n1"]))
        self.loading = self.first + milliseconds(self.copying.wait_for_copies)
        few = min(self.size, MOST_NEAR)
        self.filled["near"] = _timed(self.copying, lambda: self._fill(self.copying, f"{NAME} by a copy", few))

    def bare(self, work: Callable[[Ask], object]) -> Callable[[], object]:
        """Return what sends with the bare driver what `work` asks the server."""
        heard: list[tuple[str, dict[str, Any]]] = []

        def listen(text: str, /, **parameters: Any) -> list[list[Any]]:
            heard.append((text, {"namespace": self.full_name, **parameters}))
            return self.far.server.read(text, namespace=self.full_name, **parameters)

        work(listen)

        def send() -> None:
            for text, parameters in heard:
                with self.driver.session(database=self.address.database) as session:
                    session.run(neo4j.Query(text), parameters).values()

        return send

    @property
    def full_name(self) -> str:
        """Under which name the namespace stands in the database."""
        return self.address.full_name(NAME)

    def _store(self, *, near: int) -> Neo4jStore:
        store = Neo4jStore(replace(self.address, near=near))
        self.opened.callback(store.close)
        return store

    def _fill(self, store: Neo4jStore, name: str, size: int) -> None:
        self.opened.callback(store.drop, name)
        _fill(store.graph(name), size)


def _measured(address: Address, size: int, moved: Moved, host: Host, memories: Makers) -> list[Row]:
    with ExitStack() as opened:
        places = _Places(opened, address, size)
        subject = f"{size:,} nodes"
        rows = [
            *_filled(places, subject),
            Row(measure="first read", subject=f"near, {subject}", unit="ms", value=places.first),
            Row(measure="until the copy is there", subject=f"near, {subject}", unit="ms", value=places.loading),
            *_adds(places, subject),
        ]
        moved(subject, size)
        for measure, (ours, theirs) in _asking(size, places).items():
            rows += _beside(measure, subject, places, ours, theirs)
        return rows + trips(places.copying, NAME, memories, host, subject=subject)


def _filled(places: _Places, subject: str) -> list[Row]:
    """Return what adding a thousand nodes at once cost."""
    chunks = {name: spent.shared(places.size / CHUNK) for name, spent in places.filled.items()}
    chunks["near"] = places.filled["near"].shared(min(places.size, MOST_NEAR) / CHUNK)
    note = f"SQLite {chunks['SQLite'].ms:.0f} ms"
    return [_added(f"bulk add of {CHUNK:,} nodes", f"{name}, {subject}", chunks[name], note) for name in PLACES]


def _adds(places: _Places, subject: str) -> list[Row]:
    """Return what a durable add costs: near, then far, since near begins again what another was faster with."""
    plain = by_turns({0: _adding(places.graphs["SQLite"], places.size, 0)}, rounds=ROUNDS)[0]
    rows = []
    for start, (name, store) in enumerate(zip(PLACES, (places.copying, places.far), strict=True)):
        add = _adding(places.graphs[name], places.size, start)
        add()  # the copy may be behind
        spent = [_timed(store, add) for _ in range(ROUNDS)]
        whole = _Timed(median(one.ms for one in spent), median(one.waited_ms for one in spent))
        rows.append(_added("durable add of a node and 3 edges", f"{name}, {subject}", whole, f"SQLite {plain:.2f} ms"))
    return rows


def _added(measure: str, subject: str, spent: _Timed, note: str) -> Row:
    row = Row(measure=measure, subject=subject, unit="ms", value=spent.ms, note=note)
    return compared(row, against=spent.waited_ms, baseline="its calls of the driver", at_most=1.3)


def _timed(store: Neo4jStore, work: Callable[[], object]) -> _Timed:
    before = store.server.waited_s
    spent = milliseconds(work)
    return _Timed(spent, (store.server.waited_s - before) * 1e3)


def _beside(
    measure: str, subject: str, places: _Places, ours: Callable[[Graph], object], theirs: Callable[[Ask], object]
) -> list[Row]:
    works: dict[str, Callable[[], object]] = {"bare": places.bare(theirs)}
    works |= {name: partial(ours, graph) for name, graph in places.graphs.items()}
    for work in works.values():
        work()
    rounds = ROUNDS if places.index or places.size < SLOW else SLOW_ROUNDS
    spent = by_turns(works, rounds=rounds)
    note = f"SQLite {spent['SQLite']:.2f} ms"
    return [
        compared(
            Row(measure=measure, subject=f"{name}, {subject}", unit="ms", value=spent[name], note=note),
            against=spent["bare"], baseline="the bare driver", at_most=1.3,
        )
        for name in PLACES
    ]  # fmt: skip


def _asking(size: int, places: _Places) -> dict[str, tuple[Callable[[Graph], object], Callable[[Ask], object]]]:
    """Return what is asked of a graph, and what that asks the server, by name."""
    one, hundred = [f"n{size // 2}"], [f"n{size // 2 + at}" for at in range(100)]
    query = _vectors(1, seed=5)
    text = f"item{size // 100} lamp"
    full = places.full_name
    return {
        "get 1": (lambda graph: graph.get(one), lambda ask: reading.get(ask, one, vectors=False)),
        "get 100": (lambda graph: graph.get(hundred), lambda ask: reading.get(ask, hundred, vectors=False)),
        "expand 2 hops": (lambda graph: graph.expand(one, hops=2), lambda ask: _expanded(ask, one, 2)),
        "expand 3 hops": (lambda graph: graph.expand(one, hops=3), lambda ask: _expanded(ask, one, 3)),
        "vector top-10": (
            lambda graph: graph.nearest_many(query, limit=10),
            lambda ask: _nearest(ask, query, places.index),
        ),
        "text top-10": (
            lambda graph: graph.matching(text, limit=10),
            lambda ask: search.matching(ask, full, text, EVERYTHING_CURRENT, limit=10, space=None),
        ),
    }


def _nearest(ask: Ask, query: Vectors, index: str | None) -> object:
    if index is not None:
        return search.nearest_indexed(ask, query, EVERYTHING_CURRENT, limit=10, index=index)
    return search.nearest(ask, query, EVERYTHING_CURRENT, limit=10, space=None, known=lambda *_: None)


def _expanded(ask: Ask, ids: Sequence[str], hops: int) -> object:
    return reading.expand(ask, ids, hops=hops, types=None, direction="both", limit=200)


def _adding(graph: Graph, size: int, start: int) -> Callable[[], object]:
    numbers = count(size + start, 3)  # near and far write to one namespace

    def add() -> None:
        number = next(numbers)

        def work() -> None:
            graph.put_nodes(_nodes(number, 1))
            graph.put_edges([Edge(f"n{number}", "near", f"n{(number + back) * 7919 % size}") for back in range(3)])

        graph.transact(work)

    return add


def _fill(graph: Graph, size: int) -> None:
    for start in range(0, size, CHUNK):
        some = _nodes(start, min(CHUNK, size - start))
        ends = [(start + at, max(0, start + at - 1 - at * 7 % 50)) for at in range(len(some))]
        with graph.batch():
            graph.put_nodes(some)
            graph.put_edges([Edge(f"n{a}", "near", f"n{b}") for a, b in ends if a != b])


def _nodes(start: int, number: int) -> list[Node]:
    vectors = _vectors(number, seed=start)
    picked = np.random.default_rng(start).integers(0, len(WORDS), (number, 6))
    return [
        Node(
            f"n{start + at}", "Fact", AT, "m", position=start + at, vector=vectors[at],
            text=" ".join(WORDS[word] for word in picked[at]) + f" item{(start + at) // 50}",
        )
        for at in range(number)
    ]  # fmt: skip


def _vectors(number: int, *, seed: int) -> Vectors:
    return to_unit(np.random.default_rng(seed).standard_normal((number, DIM), dtype=np.float32))


def _auth(address: Address) -> tuple[str, str] | None:
    return (address.user, address.password) if address.password else None
