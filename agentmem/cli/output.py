"""How things are printed: tables, JSON, and text that came from elsewhere."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from agentmem.cli.fitting import Column, fitted, widths

if TYPE_CHECKING:
    from rich.console import Console, Group, RenderableType
    from rich.table import Table

CONTROL = re.compile(r"[^\S\n ]|[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
UNBOUNDED = 100_000
"""Columns of a table off a terminal: whoever reads it cuts it as they like."""


def console(*, width: int | None = None) -> Console:
    """Return a console on standard output: coloured and as wide as the terminal, or plain and not cut at all."""
    from rich.console import Console

    if sys.stdout.isatty():
        return Console(width=width, highlight=False)
    return Console(width=UNBOUNDED, highlight=False, color_system=None, soft_wrap=True)


def as_json(value: Any) -> None:
    """Print one JSON value on one line."""
    from pydantic_core import to_json

    sys.stdout.write(json.dumps(json.loads(to_json(value))) + "\n")


def table(
    rows: Iterable[Mapping[str, Any]], *, columns: Sequence[str], nothing: str, figures: Collection[str] = ()
) -> None:
    """Print rows under `columns`, those of `figures` on the right; `nothing` where there is no row.

    A terminal may be too narrow: the last figures are then left out, which is said; where that is not enough, each row
    is a block of lines.
    """
    from rich.text import Text

    kept, out = list(rows), console()
    if not kept:
        out.print(Text(nothing))
        return
    all_ = [Column(name, [one_line(_cell(row.get(name))) for row in kept], name in figures) for name in columns]
    gap = 2 if figures else 3
    shown = fitted(all_, out.width, gap=gap)
    out.print(_laid_out(shown, out.width, gap=gap) if shown else _blocks(all_))
    if shown and len(shown) < len(all_):
        left_out = ", ".join(one_line(column.head) for column in all_ if column not in shown)
        out.print(Text(f"no room for: {left_out}; a wider terminal shows them, and so does --json", style="dim"))


def _laid_out(columns: Sequence[Column], room: int, *, gap: int) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    shown = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold", collapse_padding=gap < 3)
    for column, width in zip(columns, widths(columns, room, gap=gap), strict=True):
        shown.add_column(column.head, width=width, justify="right" if column.is_figure else "left")
    for cells in zip(*(column.cells for column in columns), strict=True):
        shown.add_row(*map(Text, cells))
    return shown


def _blocks(columns: Sequence[Column]) -> Group:
    """Return each row by itself: a line for each column that has something, its head before it."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    blocks: list[RenderableType] = []
    for cells in zip(*(column.cells for column in columns), strict=True):
        block = Table.grid(padding=(0, 2, 0, 0))
        block.add_column(style="bold", overflow="fold")
        block.add_column(overflow="fold")
        for column, cell in zip(columns, cells, strict=True):
            if cell:
                block.add_row(one_line(column.head), Text(cell))
        blocks += [block, Text("")]
    return Group(*blocks[:-1])


def markdown_table(rows: Iterable[Mapping[str, Any]], *, columns: Sequence[str]) -> str:
    r"""Return rows under `columns` as a table in Markdown.

    >>> print(markdown_table([{"name": "a|b", "powers": ["show", "forget"]}], columns=["name", "powers"]))
    | name | powers |
    |---|---|
    | a\|b | show, forget |
    """
    lines = [list(columns), *([one_line(_cell(row.get(name))).replace("|", r"\|") for name in columns] for row in rows)]
    told = [f"| {' | '.join(cells)} |" for cells in lines]
    return "\n".join([told[0], f"|{'---|' * len(columns)}", *told[1:]])


def heading(text: str) -> None:
    """Print a line above a table, after an empty one; bold on a terminal."""
    from rich.text import Text

    console().print(Text(f"\n{one_line(text)}", style="bold"))


def caption(lines: Iterable[str]) -> None:
    """Print lines below tables, after an empty one; dim on a terminal."""
    from rich.text import Text

    out = console()
    out.print()
    for line in lines:
        out.print(Text(one_line(line), style="dim"))


def printable(text: str) -> str:
    r"""Return text safe for a terminal: whatever could move the cursor or hide something is a space.

    >>> printable("red\x1b[31m apple")
    'red [31m apple'
    """
    return CONTROL.sub(" ", text)


def one_line(text: str, *, limit: int | None = None) -> str:
    r"""Return text on one line, cut to `limit` characters with an ellipsis.

    >>> one_line("a kitchen.\n\nA stove.", limit=12)
    'a kitchen. …'
    """
    if limit is not None:
        text = text[: 10 * limit]
    line = " ".join(printable(text).split())
    return line if limit is None or len(line) <= limit else line[: limit - 1] + "…"


def _cell(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value)
    return "" if value is None else str(value)
