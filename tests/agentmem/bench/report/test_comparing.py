"""Who is better than whom is said only where chance would hardly say so."""

from __future__ import annotations

import numpy as np
import pytest

from agentmem.bench.report.comparing import Sample, is_better, least


def samples(scores: np.ndarray) -> list[Sample]:
    return [{str(seed): float(score) for seed, score in enumerate(scores)}]


@pytest.mark.parametrize("memories", [2, 5, 13])
@pytest.mark.parametrize("seeds", [2, 3, 5, 10, 30])
def test_of_equally_good_memories_hardly_ever_one_is_called_lower(memories: int, seeds: int) -> None:
    chance = np.random.default_rng(seeds)

    wrong = 0
    for _ in range(60):
        best, *others = sorted(chance.random((memories, seeds)), key=lambda scores: -float(np.mean(scores)))
        wrong += any(is_better(samples(best), samples(other), among=memories) for other in others)

    assert wrong <= 6  # 3 are to be expected at most


@pytest.mark.parametrize("memories", [2, 4, 13])
def test_a_memory_that_is_better_every_time_is_called_so_from_the_least_number_on(memories: int) -> None:
    for seeds, is_said in ((least(memories), True), (least(memories) - 1, False), (100, True)):
        better, worse = np.full(seeds, 0.6), np.full(seeds, 0.5)
        assert is_better(samples(better), samples(worse), among=memories) is is_said


def test_each_task_counts_the_same_whatever_was_asked_of_it() -> None:
    one = [*samples(np.full(100, 0.51)), *samples(np.full(8, 0.1))]
    other = [*samples(np.full(100, 0.5)), *samples(np.full(8, 0.9))]

    assert is_better(other, one, among=2)
    assert not is_better(one, other, among=2)
