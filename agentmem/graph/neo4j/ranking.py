"""Ranking texts by words as SQLite's full-text search does: its BM25, to the last digit.

The server's own index finds what shares words with a query; it ranks by other rules, and rounds lengths. So what
it finds is scored here, and a search says the same on both stores.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

K1, B = 1.2, 0.75
LEAST_IDF = 1e-6


class Texts(NamedTuple):
    """What is counted over all texts of a namespace.

    Attributes:
        number: How many there are.
        tokens: How many words they have in all, and one more each: FTS5 counts the column of the kind too.
    """

    number: int
    tokens: int


class Phrase(NamedTuple):
    """A word of a query: its stems, usually one, and how telling it is."""

    stems: tuple[str, ...]
    idf: float


def idf(texts: Texts, hits: int) -> float:
    """Return how telling a word is that is in `hits` texts."""
    likely = math.log((texts.number - hits + 0.5) / (hits + 0.5)) if hits <= texts.number else 0.0
    return likely if likely > 0 else LEAST_IDF


def score(words: Sequence[str], phrases: Sequence[Phrase], texts: Texts) -> float:
    """Return how well a text fits a query.

    Args:
        words: Its stems, in order.
        phrases: The words of the query; one may be there twice.
        texts: Counted over all texts.
    """
    length = (len(words) + 1) / (texts.tokens / texts.number)
    whole = 0.0
    for phrase in phrases:
        times = float(_times(words, phrase.stems))
        whole += phrase.idf * ((times * (K1 + 1.0)) / (times + K1 * (1 - B + B * length)))
    return whole


def _times(words: Sequence[str], stems: tuple[str, ...]) -> int:
    if len(stems) == 1:
        return words.count(stems[0])
    return sum(tuple(words[at : at + len(stems)]) == stems for at in range(len(words) - len(stems) + 1))
