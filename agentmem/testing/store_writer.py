"""A process that writes to a store, for the tests that kill it or run several at once.

`python -m agentmem.testing.store_writer FACTORY URI NAMESPACE COUNT HOW`: FACTORY is "module:class", HOW is "turns"
or "alone".
"""

from __future__ import annotations

import importlib
import subprocess
import sys

from agentmem.graph.contract import Edge, Graph, Store, StoreFactory
from agentmem.testing.store_world import fact, unit_vectors


def start_writer(factory: type[StoreFactory], place: str, count: int, how: str = "turns") -> subprocess.Popen[str]:
    """Start such a process on the namespace "alice"; what it has written is on its standard output."""
    command = [sys.executable, "-m", __name__, f"{factory.__module__}:{factory.__qualname__}", place, "alice"]
    # S603: the command is ours.
    return subprocess.Popen([*command, str(count), how], stdout=subprocess.PIPE, text=True)  # noqa: S603


def write_turn(graph: Graph) -> int:
    """Write one turn and return its number: a counter moved, two nodes, an edge; the fact of the last turn retired."""
    turn = graph.counter("turn")
    one, two = unit_vectors(2, seed=turn)
    graph.advance("turn", expected=turn, value=turn + 1)
    graph.put_nodes([fact(f"event/{turn}", turn, text=f"turn{turn} said", vector=one)])
    graph.put_nodes([fact(f"fact/{turn}", turn, text=f"turn{turn} known", vector=two)])
    graph.put_edges([Edge(f"fact/{turn}", "from", f"event/{turn}", {}, turn)])
    graph.retire([f"fact/{turn - 1}"], position=turn)
    return turn


def write_turns(graph: Graph, count: int) -> None:
    """Write `count` turns, whoever else writes too, and print the number of each once it is kept.

    Every other one is work that may be repeated, the rest are batches.
    """
    for number in range(count):
        if number % 2:
            turn = graph.transact(lambda: write_turn(graph))
        else:
            with graph.batch():
                turn = write_turn(graph)
        sys.stdout.write(f"{turn}\n")
        sys.stdout.flush()


def write_alone(store: Store) -> None:
    """Write what is right only if nobody else is inside `alone`: one namespace by what another one says.

    Raises:
        CursorMoved: somebody is.
    """
    graph, beside = store.graph("alice"), store.graph("beside")
    turn = graph.counter("turn")
    beside.put_nodes([fact(f"n{turn}", turn)])
    graph.advance("turn", expected=turn, value=turn + 1)


def main() -> None:
    """Open the store and write."""
    module, _, name = sys.argv[1].partition(":")
    store: Store = getattr(importlib.import_module(module), name)().open(sys.argv[2])
    if sys.argv[5] == "turns":
        write_turns(store.graph(sys.argv[3]), int(sys.argv[4]))
    else:
        for _ in range(int(sys.argv[4])):
            with store.alone():
                write_alone(store)
    store.close()


if __name__ == "__main__":
    main()
