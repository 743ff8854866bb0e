"""Where one event ends and the next begins, in a stream of steps or turns.

A boundary is set where the present is surprising given what came just before,
and may then be moved to where the steps around it fall apart best into two
groups that are each alike (EM-LLM, Fountas et al. 2024, arXiv 2407.09450,
section 3.2). Shared by the memories that cut their stream into events. Pure:
no graph, no model.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from agentmem.vectors import Vectors, to_unit

Numbers = NDArray[np.float64]
Measure = Literal["modularity", "conductance"]
FEWEST = 4
"""Surprises that must be known before one can stand out from them."""
Ending = Literal["session", "place", "surprise", "size"]
"""Why an event ended: another session, another place, a surprising step, or it was full."""


class Novelty(NamedTuple):
    """How surprising a step is, None where that is not known, and from where on it is unusually so."""

    surprise: float | None = None
    threshold: float = inf

    @property
    def is_high(self) -> bool:
        """Whether an event should end before this step."""
        return self.surprise is not None and self.surprise > self.threshold


def surprise(step: Vectors, before: Vectors) -> float | None:
    """Return 1 - cosine of a step to the mean of the steps just before, in [0, 2].

    A stand-in, without a model, for the paper's -log p(step | steps before).

    Args:
        step: Shape (dim,), unit length.
        before: Shape (h, dim), the last h steps.

    Returns:
        None where there is nothing to compare: no steps before, or a vector of zeros.

    >>> east, north = np.eye(2, dtype=np.float32)
    >>> surprise(east, np.stack([east, east])), surprise(east, np.stack([north])), surprise(east, np.empty((0, 2)))
    (0.0, 1.0, None)
    """
    mean = to_unit(before.sum(axis=0, dtype=np.float32, keepdims=True))[0]
    if not mean.any() or not step.any():
        return None
    return 1.0 - float(np.vecdot(step, mean))


def threshold(surprises: Sequence[float], *, gamma: float) -> float:
    """Return mu + gamma * sigma of the surprises in the window; infinite while fewer than 4 are known.

    >>> threshold([1.0, 3.0, 1.0, 3.0], gamma=1.5), threshold([1.0], gamma=1.0)
    (3.5, inf)
    """
    if len(surprises) < FEWEST:
        return inf
    return float(np.mean(surprises) + gamma * np.std(surprises))


def ends_before(surprising: bool, *, length: int, least: int, most: int) -> Ending | None:
    """Return why an event of `length` steps ends before the next step, or None: it goes on.

    Args:
        surprising: Whether the next step's surprise is above the threshold.
        length: Steps of the event so far.
        least: Steps an event has before a surprise may end it.
        most: Steps after which it ends in any case.

    >>> ends_before(True, length=1, least=2, most=16), ends_before(True, length=2, least=2, most=16)
    (None, 'surprise')
    >>> ends_before(False, length=16, least=2, most=16)
    'size'
    """
    if surprising and length >= least:
        return "surprise"
    return "size" if length >= most else None


def likenesses(steps: Vectors) -> Numbers:
    """Return A = max(0, cosine) of all pairs of steps, shape (n, n), given unit vectors (n, dim)."""
    alike: Numbers = np.vecdot(steps[:, None, :], steps[None, :, :]).astype(np.float64).clip(min=0.0)
    return alike


def refined(alike: Numbers, boundary: int, *, measure: Measure, least: int, most: int) -> int:
    """Return where the second of two events begins, at `boundary` or before; of equals the last.

    Args:
        alike: Likenesses of the steps of both events, shape (n, n), symmetric, not negative.
        boundary: Where it begins as the surprise has it, 1 to n - 1.
        measure: Highest modularity, or lowest conductance.
        least: Steps the first event keeps.
        most: Steps the second may grow to.

    >>> two_and_three = np.kron(np.eye(2), np.ones((3, 3)))[1:, 1:]
    >>> refined(two_and_three, 4, measure="modularity", least=1, most=9)
    2
    """
    first = max(least, len(alike) - most)
    if first > boundary:
        return boundary
    scores = modularity(alike) if measure == "modularity" else -conductance(alike)
    candidates = scores[first - 1 : boundary][::-1]
    return boundary - int(np.argmax(candidates.round(12)))


def modularity(alike: Numbers) -> Numbers:
    """Return Q of parting the steps before t = 1 ... n - 1, shape (n - 1,).

    Q = 1/4m * sum over both sides of (A_ij - k_i k_j / 2m), with k the degrees and 2m their sum.
    From running sums: all candidates cost what one does.
    """
    before, after, volume = _sides(alike)
    whole = volume[-1]
    if whole == 0:
        return np.zeros(len(alike) - 1)
    one, other = volume[:-1], whole - volume[:-1]
    quality: Numbers = (before + after - (one**2 + other**2) / whole) / (2 * whole)
    return quality


def conductance(alike: Numbers) -> Numbers:
    """Return for parting before t = 1 ... n - 1 the share of the smaller side's volume that is cut, shape (n - 1,).

    The volume of a side is the sum of its degrees (in the authors' code, only what is within it).
    A side that has none, of steps without a likeness to anything, counts as cut off altogether.
    """
    before, _, volume = _sides(alike)
    one, other = volume[:-1], volume[-1] - volume[:-1]
    smaller = np.minimum(one, other)
    share: Numbers = np.divide(one - before, smaller, out=np.ones_like(smaller), where=smaller > 0)
    return share


def _sides(alike: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Return for each t what is within the steps before it and within those from it on; and volumes up to each step."""
    sums = alike.cumsum(axis=0).cumsum(axis=1)
    before = np.diagonal(sums)[:-1]
    after = sums[-1, -1] - 2 * sums[-1, :-1] + before
    return before, after, sums[-1]
