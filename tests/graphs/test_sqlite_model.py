"""Whatever is done in whatever order, the store holds what a plain dict holds, in each namespace."""

import itertools
from dataclasses import dataclass, field

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from agentmem.graph.contract import Edge, Graph, Node, Where, ids_of
from agentmem.graph.sqlite import SQLiteStore
from agentmem.testing.store_world import by_hand, fact, names, unit_vectors

IDS = st.sampled_from(["a", "b", "c", "d", "é", "A"])
SPACES = st.sampled_from(["alice", "bob"])
WORDS = st.sampled_from(["", "iron", "gold key", "iron key", "a\0b iron"])
VECTORS = unit_vectors(6)


@dataclass
class Plain:
    """A namespace as one would write it in five minutes."""

    nodes: dict[str, Node] = field(default_factory=dict)
    edges: dict[tuple[str, str, str], Edge] = field(default_factory=dict)

    def current(self) -> list[Node]:
        return sorted((n for n in self.nodes.values() if n.retired is None), key=lambda n: (n.position, n.id))


class StoreBesideDict(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.store = SQLiteStore.in_memory()
        self.plain = {"alice": Plain(), "bob": Plain()}
        self.clock = itertools.count(1)

    @rule(space=SPACES, ids=st.lists(IDS, max_size=4), words=WORDS, vector=st.none() | st.integers(0, 5))
    def put(self, space: str, ids: list[str], words: str, vector: int | None) -> None:
        held = None if vector is None else VECTORS[vector]
        nodes = [fact(one, next(self.clock), text=words, vector=held) for one in ids]
        self.store.graph(space).put_nodes(nodes)
        self.plain[space].nodes |= {node.id: node for node in nodes}

    @rule(space=SPACES, start=IDS, end=IDS, kind=st.sampled_from(["near", "far"]))
    def link(self, space: str, start: str, end: str, kind: str) -> None:
        plain = self.plain[space]
        if start in plain.nodes and end in plain.nodes:
            edge = Edge(start, kind, end, {}, next(self.clock))
            self.store.graph(space).put_edges([edge])
            plain.edges.setdefault((start, kind, end), edge)  # a known one keeps its position

    @rule(space=SPACES, ids=st.lists(IDS, max_size=3))
    def retire(self, space: str, ids: list[str]) -> None:
        at = next(self.clock)
        current = {node.id for node in self.plain[space].current()} & set(ids)
        assert self.store.graph(space).retire(ids, position=at) == len(current)
        self.plain[space].nodes |= {one: self.plain[space].nodes[one]._replace(retired=at) for one in current}

    @rule(space=SPACES, ids=st.lists(IDS, max_size=3))
    def delete(self, space: str, ids: list[str]) -> None:
        plain = self.plain[space]
        gone = set(ids) & set(plain.nodes)
        assert self.store.graph(space).delete(ids) == len(gone)
        plain.nodes = {one: node for one, node in plain.nodes.items() if one not in gone}
        plain.edges = {key: edge for key, edge in plain.edges.items() if not gone & {edge.source, edge.target}}

    @rule(space=SPACES, ids=st.lists(IDS, min_size=1, max_size=3), words=WORDS)
    def fail(self, space: str, ids: list[str], words: str) -> None:
        graph = self.store.graph(space)
        try:
            with graph.batch():
                graph.put_nodes([fact(one, next(self.clock), text=words, vector=-VECTORS[0]) for one in ids])
                graph.put_edges([Edge(ids[0], "near", ids[-1])])
                graph.nearest(VECTORS[0], limit=3)
                graph.matching("iron", limit=3)
                graph.delete(ids[:1])
                raise ZeroDivisionError
        except ZeroDivisionError:
            pass

    @rule(space=SPACES)
    def drop(self, space: str) -> None:
        assert self.store.drop(space) == len(self.plain[space].nodes)
        self.plain[space] = Plain()

    @invariant()
    def both_hold_the_same(self) -> None:
        for space, plain in self.plain.items():
            self._compare(self.store.graph(space), plain)

    def _compare(self, graph: Graph, plain: Plain) -> None:
        current = plain.current()
        assert ids_of(graph.scan()) == ids_of(current)
        every = graph.scan(Where(retired=True))
        assert {n.id: (n.text, n.position, n.retired) for n in every} == {
            n.id: (n.text, n.position, n.retired) for n in plain.nodes.values()
        }
        living = set(ids_of(current))
        edges = sorted(plain.edges.values(), key=lambda e: -e.position)
        assert graph.edges(list(plain.nodes), retired=True) == edges
        assert graph.edges(list(plain.nodes)) == [e for e in edges if {e.source, e.target} <= living]
        assert names(graph.nearest(VECTORS[0], limit=4)) == names(by_hand(current, VECTORS[0], 4))
        assert names(graph.nearest(VECTORS[1], Where(retired=True), limit=9)) == names(
            by_hand(plain.nodes.values(), VECTORS[1], 9)
        )
        for word in ("iron", "key"):
            found = {n.id for n in current if word in n.text.split()}
            assert set(names(graph.matching(word, limit=9))) == found

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()


StoreBesideDict.TestCase.settings = settings(
    max_examples=120, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
TestStoreBesideDict = StoreBesideDict.TestCase


def test_by_hand_orders_as_the_contract_says() -> None:
    nodes = [fact("b", vector=VECTORS[0]), fact("a", vector=VECTORS[0]), fact("c", vector=VECTORS[1])]

    assert names(by_hand(nodes, VECTORS[0], 2)) == ["a", "b"]
    assert np.isclose(by_hand(nodes, VECTORS[0], 1)[0].score, 1)
