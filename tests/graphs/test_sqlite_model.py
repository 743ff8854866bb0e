"""Whatever is done in whatever order, and by whom, the store holds what a plain dict holds, in each namespace."""

import itertools
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from agentmem.graph.contract import Edge, Graph, Hit, Node, Where, ids_of
from agentmem.graph.ranking import Texts, idf, score
from agentmem.graph.sqlite import SQLiteStore
from agentmem.graph.stems import stems
from agentmem.testing.store_world import by_hand, fact, names, unit_vectors

EVERY = ["a", "b", "c", "d", "é", "A"]
IDS = st.sampled_from(EVERY)
SPACES = st.sampled_from(["alice", "bob"])
WHO = st.integers(0, 1)
"""Two stores of one file take turns, as two processes would: what one remembers of it, the other may have changed."""
WORDS = st.sampled_from(["", "iron", "gold key", "iron key", "a\0b iron"])
VECTORS = unit_vectors(6)
SCRATCH = "/dev/shm" if Path("/dev/shm").is_dir() else None


@dataclass
class Plain:
    """A namespace as one would write it in five minutes."""

    nodes: dict[str, Node] = field(default_factory=dict)
    edges: dict[tuple[str, str, str], Edge] = field(default_factory=dict)
    turns: int = 0

    def current(self) -> list[Node]:
        return sorted((n for n in self.nodes.values() if n.retired is None), key=lambda n: (n.position, n.id))


def _scores(hits: list[Hit]) -> dict[str, float]:
    return {hit.node.id: hit.score for hit in hits}


def _scored(nodes: list[Node], text: str) -> dict[str, float]:
    """Return what `matching` must return when `nodes` are all there is."""
    said = {node.id: stems([node.text])[0] for node in nodes if node.text}
    texts = Texts(len(said), sum(map(len, said.values())))
    telling = {word: idf(len(said), sum(word in one for one in said.values())) for word in stems([text])[0]}
    found = {
        name: score([(worth, one.count(word)) for word, worth in telling.items()], len(one), texts)
        for name, one in said.items()
    }
    return {name: one for name, one in found.items() if one > 0}


