"""How many there are of something, in words."""

from __future__ import annotations


def counted(count: int, word: str) -> str:
    """Return how many there are of something.

    >>> [counted(1, "fact"), counted(2, "fact"), counted(0, "entry")]
    ['1 fact', '2 facts', '0 entries']
    """
    if count == 1:
        return f"1 {word}"
    return f"{count:,} {word[:-1]}ies" if word.endswith("y") else f"{count:,} {word}s"
