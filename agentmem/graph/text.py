"""The words of a user's text, as a full-text query in which nothing is syntax."""

from __future__ import annotations

import re
from collections.abc import Iterable

WORD = re.compile(r"[^\W_]+")
MOST_ROWS = 1000
"""Texts that are ranked in a search by words. With LoCoMo told as one memory of 2,760 turns, episodic recall is
the same within 0.15 points for 1,000, 2,000 or all of them: what is in so many texts tells none from another."""
MOST_WORDS = 64
"""Words of one query that are looked up; later ones add cost and no meaning."""


def words_of(text: str) -> list[str]:
    """Return the different words of `text` in lower case, in order, at most 64.

    >>> words_of('The key; the "OLD" key AND ns:7*')
    ['the', 'key', 'old', 'and', 'ns', '7']
    """
    return list(dict.fromkeys(WORD.findall(text.lower())))[:MOST_WORDS]


def fts5_query(kinds: Iterable[str], words: Iterable[str]) -> str:
    """Return the FTS5 query for rows of one of `kinds` with any of `words`.

    Each word is quoted, so that `AND`, `NEAR` or `text` stay words.

    >>> fts5_query(["3", "5"], ["key", "and"])
    'kind:("3" OR "5") AND text:("key" OR "and")'
    """
    return f"kind:({_any_of(kinds)}) AND text:({_any_of(words)})"


def _any_of(words: Iterable[str]) -> str:
    return " OR ".join(f'"{word}"' for word in words)
