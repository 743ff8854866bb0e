"""A process that writes to a store, for the tests that kill it or run several at once.

`python -m agentmem.testing.store_writer FACTORY URI NAMESPACE COUNT`: FACTORY is "module:class".
"""

from __future__ import annotations

import importlib
import sys

from agentmem.errors import CursorMoved
from agentmem.graph.contract import Edge, Graph, StoreFactory
from agentmem.testing.store_world import fact, unit_vectors


def name_of(factory: type[StoreFactory]) -> str:
    """Return what FACTORY must be."""
    return f"{factory.__module__}:{factory.__qualname__}"


def write_turn(graph: Graph, turn: int) -> None:
    """Write one turn: a counter moved, two nodes with vector and words, an edge; the node of the last turn retired.

    Raises:
        CursorMoved: another process took this turn.
    """
    one, two = unit_vectors(2, seed=turn)
    with graph.batch():
        graph.advance("turn", expected=turn, value=turn + 1)
        graph.put_nodes([fact(f"event/{turn}", turn, text=f"turn{turn} said", vector=one)])
        graph.put_nodes([fact(f"fact/{turn}", turn, text=f"turn{turn} known", vector=two)])
        graph.put_edges([Edge(f"fact/{turn}", "from", f"event/{turn}", {}, turn)])
        graph.retire([f"fact/{turn - 1}"], position=turn)


def write_turns(graph: Graph, count: int) -> None:
    """Write `count` turns, whoever else writes too, and print the number of each once it is kept."""
    for _ in range(count):
        turn = graph.counter("turn")
        try:
            write_turn(graph, turn)
        except CursorMoved:
            continue
        sys.stdout.write(f"{turn}\n")
        sys.stdout.flush()


def main() -> None:
    """Open the store and write."""
    module, _, name = sys.argv[1].partition(":")
    store = getattr(importlib.import_module(module), name)().open(sys.argv[2])
    write_turns(store.graph(sys.argv[3]), int(sys.argv[4]))
    store.close()


if __name__ == "__main__":
    main()
