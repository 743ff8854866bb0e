"""Whether a memory is better than another by more than chance: they are compared on what both were asked."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import NormalDist

import numpy as np

Sample = Mapping[str, float]
"""Scores in one task, by what was asked: a seed, or the id of a question."""
CHANCE = 0.05
"""Of grids in which all memories are equally good: in how many one is called lower at most."""
EXACT = 14
"""Differences of which all signs are tried; of more, their sum is as good as normal."""


def is_better(one: Sequence[Sample], other: Sequence[Sample], *, among: int) -> bool:
    """Return whether the mean of a memory is above another's by more than chance.

    They are compared by what both were asked, so that what is hard for both counts for neither: a two-sided test of
    the signs of their differences (if both were equally good, each would be as likely the other way round), held to
    `CHANCE` over all pairs of memories at once, since the best of many is best by luck as well (Bonferroni).

    Args:
        one: The samples of the first, task by task; each task counts the same.
        other: Those of the second, the same tasks in the same order.
        among: How many memories are compared.

    >>> worse = {str(seed): seed / 20 for seed in range(8)}
    >>> better = {seed: score + 0.05 for seed, score in worse.items()}
    >>> is_better([better], [worse], among=2), is_better([worse], [better], among=2)
    (True, False)
    >>> is_better([better], [worse], among=13)
    False
    """
    differences = [
        (mine[asked] - theirs[asked]) / len(mine)
        for mine, theirs in zip(one, other, strict=True)
        for asked in mine
        if asked in theirs
    ]
    return 2 * _chance_of(np.array([each for each in differences if each])) * _pairs(among) <= CHANCE


def least(among: int) -> int:
    """Return how many seeds or questions it takes to tell so many memories apart, if all of them agree.

    >>> least(2), least(4), least(13)
    (6, 8, 12)
    """
    return math.ceil(math.log2(2 * _pairs(among) / CHANCE))


def _pairs(among: int) -> int:
    return max(1, among * (among - 1) // 2)


def _chance_of(differences: np.ndarray) -> float:
    """Return how likely the sum of these differences would be as large, were their signs drawn."""
    if not len(differences):
        return 1.0
    if len(differences) > EXACT:
        return 1 - NormalDist().cdf(float(differences.sum() / np.sqrt((differences**2).sum())))
    signs = 1 - 2 * (np.arange(2 ** len(differences))[:, None] >> np.arange(len(differences)) & 1)
    sums = signs @ differences
    return float(np.mean(sums >= differences.sum() - 1e-9))
