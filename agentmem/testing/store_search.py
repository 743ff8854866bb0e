"""Contract tests: search by vector equals a plain search by hand; search by words obeys no syntax."""

# ruff: noqa: D102 - the name of a test is its sentence

from __future__ import annotations

import numpy as np
import pytest

from agentmem.errors import WrongDimension
from agentmem.graph.contract import Graph, Node, Store, Where, ids_of
from agentmem.testing.store_world import DIM, by_hand, fact, names, unit_vectors


class SearchContract:
    """`nearest`, `nearest_many` and `matching`."""

    @pytest.mark.parametrize("limit", [1, 7, 400])
    @pytest.mark.parametrize(
        "where",
        [
            Where(),
            Where(label="Fact"),
            Where(memory="other"),
            Where(after=150),
            Where(as_of=120),
            Where(retired=True),
            Where(props={"rare": ("=", True)}),
            Where(label="Fact", after=20, props={"n": ("<", 40)}),
        ],
    )
    def test_nearest_equals_a_search_by_hand_under_every_filter(self, graph: Graph, where: Where, limit: int) -> None:
        graph.put_nodes(list(_many(300)))
        graph.retire([f"n{i}" for i in range(0, 300, 3)], position=200)
        nodes = graph.scan(where, vectors=True)

        for query in unit_vectors(3, seed=9):
            expected = by_hand(nodes, query, limit)
            found = graph.nearest(query, where, limit=limit)

            assert names(found) == names(expected)
            assert [hit.score for hit in found] == pytest.approx([hit.score for hit in expected], abs=1e-5)

    def test_many_at_once_give_what_each_gives_alone(self, graph: Graph) -> None:
        graph.put_nodes(list(_many(200)))
        queries = unit_vectors(5, seed=3)

        for where in (Where(), Where(props={"n": ("<", 10)})):
            alone = [graph.nearest(query, where, limit=6) for query in queries]

            assert graph.nearest_many(queries, where, limit=6) == alone
        assert graph.nearest_many(queries[:0], limit=6) == []

    def test_equal_scores_are_ordered_by_id(self, graph: Graph) -> None:
        vector = unit_vectors(1)[0]
        graph.put_nodes([fact(f"n{i:02d}", text="iron door", vector=vector) for i in range(50, 0, -1)])

        assert names(graph.nearest(vector, limit=3)) == ["n01", "n02", "n03"]
        assert names(graph.matching("door", limit=3)) == ["n01", "n02", "n03"]

    def test_search_follows_every_change(self, graph: Graph) -> None:
        held: dict[str, Node] = {}
        rng = np.random.default_rng(5)
        for step in range(60):
            new = [
                fact(f"n{rng.integers(80)}", step, vector=vector)
                for vector in unit_vectors(int(rng.integers(1, 6)), seed=step)
            ]
            graph.put_nodes(new)
            held |= {node.id: node for node in new}
            gone = [name for name in held if rng.random() < 0.1]
            (graph.delete if step % 2 else lambda ids: graph.retire(ids, position=99))(gone)
            held = {name: node for name, node in held.items() if name not in gone}

            query = unit_vectors(1, seed=1000 + step)[0]
            assert names(graph.nearest(query, limit=10)) == names(by_hand(held.values(), query, 10))

    def test_a_query_of_another_dimension_is_refused(self, graph: Graph) -> None:
        graph.put_nodes([fact("n", vector=unit_vectors(1)[0])])

        for query in (np.ones(DIM + 1, np.float32), np.full(DIM, np.nan, np.float32)):
            with pytest.raises(WrongDimension):
                graph.nearest(query, limit=1)

    def test_a_vector_of_zeros_scores_zero(self, graph: Graph) -> None:
        graph.put_nodes([fact("n", vector=np.zeros(DIM, np.float32))])

        assert graph.nearest(unit_vectors(1)[0], limit=1)[0].score == 0

    def test_scores_stay_within_one(self, graph: Graph) -> None:
        vectors = unit_vectors(64)
        graph.put_nodes([fact(f"n{i}", vector=vector) for i, vector in enumerate(vectors)])

        for vector in vectors:
            assert -1 <= graph.nearest(vector, limit=1)[0].score <= 1

    def test_nothing_kept_means_nothing_found(self, graph: Graph) -> None:
        assert graph.nearest(unit_vectors(1)[0], limit=3) == []
        assert graph.nearest_many(unit_vectors(2), limit=3) == [[], []]
        assert graph.matching("anything", limit=3) == []
        assert graph.scan() == graph.get(["x"]) == []
        assert not graph.edges(["x"])
        assert not graph.expand(["x"], hops=2)

    def test_words_are_found_in_any_form_and_the_rarer_one_counts_more(self, graph: Graph) -> None:
        graph.put_nodes(
            [
                fact("a", text="You open the oak doors."),
                fact("b", text="The opened gate squeaks."),
                fact("c", text="A brass key opens it."),
                *[fact(f"x{i}", text="You see nothing here.") for i in range(9)],
            ]
        )

        assert set(names(graph.matching("opening", limit=9))) == {"a", "b", "c"}
        assert names(graph.matching("open KEYS", limit=9))[0] == "c"
        assert all(hit.score > 0 for hit in graph.matching("you open the door", limit=20))
        assert graph.matching("zebra", limit=9) == []
        assert graph.matching("?! -- **", limit=9) == []

    def test_the_frequency_of_a_word_is_in_how_many_nodes_it_is_in_any_form(self, graph: Graph) -> None:
        graph.put_nodes(
            [
                fact("a", 1, text="She opens the well-kept door."),
                fact("b", 2, text="Open, open, opened: kept well."),
                fact("c", 3, text="It rains.")._replace(memory="other"),
            ]
        )
        assert graph.frequencies(["opening", "well-kept", "rain"], most=9) == {"opening": 2, "well-kept": 1, "rain": 1}
        assert graph.frequencies(["opening"], Where(memory="other"), most=9) == {"opening": 0}
        assert graph.frequencies(["opening"], most=1) == {"opening": 1}
        graph.retire(["a"], position=4)
        words = ["opening", "well-kept", "rain", "zebra", "--", 'key" OR open']

        assert graph.frequencies(words, most=9) == {
            "opening": 1, "well-kept": 0, "rain": 1, "zebra": 0, "--": 0, 'key" OR open': 0,
        }  # fmt: skip
        assert graph.frequencies(["opening", "well-kept"], Where(as_of=3), most=9) == {"opening": 2, "well-kept": 1}
        assert graph.frequencies(["opening"], Where(retired=True), most=1) == {"opening": 1}
        assert graph.frequencies(["rain"], Where(memory="m"), most=9) == {"rain": 0}

    def test_what_another_namespace_says_changes_no_score(self, store: Store) -> None:
        graph = store.graph("ada")
        graph.put_nodes([fact("a", text="My kayak is blue."), fact("b", text="The lake is cold and deep.")])
        before = graph.matching("kayak lake", limit=5)

        store.graph("bob").put_nodes([fact(f"n{i}", text=f"Another kayak, number {i}.") for i in range(20)])

        assert graph.matching("kayak lake", limit=5) == before
        assert graph.matching("kayak", limit=1)[0].score > 0.1

    @pytest.mark.parametrize(("memory", "label"), [("other", "Fact"), ("m", "Note"), ("other", "Note")])
    def test_what_other_kinds_of_node_say_changes_no_score(self, graph: Graph, memory: str, label: str) -> None:
        facts = Where(memory="m", label="Fact")
        graph.put_nodes([fact("a", text="My kayak is blue."), fact("b", text="The lake is cold and deep.")])
        before = graph.matching("kayak lake", facts, limit=5)

        others = [fact(f"n{i}", text=f"Another kayak, number {i}.") for i in range(20)]
        graph.put_nodes([node._replace(memory=memory, label=label) for node in others])

        assert graph.matching("kayak lake", facts, limit=5) == before
        assert graph.matching("kayak lake", limit=25)[0].node.id == "b"

    def test_what_holds_no_longer_changes_no_score(self, graph: Graph) -> None:
        graph.put_nodes([fact("a", text="My kayak is blue."), fact("b", text="The lake is cold and deep.")])
        before = graph.matching("kayak lake", limit=5)
        others = [fact(f"n{i}", text=f"Another kayak, number {i}.") for i in range(20)]

        graph.put_nodes([others[0]._replace(retired=2), *others[1:]])
        graph.retire(ids_of(others[1:10]), position=2)
        graph.put_nodes([node._replace(text="") for node in others[10:15]])
        graph.delete(ids_of(others[15:]))

        assert graph.matching("kayak lake", limit=5) == before
        assert names(graph.matching("kayak lake", Where(retired=True), limit=25))[0] == "b"

    def test_what_is_current_again_counts_again(self, graph: Graph) -> None:
        nodes = [fact("a", text="A kayak."), fact("b", text="A blue kayak."), fact("c", text="A cold lake.")]
        graph.put_nodes(nodes)
        before = graph.matching("kayak lake", limit=5)

        graph.retire(["a"], position=2)
        assert names(graph.matching("kayak lake", limit=5)) == ["b", "c"]
        graph.put_nodes(nodes[:1])

        assert graph.matching("kayak lake", limit=5) == before

    def test_what_was_said_later_changes_no_score_of_then(self, graph: Graph) -> None:
        graph.put_nodes([fact("a", 1, text="My kayak is blue."), fact("b", 2, text="The lake is cold and deep.")])
        graph.put_nodes([fact("c", 3, text="A lake without a kayak.")])
        before = graph.matching("kayak lake", limit=5)

        graph.put_nodes([fact(f"n{i}", 4, text=f"Another kayak, number {i}.") for i in range(20)])
        graph.retire(["c"], position=4)

        then = graph.matching("kayak lake", Where(as_of=3), limit=5)
        assert [(hit.node.id, hit.score) for hit in then] == [(hit.node.id, hit.score) for hit in before]

    def test_filters_choose_and_change_no_score(self, graph: Graph) -> None:
        graph.put_nodes([fact(f"n{i}", i, text="key " * (1 + i % 3) + "lamp", props={"n": i}) for i in range(9)])
        scores = {hit.node.id: hit.score for hit in graph.matching("key", limit=9)}

        for where in (Where(after=4), Where(props={"n": (">", 4)})):
            assert {hit.node.id: hit.score for hit in graph.matching("key", where, limit=9)} == {
                name: scores[name] for name in ("n5", "n6", "n7", "n8")
            }

    @pytest.mark.parametrize(
        "text",
        [
            'key"',
            '"key',
            "key*",
            "key AND",
            "NOT key",
            "text:key",
            "ns:1 key",
            "NEAR(key, 2)",
            "{kind}:key",
            "^key",
            "-key",
        ],
    )
    def test_no_syntax_in_a_users_text_is_obeyed(self, graph: Graph, text: str) -> None:
        graph.put_nodes([fact("n", text="the brass key"), fact("other", text="a lamp")])

        assert names(graph.matching(text, limit=9)) == ["n"]

    def test_a_long_text_can_be_searched_for(self, graph: Graph) -> None:
        graph.put_nodes([fact("n", text="brass key"), fact("long", text="lamp " * 50_000)])

        assert names(graph.matching("key " + " ".join(f"word{i}" for i in range(20_000)), limit=3)) == ["n"]

    def test_the_best_of_many_matches_are_kept(self, graph: Graph) -> None:
        graph.put_nodes(
            [fact(f"n{i:03d}", text="key " * (1 + i % 7) + "lamp " * 9, props={"i": i}) for i in range(100)]
        )

        everything = graph.matching("key", limit=100)

        assert len(everything) == 100
        assert graph.matching("key", limit=5)[0].score == everything[0].score
        few = graph.matching("key", Where(props={"i": ("in", [3, 50])}), limit=5)
        assert sorted(names(few)) == ["n003", "n050"]


def _many(count: int) -> list[Node]:
    return [
        fact(f"n{i}", i, props={"n": i, "rare": i % 97 == 0}, vector=vector)._replace(
            memory="other" if i % 5 == 0 else "m", label="Fact" if i % 2 else "Event"
        )
        for i, vector in enumerate(unit_vectors(count, seed=1))
    ]
