"""Numbers as they are typed: seeds, conversations of a file."""

from __future__ import annotations

import re

from agentmem.errors import InvalidInput

MOST = 10_000
"""So many at once are meant; more are a slip."""


def numbers(text: str, *, what: str = "seeds") -> tuple[int, ...]:
    """Return the numbers meant by `1-3,7`.

    >>> numbers("1-3,7")
    (1, 2, 3, 7)

    Raises:
        InvalidInput: it is nothing of the kind, or more than `MOST`.
    """
    found: dict[int, None] = {}
    for part in text.split(","):
        said = re.fullmatch(r"\s*(\d{1,18})\s*(?:-\s*(\d{1,18})\s*)?", part, re.ASCII)
        first, last = (int(said[1]), int(said[2] or said[1])) if said else (1, 0)
        if last < first:
            raise InvalidInput(f"{what} are given as {text[:100]!r}; write them as 1-10, or 1,2,7")
        if len(found) + last - first >= MOST:
            raise InvalidInput(f"{what} are given as {text[:100]!r}; at most {MOST:,} can be taken at once")
        found |= dict.fromkeys(range(first, last + 1))
    return tuple(found)
