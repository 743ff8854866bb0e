"""What operations of a graph cost on a Neo4j server, near and far, beside SQLite and the bare driver.

`python benchmarks/neo4j_operations.py URI [--sizes 1000,10000,100000]`: in each size one namespace of ten holds that
many nodes. "Bare" is the driver by itself, sent the very statement of the far graph. All take turns; medians.
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import neo4j
import numpy as np

from agentmem.bench.timing import by_turns, milliseconds
from agentmem.cli.output import markdown_table
from agentmem.graph.contract import Edge, Graph, Node, Store
from agentmem.host import Host
from agentmem.testing.store_world import NOON
from agentmem.vectors import Vectors, to_unit

DIM, CHUNK, OTHERS = 256, 1000, 9
WORDS = ("iron", "door", "kitchen", "amber", "key", "north", "garden", "apple", "chest", "lamp", "table", "stone")


def nodes(start: int, count: int, seed: int = 0) -> list[Node]:
    """Return nodes with a text of some words and a vector."""
    chance = np.random.default_rng(seed + start)
    vectors = to_unit(chance.standard_normal((count, DIM), dtype=np.float32))
    picked = chance.integers(0, len(WORDS), (count, 6))
    return [
        Node(
            f"n{start + at}", "Fact", NOON, "m", position=start + at, vector=vectors[at],
            text=" ".join(WORDS[word] for word in picked[at]) + f" item{(start + at) // 50}",
        )
        for at in range(count)
    ]  # fmt: skip


def fill(graph: Graph, size: int) -> float:
    """Fill a graph; return nodes per second."""

    def all_of_it() -> None:
        for start in range(0, size, CHUNK):
            some = nodes(start, min(CHUNK, size - start))
            with graph.batch():
                graph.put_nodes(some)
                ends = [(start + at, max(0, start + at - 1 - at * 7 % 50)) for at in range(len(some))]
                graph.put_edges([Edge(f"n{a}", "near", f"n{b}") for a, b in ends if a != b])
            graph.advance("journal", expected=start, value=start + len(some))

    return size / (milliseconds(all_of_it) / 1e3)


def operations(graph: Graph, size: int, numbers: Iterator[int]) -> dict[str, Callable[[], object]]:
    """Return what is measured of a graph, by name."""
    queries = to_unit(np.random.default_rng(5).standard_normal((50, DIM), dtype=np.float32))
    turn = itertools.count()

    def one(step: int) -> str:
        return f"n{step * 7919 % size}"

    def add() -> None:
        number = next(numbers)

        def work() -> None:
            graph.put_nodes(nodes(size + number, 1))
            graph.put_edges([Edge(f"n{size + number}", "near", one(number + back)) for back in range(3)])

        graph.transact(work)

    return {
        "durable add, 1 node, 3 edges": add,
        "get 1": lambda: graph.get([one(next(turn))]),
        "get 100": lambda: graph.get([one(next(turn) + at) for at in range(100)]),
        "expand 2 hops": lambda: graph.expand([one(next(turn))], hops=2),
        "expand 3 hops": lambda: graph.expand([one(next(turn))], hops=3),
        "vector top-10": lambda: graph.nearest(query(queries, next(turn)), limit=10),
        "text top-10": lambda: graph.matching(f"item{next(turn) * 31 % max(1, size // 50)} lamp", limit=10),
    }


def query(queries: Vectors, step: int) -> Vectors:
    """Return one of some queries."""
    found: Vectors = queries[step % len(queries)]
    return found


class Heard:
    """The statements a far graph sends, so that the bare driver can send the same."""

    def __init__(self, store: Any) -> None:
        self.statements: list[tuple[str, dict[str, Any]]] = []
        self._auto = store.server._auto
        store.server._auto = self._listen

    def _listen(self, access: str, text: str, parameters: dict[str, Any]) -> Any:
        self.statements.append((text, parameters))
        return self._auto(access, text, parameters)

    def repeat(self, driver: neo4j.Driver, work: Callable[[], object]) -> Callable[[], object]:
        """Return what sends with the bare driver what `work` sent."""
        self.statements.clear()
        work()
        heard = list(self.statements)

        def bare() -> None:
            for text, parameters in heard:
                with driver.session() as session:
                    session.run(text, parameters).values()  # type: ignore[arg-type]

        return bare


def measured(opened: ExitStack, uri: str, size: int, rounds: int) -> list[dict[str, str]]:
    """Return the rows of one size."""
    root = f"bench-{uuid.uuid4().hex[:8]}"
    folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
    host = Host()
    places = {
        "SQLite": str(folder / "a.db"),
        "near": f"{uri}?root={root}&near=1000000",
        "far": f"{uri}?root={root}&near=0",
    }
    stores: dict[str, Store] = {name: host.store(place) for name, place in places.items()}
    for store in stores.values():
        opened.callback(store.close)
    driver = opened.enter_context(neo4j.GraphDatabase.driver(uri))
    for other in range(OTHERS):
        fill(stores["far"].graph(f"other{other}"), min(size, 1000))
    rows = [
        {"operation": "bulk add, nodes/s", "nodes": f"{size:,}"}
        | {name: f"{fill(stores[name].graph('bench'), size):,.0f}" for name in ("SQLite", "far")}
    ]
    loaded = milliseconds(lambda: stores["near"].graph("bench").get(["n1"]))
    rows.append({"operation": "first read of the copy, ms", "nodes": f"{size:,}", "near": f"{loaded:,.0f}"})
    numbers = itertools.count()
    works = {name: operations(store.graph("bench"), size, numbers) for name, store in stores.items()}
    heard = Heard(stores["far"])
    for what in works["SQLite"]:
        turns: dict[str, Callable[[], object]] = {name: works[name][what] for name in works}
        if not what.startswith("durable"):
            turns["bare"] = heard.repeat(driver, works["far"][what])
        for work in turns.values():
            work()
        spent = by_turns(turns, rounds=rounds if what != "vector top-10" or size < 50_000 else 5)
        row = {"operation": f"{what}, ms", "nodes": f"{size:,}"} | {name: f"{ms:.2f}" for name, ms in spent.items()}
        if "bare" in spent:
            row["near : bare"], row["far : bare"] = (f"{spent[name] / spent['bare']:.2f}" for name in ("near", "far"))
        rows.append(row)
    for name in ["bench", *(f"other{other}" for other in range(OTHERS))]:
        stores["far"].drop(name)
    return rows


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("uri")
    parser.add_argument("--sizes", default="1000,10000")
    parser.add_argument("--rounds", type=int, default=30)
    given = parser.parse_args()
    columns = ("operation", "nodes", "SQLite", "near", "far", "bare", "near : bare", "far : bare")
    for size in map(int, given.sizes.split(",")):
        with ExitStack() as opened:
            rows = measured(opened, given.uri, size, given.rounds)
        print(markdown_table(rows, columns=columns))


if __name__ == "__main__":
    main()
