"""Copying namespaces from one store to another, of whatever kind, and proving that they arrived."""

from __future__ import annotations

from agentmem.events import Value
from agentmem.graph.contract import Graph, Store, ids_of
from agentmem.graph.moving.arriving import Arriving, Differs, Moved
from agentmem.graph.moving.mark import MARK, check_whole, is_arriving
from agentmem.graph.moving.pages import Fingerprint, edges_from, fingerprint, pages


class Copied(Value):
    """What became of one namespace.

    Attributes:
        namespace: Its name.
        nodes: How many it has, retired ones and past versions too.
        edges: How many it has.
        sha256: Over all of it; the same on both sides.
        was_there: Whether it was there already, just so.
    """

    namespace: str
    nodes: int
    edges: int
    sha256: str
    was_there: bool


def copy(source: Store, target: Store, namespace: str, *, moved: Moved = lambda what, steps: None) -> Copied:  # noqa: ARG005
    """Copy one namespace, whole, and compare both sides; interrupted, it goes on where it stopped.

    Until it is whole nobody can open the namespace at the target.

    Args:
        source: Read as of one moment, where it can be.
        target: The namespace must be empty there, half copied, or the very same.
        namespace: Which one.
        moved: Told of each step.

    Raises:
        InvalidInput: something else is kept at the target; nothing was changed.
        StoreRefused: at the source it is not whole.
        Differs: it arrived otherwise than it left. It cannot be opened; copy again.
    """
    left, arrives = source.graph(namespace), target.graph(namespace)
    check_whole(left)
    try:
        with left.snapshot():
            return _copied(left, arrives, moved)
    except Differs:
        # An earlier run left edges that are gone by now; or no moment could be kept, so let others wait.
        target.drop(namespace)
        with left.batch():
            return _copied(left, target.graph(namespace), moved)


def _copied(left: Graph, arrives: Graph, moved: Moved) -> Copied:
    whole, counters = fingerprint(left), {**left.counters(), MARK: 0}
    if is_there(arrives, whole, counters):
        return Copied(namespace=left.namespace, **whole._asdict(), was_there=True)
    arriving = Arriving(arrives, moved)
    for page in pages(left):
        arriving.put_nodes(page)
    for page in pages(left, vectors=False):
        arriving.put_edges(page, edges_from(left, page))
    arriving.end(counters, whole, lambda ids: set(ids_of(left.get(list(ids)))))
    return Copied(namespace=left.namespace, **whole._asdict(), was_there=False)


def is_there(graph: Graph, whole: Fingerprint, counters: dict[str, int]) -> bool:
    """Return whether a namespace holds just this, and is whole."""
    return not is_arriving(graph) and {**graph.counters(), MARK: 0} == counters and fingerprint(graph) == whole
