"""Contract tests: filters, order, time travel, edges and neighbourhoods."""

# ruff: noqa: D102 - the name of a test is its sentence

from __future__ import annotations

from datetime import timedelta

import pytest

from agentmem.errors import InvalidInput
from agentmem.graph.contract import Edge, Graph, Json, Node, Operator, Where, ids_of
from agentmem.testing.store_world import NOON, fact, names, unit_vectors


class FilterContract:
    """`Where`, in `scan` and in both searches; `edges` and `expand`."""

    def test_nodes_are_scanned_in_order_of_position_then_id(self, graph: Graph) -> None:
        graph.put_nodes([fact("b", 2), fact("a", 2), fact("c", 1), Node("z", "Event", NOON, position=2)])

        assert ids_of(graph.scan()) == ["c", "a", "b", "z"]
        assert ids_of(graph.scan(newest=True, limit=3)) == ["z", "b", "a"]
        assert graph.scan(limit=0) == []

    @pytest.mark.parametrize(
        ("where", "expected"),
        [
            (Where(), ["e1", "f1", "e2", "f2", "g4"]),
            (Where(memory=""), ["e1", "e2"]),
            (Where(memory="m"), ["f1", "f2"]),
            (Where(memory="nobody"), []),
            (Where(label="Fact"), ["f1", "f2", "g4"]),
            (Where(memory="m", label="Fact", after=1), ["f2"]),
            (Where(since=NOON + timedelta(minutes=2), until=NOON + timedelta(minutes=4)), ["e2", "f2"]),
            (Where(as_of=1), ["e1", "f1"]),
            (Where(as_of=2), ["e1", "f1", "e2", "f2", "x2"]),
            (Where(as_of=3), ["e1", "f1", "e2", "f2"]),
            (Where(retired=True), ["e1", "f1", "e2", "f2", "x2", "g4"]),
        ],
    )
    def test_every_filter_is_exact_in_scan_and_in_both_searches(
        self, graph: Graph, where: Where, expected: list[str]
    ) -> None:
        vectors = unit_vectors(6)
        nodes = [
            Node("e1", "Event", NOON + timedelta(minutes=1), position=1),
            Node("e2", "Event", NOON + timedelta(minutes=2), position=2),
            fact("f1", 1),
            fact("f2", 2),
            fact("x2", 2)._replace(retired=3),
            fact("g4", 4)._replace(memory="other"),
        ]
        graph.put_nodes([node._replace(text="iron", vector=v) for node, v in zip(nodes, vectors, strict=True)])

        assert ids_of(graph.scan(where)) == expected
        assert ids_of(graph.scan(where, newest=True, limit=2)) == expected[::-1][:2]
        assert sorted(names(graph.nearest(vectors[0], where, limit=9))) == sorted(expected)
        assert sorted(names(graph.matching("iron", where, limit=9))) == sorted(expected)

    @pytest.mark.parametrize(
        ("operator", "value", "expected"),
        [
            ("=", 2, ["int"]),
            ("<", 2.5, ["int"]),
            (">=", 2, ["int", "real"]),
            (">", 2**60, []),
            ("=", "b", ["text"]),
            (">", "a", ["text"]),
            ("<=", "B", []),
            ("=", True, ["true"]),
            ("=", None, ["null"]),
            ("in", [2, "b", None, 99], ["int", "null", "text"]),
            ("in", [], []),
        ],
    )
    def test_properties_are_compared_by_value_and_type(
        self, graph: Graph, operator: Operator, value: Json, expected: list[str]
    ) -> None:
        held: dict[str, Json] = {"int": 2, "real": 2.5, "text": "b", "true": True, "null": None, "list": [2]}
        graph.put_nodes([fact(name, props={"p": one}) for name, one in held.items()] + [fact("without")])

        assert ids_of(graph.scan(Where(props={"p": (operator, value)}))) == expected

    def test_several_properties_must_all_match(self, graph: Graph) -> None:
        graph.put_nodes([fact("a", props={"x": 1, "y": 1}), fact("b", props={"x": 1, "y": 2})])

        assert ids_of(graph.scan(Where(props={"x": ("=", 1), "y": (">", 1)}))) == ["b"]

    @pytest.mark.parametrize(
        "where",
        [
            Where(props={"x') or 1=1 --": ("=", 1)}),
            Where(props={"x": ("=", [1])}),
            Where(props={"x": ("<", None)}),
            Where(props={"x": ("<", True)}),
            Where(props={"x": ("in", "abc")}),
            Where(props={"x": ("like", "a")}),  # type: ignore[dict-item]
            Where(as_of=1, retired=True),
            Where(since=NOON.replace(tzinfo=None)),
        ],
    )
    def test_a_filter_that_makes_no_sense_is_refused(self, graph: Graph, where: Where) -> None:
        graph.put_nodes([fact("n", vector=unit_vectors(1)[0])])

        with pytest.raises(InvalidInput):
            graph.scan(where)

    def test_a_limit_below_one_is_refused(self, graph: Graph) -> None:
        with pytest.raises(InvalidInput, match="limit"):
            graph.nearest(unit_vectors(1)[0], limit=0)
        with pytest.raises(InvalidInput, match="limit"):
            graph.matching("x", limit=0)

    def test_edges_come_newest_first_and_each_once(self, graph: Graph) -> None:
        graph.put_nodes([fact("a"), fact("b"), fact("c")])
        old, loop, new = Edge("a", "near", "b", {}, 1), Edge("a", "self", "a", {}, 2), Edge("c", "far", "a", {}, 3)
        graph.put_edges([loop, new, old])

        assert graph.edges(["a", "b", "a", "nobody"]) == [new, loop, old]
        assert graph.edges(["a"], direction="out") == [loop, old]
        assert graph.edges(["a"], direction="in") == [new, loop]
        assert graph.edges(["a"], types=["near", "far"], limit=1) == [new]
        assert graph.edges(["a"], types=[]) == []
        assert graph.edges([]) == []

    def test_a_neighbourhood_grows_hop_by_hop(self, graph: Graph) -> None:
        graph.put_nodes([fact(name) for name in "abcdex"])
        graph.put_edges([Edge(a, "to", b) for a, b in ("ab", "bc", "cd", "xb", "da")])
        graph.put_edges([Edge("a", "other", "e")])

        def reach(hops: int, **options: object) -> list[tuple[str, int]]:
            return [(node.id, far) for node, far in graph.expand(["a"], hops=hops, **options)]  # type: ignore[arg-type]

        assert reach(0) == [("a", 0)]
        assert reach(1) == [("a", 0), ("b", 1), ("d", 1), ("e", 1)]
        assert reach(2, types=["to"], direction="out") == [("a", 0), ("b", 1), ("c", 2)]
        assert reach(9, limit=3) == [("a", 0), ("b", 1), ("d", 1)]

    def test_a_neighbourhood_does_not_pass_through_what_is_retired(self, graph: Graph) -> None:
        graph.put_nodes([fact(name) for name in "abc"])
        graph.put_edges([Edge("a", "to", "b"), Edge("b", "to", "c")])
        graph.retire(["b"], position=2)

        assert ids_of(node for node, _ in graph.expand(["a", "b", "nobody"], hops=3)) == ["a"]
