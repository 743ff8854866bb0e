"""A namespace that is being filled from elsewhere: marked until it is whole, so that nobody takes it for whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

import numpy as np

from agentmem.errors import InvalidInput, StoreError, StoreRefused
from agentmem.graph.contract import Edge, Graph, Node, ids_of
from agentmem.graph.moving.mark import MARK, is_arriving
from agentmem.graph.moving.pages import Fingerprint, edges_from, fingerprint, pages

Moved = Callable[[str, int], None]
"""Takes what is worked on, and how many nodes or edges were done since."""


def check_free(graph: Graph) -> None:
    """Check that a namespace may be filled.

    Raises:
        InvalidInput: something is kept there that is no half of a copy.
    """
    if not is_arriving(graph) and (graph.counters() or graph.scan(limit=1)):
        raise InvalidInput(
            f"namespace {graph.namespace!r} is in use where it was to be copied to, and holds something else; "
            "choose an empty store"
        )


class Differs(StoreError):
    """What arrived is not what left; it is marked still, so that nobody can open it."""


class Arriving:
    """Fills one namespace; what is there already is not written again, so it can be killed and begun again.

    Args:
        graph: Empty, or half filled by such a run that was interrupted.
        moved: Told of each step.

    Raises:
        InvalidInput: something else is kept there; nothing was changed.
    """

    def __init__(self, graph: Graph, moved: Moved) -> None:
        self._graph, self._moved = graph, moved
        graph.transact(self._mark)

    def put_nodes(self, nodes: Sequence[Node]) -> None:
        """Write nodes that are not there yet."""
        there = {node.id: node for node in self._graph.get(ids_of(nodes), vectors=True)}
        new = [node for node in nodes if not _is_same(there.get(node.id), node)]
        if new:
            self._write(lambda: self._graph.put_nodes(new))
        self._moved("nodes", len(nodes))

    def put_edges(self, nodes: Sequence[Node], edges: Sequence[Edge]) -> None:
        """Write the edges from `nodes` that are not there yet."""
        there = set(map(_key, edges_from(self._graph, nodes)))
        new = [edge for edge in edges if _key(edge) not in there]
        if new:
            self._write(lambda: self._graph.put_edges(new))
        self._moved("edges", len(edges))

    def end(self, counters: Mapping[str, int], whole: Fingerprint, known: Callable[[Iterable[str]], set[str]]) -> None:
        """Erase what is not of this source, check that all is there, and let the namespace be what it is.

        Args:
            counters: By name.
            whole: What it must be.
            known: Returns those of some ids that the source has.

        Raises:
            Differs: it is not the same; the namespace stays marked.
        """
        for page in list(pages(self._graph, vectors=False)):
            if gone := set(ids_of(page)) - known(ids_of(page)):
                self._write(partial(self._graph.delete, sorted(gone)))
        came = fingerprint(self._graph)
        if came != whole:
            counts = f"{came.nodes} nodes and {came.edges} edges instead of {whole.nodes} and {whole.edges}"
            raise Differs(
                f"namespace {self._graph.namespace!r} arrived otherwise than it left: {counts}, or other ones; "
                "run the same command again"
            )
        self._write(lambda: self._advance(counters))

    def _mark(self) -> None:
        check_free(self._graph)  # together: whoever appends to the journal sees the mark, or is seen
        if not is_arriving(self._graph):
            self._graph.advance(MARK, expected=0, value=1)

    def _write(self, work: Callable[[], object]) -> None:
        def marked() -> None:
            if not is_arriving(self._graph):
                raise StoreRefused(
                    f"namespace {self._graph.namespace!r} was finished by another run meanwhile, and may be in use; "
                    "run the same command again to compare"
                )
            work()

        self._graph.transact(marked)

    def _advance(self, counters: Mapping[str, int]) -> None:
        held = self._graph.counters()
        for name, value in {**counters, MARK: 0}.items():
            self._graph.advance(name, expected=held.get(name, 0), value=value)


def _is_same(there: Node | None, node: Node) -> bool:
    if there is None or there._replace(vector=None) != node._replace(vector=None):
        return False
    if there.vector is None or node.vector is None:
        return there.vector is node.vector
    return np.array_equal(there.vector, node.vector)


def _key(edge: Edge) -> tuple[str, str, str, str, int]:
    return (*edge[:3], repr(sorted(edge.props.items())), edge.position)
