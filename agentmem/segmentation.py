"""Where one event ends and the next begins, in a stream of steps or turns.

A boundary is set where the present is surprising given what came just before
(EM-LLM, Fountas et al. 2024, arXiv 2407.09450, section 3.2). Shared by the
memories that cut their stream into events. Pure: no graph, no model.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Literal, NamedTuple

import numpy as np

from agentmem.vectors import Vectors, to_unit

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
