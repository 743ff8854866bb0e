"""The colours, shapes and lines that tell memories apart; colours are variables of the page, light and dark.

What is drawn is drawn in stand-ins, which become variables: so a figure follows the
reader's colour scheme, and a memory looks the same in every figure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

LIGHT = (
    "#2563c9", "#d1570a", "#12834a", "#b5288f", "#008394", "#8a5a2b",
    "#7048c8", "#d12d36", "#7a7d00", "#5f6b7a", "#1b3a7a", "#e0559a",
)  # fmt: skip
DARK = (
    "#7aa7f7", "#f59a4e", "#4cc38a", "#ea7fd0", "#3cc2d1", "#c9986a",
    "#b39cf5", "#f4777d", "#c3c54a", "#a3afbd", "#9db8ff", "#ff9fcb",
)  # fmt: skip
"""Each has a contrast of 3:1 or more to the page: WCAG 2.2, 1.4.11."""
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "p", "h", "<", ">", "d", "8")
DASHES = ("-", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (6, 1.5, 1.5, 1.5)))
Dash = str | tuple[int, tuple[float, ...]]

INK, MUTED, LINE, PAPER = (f"#a1c2{number:02x}" for number in range(4))
_VARIABLES = ("ink", "muted", "line", "paper")
_STAND_IN = re.compile(r"#a1([bc])2([0-9a-f]{2})")


def stand_in(number: int) -> str:
    """Return what memory `number` is drawn in.

    >>> stand_in(3), variables_for(stand_in(3)), variables_for(INK)
    ('#a1b203', 'var(--m3)', 'var(--ink)')
    """
    return f"#a1b2{number % 256:02x}"


def variables_for(drawn: str) -> str:
    """Return the drawing with variables of the page for its stand-ins."""
    return _STAND_IN.sub(_variable, drawn)


def marker(number: int) -> str:
    """Return the shape of memory `number`."""
    return MARKERS[number % len(MARKERS)]


def is_hollow(number: int) -> bool:
    """Return whether the shape of memory `number` is an outline: where the colours start again."""
    return number // len(LIGHT) % 2 == 1


def dash(number: int) -> Dash:
    """Return the line of memory `number`: another one each time the colours start again, and for neighbours."""
    return DASHES[(number + number // len(LIGHT)) % len(DASHES)]


def declared(colours: Sequence[str], memories: int) -> str:
    """Return the declarations of the variables of so many memories.

    >>> declared(["#111111", "#222222"], 3)
    '--m0:#111111;--m1:#222222;--m2:#111111;'
    """
    return "".join(f"--m{number}:{colours[number % len(colours)]};" for number in range(min(memories, 256)))


def _variable(found: re.Match[str]) -> str:
    which, number = found[1], int(found[2], 16)
    return f"var(--m{number})" if which == "b" else f"var(--{_VARIABLES[number]})"
