"""Ranking texts by words: BM25 (Robertson and Zaragoza, 2009), counted over the texts a search could find.

An index finds what shares words with a query. What it finds is scored here, on every store alike, for the scores of
an index are counted over all it holds: one user's words would change what another one is told.

Deviation: how telling a word is never falls to nothing, as it would in half of the texts; so Lucene has it too.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

K1, B = 1.2, 0.75


class Texts(NamedTuple):
    """Of all texts a search could find: how many there are, and how many words they have in all."""

    number: int
    tokens: int


def idf(number: int, holding: int) -> float:
    """Return how telling a word is that `holding` of so many texts have; above 0.

    >>> round(idf(10, 1), 3), round(idf(10, 10), 3)
    (1.992, 0.047)
    """
    return math.log1p((max(number, holding) - holding + 0.5) / (holding + 0.5))


def score(times: Iterable[tuple[float, int]], length: int, texts: Texts) -> float:
    """Return how well a text fits a query.

    Args:
        times: For each word of the query how telling it is, and how often the text has it.
        length: Of the text, in words.
        texts: All that are searched.
    """
    least = K1 * (1 - B + B * length * texts.number / max(texts.tokens, 1))
    # Exactly, so that the order of the words makes no difference, not even in the last digit.
    return math.fsum([telling * count * (K1 + 1) / (count + least) for telling, count in times])


def ceiling(telling: Iterable[float]) -> float:
    """Return what a text scores less than, whatever its length, if of a query it has only words so telling."""
    return sum(telling) * (K1 + 1)


def times_in(words: Sequence[str], stems: Sequence[str]) -> int:
    """Return how often stems, usually one, stand in a row among `words`."""
    if len(stems) == 1:
        return words.count(stems[0])
    return sum(list(words[at : at + len(stems)]) == list(stems) for at in range(len(words) - len(stems) + 1))