class StoresBesideDict(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory(dir=SCRATCH)
        path = Path(self.folder.name) / "graph.db"
        self.stores = [SQLiteStore(path, durability="relaxed") for _ in range(2)]
        self.plain = {"alice": Plain(), "bob": Plain()}
        self.clock = itertools.count(1)

    @rule(who=WHO, space=SPACES, ids=st.lists(IDS, max_size=4), words=WORDS, vector=st.none() | st.integers(0, 5))
    def put(self, who: int, space: str, ids: list[str], words: str, vector: int | None) -> None:
        held = None if vector is None else VECTORS[vector]
        nodes = [fact(one, next(self.clock), text=words, vector=held) for one in ids]
        self.stores[who].graph(space).put_nodes(nodes)
        self.plain[space].nodes |= {node.id: node for node in nodes}

    @rule(who=WHO, space=SPACES, start=IDS, end=IDS, kind=st.sampled_from(["near", "far"]))
    def link(self, who: int, space: str, start: str, end: str, kind: str) -> None:
        plain = self.plain[space]
        if start in plain.nodes and end in plain.nodes:
            edge = Edge(start, kind, end, {}, next(self.clock))
            self.stores[who].graph(space).put_edges([edge])
            plain.edges.setdefault((start, kind, end), edge)  # a known one keeps its position

    @rule(who=WHO, space=SPACES, ids=st.lists(IDS, max_size=3))
    def retire(self, who: int, space: str, ids: list[str]) -> None:
        at = next(self.clock)
        current = {node.id for node in self.plain[space].current()} & set(ids)
        assert self.stores[who].graph(space).retire(ids, position=at) == len(current)
        self.plain[space].nodes |= {one: self.plain[space].nodes[one]._replace(retired=at) for one in current}

    @rule(who=WHO, space=SPACES, ids=st.lists(IDS, max_size=3))
    def delete(self, who: int, space: str, ids: list[str]) -> None:
        plain = self.plain[space]
        gone = set(ids) & set(plain.nodes)
        assert self.stores[who].graph(space).delete(ids) == len(gone)
        plain.nodes = {one: node for one, node in plain.nodes.items() if one not in gone}
        plain.edges = {key: edge for key, edge in plain.edges.items() if not gone & {edge.source, edge.target}}

    @rule(who=WHO, space=SPACES, ids=st.lists(IDS, min_size=1, max_size=3), words=WORDS)
    def fail(self, who: int, space: str, ids: list[str], words: str) -> None:
        graph = self.stores[who].graph(space)
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

    @rule(who=WHO, space=SPACES, ids=st.lists(IDS, min_size=1, max_size=3), words=WORDS)
    def replace_after_a_part_that_fails(self, who: int, space: str, ids: list[str], words: str) -> None:
        graph, plain = self.stores[who].graph(space), self.plain[space]
        nodes = [fact(one, next(self.clock), text=words, vector=VECTORS[1]) for one in dict.fromkeys(ids)]
        with graph.batch():
            graph.advance("turns", expected=plain.turns, value=plain.turns + 1)
            with suppress(ZeroDivisionError), graph.batch():
                graph.delete(ids)
                graph.put_nodes([node._replace(text="iron", vector=VECTORS[0]) for node in nodes])
                graph.advance("turns", expected=plain.turns + 1, value=99)
                graph.nearest(VECTORS[0], limit=3)
                raise ZeroDivisionError
            graph.delete(ids)
            graph.put_nodes(nodes)
        plain.turns += 1
        plain.edges = {key: edge for key, edge in plain.edges.items() if not set(ids) & {edge.source, edge.target}}
        plain.nodes |= {node.id: node for node in nodes}

    @rule(who=WHO, space=SPACES)
    def drop(self, who: int, space: str) -> None:
        assert self.stores[who].drop(space) == len(self.plain[space].nodes)
        self.plain[space] = Plain()

    @invariant()
    def both_hold_the_same(self) -> None:
        for space, plain in self.plain.items():
            for store in self.stores:
                self._compare(store.graph(space), plain)

    def _compare(self, graph: Graph, plain: Plain) -> None:
        current = plain.current()
        assert ids_of(graph.scan()) == ids_of(graph.scan(limit=99)) == ids_of(current)
        assert {node.id: node.text for node in graph.get(EVERY)} == {n.id: n.text for n in plain.nodes.values()}
        assert graph.counter("turns") == plain.turns
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
        then = max((n.position for n in plain.nodes.values()), default=0) - 2
        of_then = [n for n in every if n.position <= then and (n.retired is None or n.retired > then)]
        for text in ("iron", "gold key"):
            assert _scores(graph.matching(text, limit=9)) == pytest.approx(_scored(current, text))
            assert _scores(graph.matching(text, Where(retired=True), limit=9)) == pytest.approx(_scored(every, text))
            assert _scores(graph.matching(text, Where(as_of=then), limit=9)) == pytest.approx(_scored(of_then, text))

    def teardown(self) -> None:
        if hasattr(self, "stores"):
            for store in self.stores:
                store.close()
            self.folder.cleanup()


StoresBesideDict.TestCase.settings = settings(
    max_examples=80, stateful_step_count=20, suppress_health_check=list(HealthCheck)
)
TestStoresBesideDict = StoresBesideDict.TestCase


def test_by_hand_orders_as_the_contract_says() -> None:
    nodes = [fact("b", vector=VECTORS[0]), fact("a", vector=VECTORS[0]), fact("c", vector=VECTORS[1])]

    assert names(by_hand(nodes, VECTORS[0], 2)) == ["a", "b"]
    assert np.isclose(by_hand(nodes, VECTORS[0], 1)[0].score, 1)
