"""Contract tests: what is written is kept as it was given, or not at all."""

# ruff: noqa: D102, PT012 - the name of a test is its sentence; a batch that fails needs several

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime, timedelta, timezone

import numpy as np
import pytest

from agentmem.errors import CursorMoved, InvalidInput, UnknownNode, WrongDimension
from agentmem.graph.contract import Edge, Graph, Json, Node, Store, Where, ids_of
from agentmem.testing.store_world import DIM, NOON, fact, names, unit_vectors

HOSTILE = ["'; drop table node; --", '" OR 1=1', "MATCH (n) DETACH DELETE n", "a\0b", "\u202e\u0301", "🗝️", "NEAR(a b)"]


class WritingContract:
    """Nodes, edges, counters and batches."""

    def test_a_node_comes_back_as_it_was_given(self, graph: Graph) -> None:
        east = timezone(timedelta(hours=9))
        props: dict[str, Json] = {"n": 1, "x": 0.5, "yes": True, "none": None, "deep": {"a b": [1, "ü", {}]}}
        node = Node("e/1", "Event", datetime(2026, 3, 1, 7, 0, 0, 123456, east), "m", "hi", props, None, 7, 9, "rules")

        graph.put_nodes([node])

        assert graph.get(["e/1"]) == [node]
        assert graph.get(["e/1"])[0].at.utcoffset() == timedelta(0)

    def test_who_changes_the_props_of_a_node_changes_only_a_copy(self, graph: Graph) -> None:
        flat, nested = fact("flat", props={"n": 1}), fact("nested", 2, props={"tags": ["a"]})
        vector = unit_vectors(1)[0]
        graph.put_nodes([flat._replace(vector=vector), nested._replace(vector=vector), fact("none", 3, vector=vector)])
        ways: list[Callable[[], list[Node]]] = [
            lambda: graph.get(["flat", "nested", "none", "nested"]),
            lambda: graph.scan(Where(memory="m", label="Fact"), limit=9),
            lambda: [hit.node for hit in graph.nearest(vector, Where(memory="m", label="Fact"), limit=9)],
        ]

        for read in ways * 2:
            for node in read():
                assert isinstance(node.props, dict)
                node.props.setdefault("tags", []).append("only mine")

        assert graph.get(["flat", "nested", "none"]) == [flat, nested, fact("none", 3)]

    def test_a_text_like_a_number_or_a_list_stays_a_text(self, graph: Graph) -> None:
        node = fact("n", props={"number": "9" * 40, "list": "[1, {2}]", "real": [1, {"a": []}]})

        graph.put_nodes([node])

        assert graph.get(["n"]) == [node] == graph.scan(Where(label="Fact"), limit=1)

    @pytest.mark.parametrize("text", HOSTILE)
    def test_text_is_data_wherever_it_stands(self, graph: Graph, text: str) -> None:
        node = fact("n", text=text, props={"said": text})

        graph.put_nodes([node, fact("other", text="something else")])

        assert graph.get(["n"]) == [node]
        assert ids_of(graph.scan(Where(props={"said": ("=", text)}))) == ["n"]
        graph.matching(text, limit=5)
        assert graph.stats()["nodes"] == 2

    def test_a_lone_surrogate_is_replaced(self, graph: Graph) -> None:
        graph.put_nodes([fact("n", text="a\ud800b", props={"said": "\udfff"})])

        node = graph.get(["n"])[0]

        assert (node.text, node.props) == ("a\ufffdb", {"said": "\ufffd"})

    def test_a_vector_comes_back_when_asked_for(self, graph: Graph) -> None:
        vector = unit_vectors(1)[0]
        graph.put_nodes([fact("with", vector=vector), fact("without")])

        asked = graph.get(["with", "without"], vectors=True)
        scanned = graph.scan(vectors=True)

        assert graph.get(["with"])[0].vector is None
        for found in (asked, scanned):
            held = {node.id: node.vector for node in found}
            assert held["without"] is None
            assert held["with"] is not None
            assert np.array_equal(held["with"], vector)

    def test_nodes_come_in_the_order_asked_for_and_unknown_ones_are_left_out(self, graph: Graph) -> None:
        graph.put_nodes([fact("a"), fact("b"), fact("c")])

        assert ids_of(graph.get(["c", "nobody", "a", "a\0"])) == ["c", "a"]

    def test_a_node_written_again_is_replaced_with_its_text_and_vector(self, graph: Graph) -> None:
        first, second = unit_vectors(2)
        graph.put_nodes([fact("n", text="copper lamp", vector=first)])
        graph.put_nodes([fact("other")])
        graph.put_edges([Edge("n", "near", "other")])

        graph.put_nodes([fact("n", 5, text="silver key", vector=second)])

        assert graph.matching("copper", limit=5) == []
        assert names(graph.matching("silver", limit=5)) == ["n"]
        assert graph.nearest(second, limit=5)[0].score == pytest.approx(1, abs=1e-5)
        assert len(graph.nearest(first, limit=5)) == 1
        assert graph.edges(["n"]) == [Edge("n", "near", "other")]

    def test_a_node_written_again_without_vector_has_none(self, graph: Graph) -> None:
        vector = unit_vectors(1)[0]
        graph.put_nodes([fact("n", vector=vector)])

        graph.put_nodes([fact("n")])

        assert graph.nearest(vector, limit=5) == []

    def test_of_two_nodes_with_one_id_in_one_call_the_last_one_stays(self, graph: Graph) -> None:
        first, second = unit_vectors(2)

        graph.put_nodes([fact("n", text="copper", vector=first), fact("n", text="silver", vector=second)])

        assert names(graph.nearest(second, limit=5)) == ["n"]
        assert graph.matching("copper", limit=5) == []

    @pytest.mark.parametrize(
        "bad",
        [
            fact(""),
            fact("x" * 501),
            fact("a\0b"),
            fact("n")._replace(label="no good"),
            fact("n")._replace(label="x; drop"),
            fact("n", props={"a-b": 1}),
            fact("n", props={"a": 2**63}),
            fact("n", props={"said": "so", "deep": ["x", {"b": 2**63}]}),
            fact("n", props={"a": [{"b": -(2**70)}]}),
            fact("n", props={"a": float("nan")}),
            fact("n")._replace(position=2**63),
            fact("n")._replace(at=datetime(2026, 1, 1)),  # noqa: DTZ001 - a naive one is the point
        ],
    )
    def test_what_is_not_acceptable_is_refused_and_nothing_is_written(self, graph: Graph, bad: Node) -> None:
        graph.put_nodes([fact("kept")])

        with pytest.raises(InvalidInput):
            graph.put_nodes([fact("new"), bad])

        assert ids_of(graph.scan()) == ["kept"]

    def test_a_label_never_changes(self, graph: Graph) -> None:
        graph.put_nodes([fact("n", text="first")])

        with pytest.raises(InvalidInput, match="Other"):
            graph.put_nodes([fact("new"), fact("n", text="second")._replace(label="Other")])

        assert [node.text for node in graph.scan()] == ["first"]

    def test_a_vector_of_another_dimension_or_not_finite_is_refused(self, graph: Graph) -> None:
        graph.put_nodes([fact("kept", vector=unit_vectors(1)[0])])
        broken = np.full(DIM, np.nan, np.float32)

        for vector in (np.ones(DIM + 1, np.float32), broken, np.ones((1, DIM), np.float32)):
            with pytest.raises(WrongDimension):
                graph.put_nodes([fact("new"), fact("n", vector=vector)])

        assert ids_of(graph.scan()) == ["kept"]

    def test_each_namespace_has_a_dimension_of_its_own(self, store: Store) -> None:
        store.graph("a").put_nodes([fact("n", vector=np.ones(3, np.float32))])

        store.graph("b").put_nodes([fact("n", vector=np.ones(4, np.float32))])

        assert len(store.graph("b").nearest(np.ones(4, np.float32), limit=1)) == 1

    def test_an_edge_written_again_keeps_its_position_and_gets_the_new_props(self, graph: Graph) -> None:
        graph.put_nodes([fact("a"), fact("b")])
        graph.put_edges([Edge("a", "near", "b", {"n": 1}, 1), Edge("b", "near", "a", {}, 1)])

        graph.put_edges([Edge("a", "near", "b", {"n": 2}, 5)])

        assert graph.edges(["a"]) == [Edge("a", "near", "b", {"n": 2}, 1), Edge("b", "near", "a", {}, 1)]

    def test_an_edge_to_nowhere_is_refused_and_nothing_is_written(self, store: Store, graph: Graph) -> None:
        graph.put_nodes([fact("a"), fact("b")])
        store.graph("bob").put_nodes([fact("bobs")])

        for stranger in ("nobody", "bobs"):
            with pytest.raises(UnknownNode, match=stranger):
                graph.put_edges([Edge("a", "near", "b"), Edge("a", "near", stranger)])

        assert graph.edges(["a"]) == []

    def test_an_edge_type_that_is_no_identifier_is_refused(self, graph: Graph) -> None:
        graph.put_nodes([fact("a")])

        with pytest.raises(InvalidInput, match="edge type"):
            graph.put_edges([Edge("a", "is in", "a")])

        assert graph.edges(["a"]) == []

    def test_a_counter_moves_only_from_where_it_is(self, store: Store, graph: Graph) -> None:
        assert graph.counter("journal") == 0
        graph.advance("journal", expected=0, value=3)

        for expected in (0, 2, 4):
            with pytest.raises(CursorMoved):
                graph.advance("journal", expected=expected, value=9)

        assert (graph.counter("journal"), graph.counter("other")) == (3, 0)
        assert store.graph("bob").counter("journal") == 0
        graph.advance("journal", expected=3, value=0)
        graph.advance("journal", expected=0, value=1)
        assert graph.counter("journal") == 1

    def test_reads_inside_a_batch_see_what_it_wrote(self, graph: Graph) -> None:
        old, new = unit_vectors(2)
        graph.put_nodes([fact("old", text="iron door", vector=old)])
        assert names(graph.nearest(old, limit=1)) == ["old"]

        with graph.batch():
            graph.put_nodes([fact("new", 2, text="iron gate", vector=new)])
            graph.put_edges([Edge("new", "near", "old")])
            graph.retire(["old"], position=2)

            assert ids_of(graph.scan()) == ["new"]
            assert names(graph.nearest(new, limit=5)) == ["new"]
            assert names(graph.matching("iron", limit=5)) == ["new"]
            assert graph.edges(["new"]) == []
            assert len(graph.edges(["new"], retired=True)) == 1

    def test_an_exception_undoes_the_whole_batch(self, graph: Graph) -> None:
        old, new = unit_vectors(2)
        graph.put_nodes([fact("old", text="iron", vector=old)])
        before = graph.scan()

        with pytest.raises(RuntimeError), graph.batch():
            graph.advance("journal", expected=0, value=1)
            graph.put_nodes([fact("new", text="iron", vector=new), fact("old", text="copper", vector=new)])
            graph.put_edges([Edge("new", "near", "old")])
            graph.nearest(new, limit=5)
            graph.matching("iron", limit=5)
            raise RuntimeError

        assert graph.scan() == before
        assert graph.counter("journal") == 0
        assert names(graph.nearest(new, limit=5)) == ["old"]
        assert names(graph.matching("iron", limit=5)) == ["old"]
        assert graph.matching("copper", limit=5) == []

    @pytest.mark.parametrize("inner", [False, True])
    def test_what_an_undone_batch_wrote_and_read_is_forgotten(self, graph: Graph, *, inner: bool) -> None:
        graph.put_nodes([fact("old")])
        with graph.batch() if inner else nullcontext():
            with pytest.raises(RuntimeError), graph.batch():
                graph.put_nodes([fact("new", text="iron"), fact("old", 2)])
                graph.advance("journal", expected=0, value=1)
                assert [node.position for node in graph.get(["new", "old"])] == [1, 2]
                assert graph.counter("journal") == 1
                raise RuntimeError

            assert [node.position for node in graph.get(["new", "old"])] == [1]
            assert graph.counter("journal") == 0
            with pytest.raises(UnknownNode):
                graph.put_edges([Edge("new", "near", "old")])
            graph.put_nodes([fact("new", 3)])

        assert ids_of(graph.scan()) == ["old", "new"]

    def test_a_refused_write_leaves_its_batch_usable(self, graph: Graph) -> None:
        with graph.batch():
            graph.put_nodes([fact("a")])
            with pytest.raises(UnknownNode):
                graph.put_edges([Edge("a", "near", "nobody")])
            graph.put_nodes([fact("b")])

        assert ids_of(graph.scan()) == ["a", "b"]

    def test_an_inner_batch_that_fails_is_undone_by_itself(self, graph: Graph) -> None:
        vector = unit_vectors(1)[0]
        with graph.batch():
            graph.put_nodes([fact("outer", text="iron")])
            with pytest.raises(RuntimeError), graph.batch():
                graph.put_nodes([fact("inner", text="iron", vector=vector), fact("outer", text="gold")])
                graph.matching("iron", limit=5)
                raise RuntimeError
            graph.put_nodes([fact("later", text="iron")])

        assert ids_of(graph.scan()) == ["later", "outer"]
        assert sorted(names(graph.matching("iron", limit=5))) == ["later", "outer"]
        assert graph.nearest(vector, limit=5) == []

    def test_retired_nodes_are_kept_but_no_longer_current(self, graph: Graph) -> None:
        one, two = unit_vectors(2)
        graph.put_nodes([fact("a", 1, text="iron", vector=one), fact("b", 2, text="iron", vector=two)])
        graph.put_edges([Edge("a", "near", "b")])

        assert graph.retire(["a", "nobody"], position=3) == 1
        assert graph.retire(["a"], position=4) == 0

        assert graph.get(["a"])[0].retired == 3
        assert ids_of(graph.scan()) == names(graph.matching("iron", limit=5)) == ["b"]
        assert names(graph.nearest(one, limit=5)) == ["b"]
        assert graph.edges(["b"]) == []

    def test_a_retired_node_can_be_restored_with_its_edges(self, graph: Graph) -> None:
        graph.put_nodes([fact("a"), fact("b"), fact("c")])
        graph.put_edges([Edge("a", "near", "b"), Edge("c", "near", "a")])
        graph.retire(["a", "c"], position=3)

        graph.put_nodes([fact("a")])

        assert graph.edges(["a"]) == [Edge("a", "near", "b")]

    def test_an_edge_put_at_a_retired_node_is_not_current(self, graph: Graph) -> None:
        graph.put_nodes([fact("a"), fact("b")._replace(retired=2)])

        graph.put_edges([Edge("a", "near", "b", {"n": 1})])
        graph.put_edges([Edge("a", "near", "b", {"n": 2})])

        assert graph.edges(["a"]) == []
        assert graph.edges(["a"], retired=True) == [Edge("a", "near", "b", {"n": 2})]

    def test_what_is_deleted_leaves_nothing_behind(self, graph: Graph) -> None:
        one, two = unit_vectors(2)
        graph.put_nodes([fact("a", text="iron door", vector=one), fact("b", text="iron key", vector=two)])
        graph.put_edges([Edge("a", "near", "b")])
        graph.nearest(one, limit=5)

        assert graph.delete(["a", "nobody", "a"]) == 1

        assert graph.get(["a"]) == []
        assert graph.edges(["b"], retired=True) == []
        assert graph.matching("door", limit=5) == []
        assert names(graph.nearest(one, limit=5)) == names(graph.nearest(one, Where(retired=True), limit=5)) == ["b"]
        graph.put_nodes([fact("c", text="gold", vector=one)])
        assert names(graph.matching("door iron gold", limit=5)) == ["c", "b"]
        assert graph.edges(["c"], retired=True) == []

    def test_stats_count_what_is_current_and_what_is_retired(self, graph: Graph) -> None:
        assert graph.stats() == {"nodes": 0, "edges": 0, "vectors": 0, "retired": 0}
        event = Node("e", "Event", NOON, text="hi", vector=unit_vectors(1)[0])
        graph.put_nodes([event, fact("a"), fact("b"), fact("c")])
        graph.put_edges([Edge("a", "near", "b"), Edge("b", "near", "c")])
        graph.retire(["c"], position=2)

        assert graph.stats() == {"/Event": 1, "m/Fact": 2, "nodes": 3, "edges": 1, "vectors": 1, "retired": 1}
