"""How well a list finds evidence: by hand, and for any list."""

from __future__ import annotations

from itertools import permutations
from math import log2
from statistics import fmean

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.bench.retrieval import CUTS, means, scored

EVENTS = [f"e{number}" for number in range(30)]
evidence = st.sets(st.sampled_from(EVENTS), min_size=1, max_size=6)
passages = st.lists(st.sampled_from(EVENTS), unique=True, max_size=25).map(lambda ids: [[one] for one in ids])
summaries = st.lists(st.lists(st.sampled_from(EVENTS), min_size=1, max_size=8), max_size=12)


def test_one_source_each_gives_the_textbooks_figures() -> None:
    scores = scored([["x"], ["a"], ["y"], ["z"], ["w"], ["b"]], {"a", "b", "c", "d"})

    assert scores.recall == {1: 0.0, 5: 0.25, 10: 0.5, 20: 0.5}
    assert scores.hit == {1: 0.0, 5: 1.0, 10: 1.0, 20: 1.0}
    assert scores.reciprocal_rank == 0.5
    ideal = sum(1 / log2(rank + 1) for rank in (1, 2, 3, 4))
    assert scores.ndcg == pytest.approx((1 / log2(3) + 1 / log2(7)) / ideal)
    assert scores.as_listed == scores.recall


def test_nothing_recalled_scores_nothing() -> None:
    scores = scored([], {"a"})

    assert set(scores.recall.values()) == set(scores.hit.values()) == {0.0}
    assert (scores.reciprocal_rank, scores.ndcg) == (0.0, 0.0)


def test_a_summary_that_cites_everything_finds_what_a_random_list_finds() -> None:
    scores = scored([EVENTS], {"e3"})

    assert scores.recall[10] == pytest.approx(10 / 30)
    assert scores.hit[5] == pytest.approx(5 / 30)
    assert scores.reciprocal_rank == pytest.approx(fmean(1 / rank for rank in range(1, 31)))
    assert scores.as_listed[1] == 1.0


def test_a_summary_takes_as_many_ranks_as_it_cites_events() -> None:
    scores = scored([["x", "y", "z", "a"], ["b"]], {"a", "b"})

    assert scores.recall == {1: 0.125, 5: 1.0, 10: 1.0, 20: 1.0}
    assert scores.as_listed[1] == 0.5


def test_a_second_fact_of_one_event_takes_a_rank_and_finds_nothing() -> None:
    twice, once = scored([["x"], ["x"], ["a"]], {"a"}), scored([["x"], ["a"]], {"a"})

    assert twice.reciprocal_rank == pytest.approx(1 / 3)
    assert once.reciprocal_rank == 0.5


def test_a_summary_takes_no_ranks_for_what_was_named_before() -> None:
    scores = scored([["x"], ["y"], ["x", "y", "a"]], {"a"})

    assert scores.reciprocal_rank == pytest.approx(1 / 3)


@given(sources=st.lists(st.sampled_from(EVENTS[:5]), unique=True, min_size=1, max_size=5), wanted=evidence)
def test_a_summary_scores_the_mean_of_all_orders_of_its_sources(sources: list[str], wanted: set[str]) -> None:
    before = [["e28"], ["e29"]]
    together = scored([*before, sources], wanted)

    each = [scored([*before, *([one] for one in order)], wanted) for order in permutations(sources)]

    for k in CUTS:
        assert together.recall[k] == pytest.approx(fmean(one.recall[k] for one in each))
        assert together.hit[k] == pytest.approx(fmean(one.hit[k] for one in each))
    assert together.reciprocal_rank == pytest.approx(fmean(one.reciprocal_rank for one in each))
    assert together.ndcg == pytest.approx(fmean(one.ndcg for one in each))


@given(recalled=summaries, wanted=evidence)
def test_recall_and_hits_rise_with_k_and_no_figure_leaves_its_range(
    recalled: list[list[str]], wanted: set[str]
) -> None:
    scores = scored(recalled, wanted)

    for figure in (scores.recall, scores.hit, scores.as_listed):
        values = [figure[k] for k in CUTS]
        assert values == sorted(values)
    figures = [*scores.recall.values(), *scores.hit.values(), scores.reciprocal_rank, scores.ndcg]
    assert all(-1e-9 <= value <= 1 + 1e-9 for value in figures)
    assert all(scores.recall[k] <= scores.hit[k] + 1e-9 for k in CUTS)
    assert all(scores.recall[k] <= scores.as_listed[k] + 1e-9 for k in CUTS)


@given(others=passages, wanted=st.sets(st.sampled_from(EVENTS), min_size=1, max_size=5), data=st.data())
def test_recall_is_whole_where_all_evidence_is_in_the_first_k(
    others: list[list[str]], wanted: set[str], data: st.DataObject
) -> None:
    first = data.draw(st.permutations(sorted(wanted)))

    scores = scored([*([one] for one in first), *others], wanted)

    assert scores.recall[5] == scores.recall[20] == scores.hit[1] == scores.reciprocal_rank == 1.0
    assert scores.ndcg == pytest.approx(1.0)


@given(recalled=passages, wanted=evidence, data=st.data())
def test_what_comes_below_k_may_come_in_any_order(
    recalled: list[list[str]], wanted: set[str], data: st.DataObject
) -> None:
    for k in CUTS:
        shuffled = [*recalled[:k], *data.draw(st.permutations(recalled[k:]))]

        one, other = scored(recalled, wanted), scored(shuffled, wanted)

        assert one.recall[k] == other.recall[k]
        assert one.hit[k] == other.hit[k]
        if k == 10:
            assert one.ndcg == other.ndcg


def test_an_interval_is_the_same_each_time_and_as_wide_as_questions_differ() -> None:
    alike, unlike = np.full((50, 1), 0.5), np.array([[0.0], [1.0]] * 25)

    assert means(alike, seed=1)[0].model_dump() == {"value": 0.5, "low": 0.5, "high": 0.5}
    found = means(unlike, seed=1)[0]
    assert found == means(unlike, seed=1)[0]
    assert 0.3 < found.low < 0.5 < found.high < 0.7
