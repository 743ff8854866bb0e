"""Fitting a table to a terminal: no number and no name is ever cut in two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """A column as text: its head and its cells, each on one line, but a head may have several."""

    head: str
    cells: Sequence[str]
    is_figure: bool = False

    @property
    def widest(self) -> int:
        """Its width where nothing is wrapped."""
        return _longest([*self.head.splitlines(), *self.cells])

    @property
    def least(self) -> int:
        """The width below which something would be cut in two: of figures all, else the longest word."""
        words = [word for cell in self.cells for word in cell.split()]
        return self.widest if self.is_figure else _longest([*self.head.split(), *words])


def fitted(columns: Sequence[Column], room: int, *, gap: int) -> list[Column]:
    """Return the columns that fit into `room`: the last figures are left out, but never the first; [] if none do.

    Args:
        columns: All of them.
        room: Of the terminal, in characters.
        gap: Blanks between two columns.

    >>> some = [Column("memory", ["arigraph"]), Column("score", ["1.000"], True), Column("KB", ["633"], True)]
    >>> [[column.head for column in fitted(some, room, gap=2)] for room in (80, 15, 9)]
    [['memory', 'score', 'KB'], ['memory', 'score'], []]
    """
    left = list(columns)
    while left and _together([column.least for column in left], gap) > room:
        figures = [column for column in left if column.is_figure]
        if len(figures) < 2:
            return []
        left.remove(figures[-1])
    return left


def widths(columns: Sequence[Column], room: int, *, gap: int) -> list[int]:
    """Return how wide each of the columns is that fit into `room`: the widest are wrapped first, between words.

    >>> widths([Column("name", ["amem"]), Column("about", ["notes that link themselves to each other"])], 25, gap=3)
    [4, 18]
    """
    found = [column.widest for column in columns]
    while _together(found, gap) > room:
        loose = [place for place, column in enumerate(columns) if found[place] > column.least]
        if not loose:
            break
        found[max(loose, key=found.__getitem__)] -= 1
    return found


def _together(some: Sequence[int], gap: int) -> int:
    return sum(some) + gap * (len(some) - 1)


def _longest(texts: Sequence[str]) -> int:
    from rich.cells import cell_len

    return max(map(cell_len, texts), default=0)
