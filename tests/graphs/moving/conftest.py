import random
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from agentmem.graph.contract import Edge, Graph, Node, Store
from agentmem.host import Host
from agentmem.testing.neo4j.roots import store_uri
from agentmem.testing.store_world import NOON
from agentmem.vectors import to_unit

Opens = Callable[[str], Store]


@pytest.fixture(params=["sqlite", "near", "far"])
def opens(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opens]:
    """Open a store of one kind by a name; the same name is the same store."""
    opened: list[Store] = []

    def open_(name: str) -> Store:
        uri = str(tmp_path / f"{name}.db")
        if request.param != "sqlite":
            near = 0 if request.param == "far" else None
            uri = store_uri(request.getfixturevalue("neo4j_uri"), tmp_path / name, near=near)
        opened.append(Host().store(uri))
        return opened[-1]

    yield open_
    for store in opened:
        store.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Store]:
    """A SQLite store with two namespaces, filled."""
    store = Host().store(str(tmp_path / "house.db"))
    fill(store.graph("alice"), 40, seed=1)
    fill(store.graph("bob"), 7, seed=2)
    yield store
    store.close()


def fill(graph: Graph, count: int, *, seed: int) -> None:
    """Fill a graph with nodes of all sorts: many of one position, retired ones, odd texts and props."""
    chance = random.Random(seed)
    vectors = to_unit(np.random.default_rng(seed).standard_normal((count, 8), dtype=np.float32))
    nodes = [
        Node(
            f"n{number}",
            chance.choice(["Fact", "Note"]),
            NOON,
            chance.choice(["m", "other"]),
            text=chance.choice(["", "iron door", "naïve 🗝 \u0301 text", "a\0b"]),
            props={
                "tags": ["a", "b"],
                "nested": {"x": [1, 2.5, None]},
                "name": "n",
                "p_x": 1,
                "j_y": True,
                "n": number,
            },
            vector=vectors[number] if number % 3 else None,
            position=number // 10,
            retired=number if number % 5 == 0 else None,
            by="rules",
        )
        for number in range(count)
    ]
    nodes.append(Node("event/1", "Event", NOON, text="hello", props={"role": "user"}, position=1))
    with graph.batch():
        graph.put_nodes(nodes)
        graph.put_edges([Edge(f"n{a}", "near", f"n{(a * 7) % count}", {"how": [a]}, a) for a in range(count)])
        graph.advance("journal", expected=0, value=count)
        graph.advance("cursor/m", expected=0, value=count)
