"""Forced choices: one of several is right, and who does not know has the share that a coin, or a die, would win."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence


def worth(answered: str | None, right: str, *, options: int = 2) -> float:
    """Return 1 for the right answer, 0 for a wrong one, and for none what guessing is worth on average.

    So one who never answers has chance exactly, and no luck is measured.

    >>> worth("A", "A"), worth("B", "A"), worth(None, "A"), worth(None, "A", options=4)
    (1.0, 0.0, 0.5, 0.25)
    """
    if answered is None:
        return 1 / options
    return float(answered == right)


def sure(first: Sequence[int], second: Sequence[int]) -> float:
    """Return how often one is right who answers whether any of `first` comes before any of `second`, as is likelier.

    Args:
        first: The places where one thing may be, each as likely, rising.
        second: Where the other may be.

    >>> sure([3], [7]), sure([3, 9], [7]), sure([1, 3], [2, 4])
    (1.0, 0.5, 0.75)
    """
    before = sum(len(second) - bisect_left(second, place + 1) for place in first)
    after = sum(bisect_left(second, place) for place in first)
    same = len(first) * len(second) - before - after
    return (max(before, after) + same / 2) / (len(first) * len(second))
