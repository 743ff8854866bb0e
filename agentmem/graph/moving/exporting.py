"""A store as lines of JSON, the journal first: for people, for other programs, and for keeping.

The first line says what this is. Of each namespace come its counters, the journal's entries in order, all other
nodes, the edges, and how much that was with a SHA-256 of its lines. The last line says that nothing is missing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import IO, Any

from agentmem.graph.contract import Graph, Store, Where
from agentmem.graph.moving.arriving import Moved
from agentmem.graph.moving.lines import dumped, edge_line, node_line
from agentmem.graph.moving.mark import MARK, check_whole
from agentmem.graph.moving.pages import Fingerprint, edges_from, fingerprint, pages

FORMAT = 1
JOURNAL = ("Event", "Operation")
"""Labels of the journal's entries: all else can be derived from them."""


def export(
    store: Store,
    namespaces: Sequence[str],
    to: IO[bytes],
    *,
    moved: Moved = lambda what, steps: None,  # noqa: ARG005
) -> dict[str, Fingerprint]:
    """Write namespaces to a file; return what each holds.

    Args:
        store: Each namespace is read as of one moment, where it can be.
        namespaces: Which ones.
        to: Written from where it stands.
        moved: Told of each step.

    Raises:
        StoreRefused: one is not whole.
    """
    to.write(dumped({"agentmem": FORMAT, "namespaces": list(namespaces)}))
    found = {}
    for name in namespaces:
        graph = store.graph(name)
        check_whole(graph)
        with graph.snapshot():
            found[name] = _export(graph, to.write, moved)
    to.write(dumped({"complete": len(namespaces)}))
    return found


def _export(graph: Graph, write: Callable[[bytes], object], moved: Moved) -> Fingerprint:
    whole = fingerprint(graph)
    hashed = hashlib.sha256()
    counters = {name: value for name, value in graph.counters().items() if name != MARK}
    first = {"namespace": graph.namespace, "counters": counters}
    for line in (dumped(one) for one in _lines(graph, first, moved)):
        hashed.update(line)
        write(line)
    write(dumped({"end": graph.namespace, **whole._asdict(), "lines": hashed.hexdigest()}))
    return whole


def _lines(graph: Graph, first: Mapping[str, Any], moved: Moved) -> Iterator[Mapping[str, Any]]:
    yield first
    for label in JOURNAL:
        for page in pages(graph, Where(memory="", label=label)):
            yield from ({"node": node_line(node)} for node in page)
            moved("journal", len(page))
    for page in pages(graph):
        yield from ({"node": node_line(node)} for node in page if node.memory or node.label not in JOURNAL)
        moved("nodes", sum(bool(node.memory) or node.label not in JOURNAL for node in page))
    for page in pages(graph, vectors=False):
        edges: Iterable[Any] = edges_from(graph, page)
        yield from ({"edge": edge_line(edge)} for edge in edges)
        moved("edges", sum(1 for _ in edges))
