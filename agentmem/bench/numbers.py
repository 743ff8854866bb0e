"""Numbers as they are typed: seeds, conversations of a file."""

from __future__ import annotations

from agentmem.errors import InvalidInput


def numbers(text: str, *, what: str = "seeds") -> tuple[int, ...]:
    """Return the numbers meant by `1-3,7`.

    >>> numbers("1-3,7")
    (1, 2, 3, 7)

    Raises:
        InvalidInput: it is nothing of the kind.
    """
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        if not first.isdigit() or not (last or first).isdigit() or int(last or first) < int(first):
            raise InvalidInput(f"{what} are given as {text!r}; write them as 1-10, or 1,2,7")
        found += range(int(first), int(last or first) + 1)
    return tuple(dict.fromkeys(found))
