"""Where events end: surprise, the rule of the boundary, and moving it."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from agentmem.segmentation import (
    Novelty,
    conductance,
    ends_before,
    likenesses,
    modularity,
    refined,
    surprise,
    threshold,
)
from agentmem.vectors import to_unit

Numbers = NDArray[np.float64]
quickly = settings(max_examples=60, database=None)


def some_likenesses(count: int, seed: int) -> Numbers:
    rows = np.random.default_rng(seed).standard_normal((count, 5)).astype(np.float32)
    return likenesses(to_unit(rows))


matrices = st.builds(some_likenesses, st.integers(2, 14), st.integers(0, 10_000))


def plain_modularity(alike: Numbers, boundary: int) -> float:
    """As the paper writes it: a double sum over each community."""
    degrees, whole = alike.sum(axis=1), alike.sum()
    sides = (range(boundary), range(boundary, len(alike)))
    inside = sum(alike[i, j] - degrees[i] * degrees[j] / whole for side in sides for i in side for j in side)
    return float(inside / (2 * whole))


def plain_conductance(alike: Numbers, boundary: int) -> float:
    cut = alike[:boundary, boundary:].sum()
    return float(cut / min(alike[:boundary].sum(), alike[boundary:].sum()))


def test_what_repeats_the_last_steps_is_no_surprise_and_what_is_unlike_them_is() -> None:
    steps = np.eye(3, dtype=np.float32)

    assert surprise(steps[0], steps[[0, 0]]) == pytest.approx(0.0)
    assert surprise(steps[1], steps[[0, 0]]) == pytest.approx(1.0)


def test_the_surprise_of_a_first_step_or_of_an_empty_one_is_not_known() -> None:
    step, nothing = np.eye(1, 3, dtype=np.float32)[0], np.zeros(3, np.float32)

    assert surprise(step, np.zeros((0, 3), np.float32)) is None
    assert surprise(nothing, step[None]) is None
    assert not Novelty(None, 0.0).is_high


def test_nothing_stands_out_before_it_is_known_what_is_usual() -> None:
    assert threshold([0.1, 0.2, 0.3], gamma=0) == inf
    assert threshold([0.1, 0.2, 0.3, 0.4], gamma=0) == pytest.approx(0.25)


def test_a_surprise_ends_no_event_that_is_too_short_and_no_event_grows_too_long() -> None:
    assert [ends_before(True, length=n, least=2, most=4) for n in (1, 2, 4)] == [None, "surprise", "surprise"]
    assert [ends_before(False, length=n, least=2, most=4) for n in (1, 3, 4)] == [None, None, "size"]


@quickly
@given(matrices)
def test_modularity_from_running_sums_is_the_double_sum_of_the_paper(alike: Numbers) -> None:
    plain = [plain_modularity(alike, boundary) for boundary in range(1, len(alike))]

    assert modularity(alike) == pytest.approx(plain, abs=1e-9)


@quickly
@given(matrices)
def test_conductance_takes_the_sum_of_degrees_as_volume(alike: Numbers) -> None:
    plain = [plain_conductance(alike, boundary) for boundary in range(1, len(alike))]

    assert conductance(alike) == pytest.approx(plain, abs=1e-9)


@quickly
@given(matrices, st.data())
def test_a_refined_boundary_is_the_best_of_all_that_are_allowed(alike: Numbers, data: st.DataObject) -> None:
    size = len(alike)
    boundary = data.draw(st.integers(1, size - 1))
    least, most = data.draw(st.integers(1, boundary)), data.draw(st.integers(size - boundary, size))
    allowed = [place for place in range(least, boundary + 1) if size - place <= most]

    by_modularity = refined(alike, boundary, measure="modularity", least=least, most=most)
    by_conductance = refined(alike, boundary, measure="conductance", least=least, most=most)

    assert by_modularity in allowed
    assert by_conductance in allowed
    best, lowest = max(plain_modularity(alike, p) for p in allowed), min(plain_conductance(alike, p) for p in allowed)
    assert plain_modularity(alike, by_modularity) == pytest.approx(best, abs=1e-9)
    assert plain_conductance(alike, by_conductance) == pytest.approx(lowest, abs=1e-9)


def test_refining_a_very_long_event_is_not_cubic() -> None:
    """A thousand steps: one pass over a million likenesses, where one per candidate would be a thousand million."""
    halves: Numbers = np.kron(np.eye(2), np.ones((500, 500))).astype(np.float64)

    assert refined(halves, 900, measure="modularity", least=2, most=1000) == 500


def test_steps_that_are_not_alike_at_all_leave_a_boundary_where_it_is() -> None:
    assert refined(np.zeros((6, 6)), 4, measure="modularity", least=1, most=9) == 4
    assert refined(np.zeros((6, 6)), 4, measure="conductance", least=1, most=9) == 4


def test_steps_without_a_vector_draw_no_boundary_to_them() -> None:
    east, north_east = np.eye(2)[0], np.full(2, 0.5**0.5)
    steps = np.array([east * 0, east * 0, east, east, east, north_east, north_east, north_east], np.float32)

    assert refined(likenesses(steps), 5, measure="conductance", least=2, most=9) == 5
