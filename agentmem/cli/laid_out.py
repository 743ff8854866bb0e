"""What memories hold, on a terminal: figures in columns, texts cut to fit, ids dim beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from agentmem.cli.groups import Block, Line
from agentmem.cli.held import Held, Typed, tries

WIDEST = 110
"""Columns; longer lines are hard to read."""
NARROWEST = 32
"""Columns a text must have for its id to stand beside it, and not below."""
ROWS = 2
"""Lines of an item's text, and of each detail below it."""
LEAST = 12
"""Columns a text has on the narrowest terminal; what is wider than that is cut by it."""
INDENT, GAP = 2, 2


def print_laid_out(console: Console, shown: Sequence[Held], typed: Typed) -> None:
    """Print each memory with its groups, and what to try next."""
    console.width = min(console.width, WIDEST)
    for one in shown:
        console.print()
        console.print(_heading(one.memory, one.standing, style="bold cyan"))
        console.print(Text(one.about, style="dim"))
        for block in one.blocks.first:
            console.print(laid_out(block, console=console))
        if one.blocks.hidden:
            console.print(Text(f"\n… {one.blocks.hidden} more groups", style="dim"))
        for block in one.blocks.last:
            console.print(laid_out(block, console=console))
        if not one.blocks.shown:
            console.print(Text(f"\n{one.nothing}"))
    console.print(Text("\ntry next", style="dim"))
    for line, what in tries(shown, typed):
        console.print(Text(f"  # {what}", style="dim"))
        console.print(Text(f"  {line}", style="cyan"), soft_wrap=True)


def laid_out(block: Block, *, console: Console) -> RenderableType:
    """Return one group as wide as the console."""
    shown = block.lines.shown
    figures = [
        max(map(cell_len, (name, *(one.figures[n] for one in shown)))) for n, (name, _) in enumerate(block.columns)
    ]
    room = max(console.width - INDENT - sum(figures) - GAP * len(figures), LEAST)
    ids = max((cell_len(one.id) for one in shown), default=0)
    beside = room - ids - GAP >= NARROWEST
    grid = _grid(block, widths=figures)
    if beside:
        grid.add_column(width=ids, no_wrap=True, style="dim")
    row = _Row(console, width=room - ids - GAP if beside else room, ids_below=not beside)
    for line in block.lines.first:
        grid.add_row(*row.cells(line))
    if block.lines.hidden:
        grid.add_row(*[""] * len(figures), Text(f"… {block.lines.hidden} more", style="dim"))
    for line in block.lines.last:
        grid.add_row(*row.cells(line))
    return Group("", _heading(block.title, block.about, style="bold"), Padding(grid, (0, 0, 0, INDENT)))


def _grid(block: Block, *, widths: Sequence[int]) -> Table:
    """Return a table with a column per figure, headed by its name, and one for the text."""
    grid = Table(box=None, padding=(0, GAP, 0, 0), pad_edge=False, header_style="dim", show_header=bool(widths))
    for (name, is_number), width in zip(block.columns, widths, strict=True):
        grid.add_column(
            Text(name), width=width, no_wrap=True, style="magenta", justify="right" if is_number else "left"
        )
    grid.add_column(ratio=1)
    grid.expand = True
    return grid


@dataclass(frozen=True)
class _Row:
    """How an item becomes a row: its text `width` columns wide, its id beside or below."""

    console: Console
    width: int
    ids_below: bool

    def cells(self, line: Line) -> list[Text]:
        """Return the cells of an item."""
        said = [self._cut(Text(line.text or "(no text)"))]
        for name, values in line.details:
            listed_ = listed(values, width=ROWS * self.width - len(name) - 1)
            said.append(self._cut(Text.assemble((name, "bright_black"), " ", (listed_, "dim"))))
        if self.ids_below:
            said.append(Text(line.id, style="dim", overflow="fold"))
        figures = [Text(each) for each in line.figures]
        return [*figures, Text("\n").join(said), *([] if self.ids_below else [Text(line.id)])]

    def _cut(self, text: Text) -> Text:
        """Return the first lines of a text, with an ellipsis where there are more."""
        long = text[: (ROWS + 1) * self.width]
        lines = long.wrap(self.console, self.width)
        kept = lines[:ROWS]
        if len(lines) > ROWS:
            kept[-1].rstrip()
            kept[-1].truncate(self.width - 2)
            kept[-1].append(" …")
        return Text("\n").join(kept)


def _heading(left: str, right: str, *, style: str) -> RenderableType:
    """Return a title, a rule, and at the end of the line what is known of it."""
    line = Table.grid(expand=True, padding=(0, 1))
    line.add_column(overflow="ellipsis", no_wrap=True)
    line.add_column(ratio=1, min_width=2)
    line.add_column(overflow="ellipsis", no_wrap=True)
    line.add_row(Text(left, style=style), Rule(style="bright_black"), Text(right, style="dim"))
    return line


def listed(values: Sequence[str], *, width: int) -> str:
    """Return as many values as fit, and how many more there are.

    >>> listed(["coin", "key", "door"], width=24)
    'coin; key; door'
    >>> listed(["coin", "key", "door"], width=14)
    'coin; … 2 more'
    """
    said, kept = "; ".join(values), len(values)
    while kept > 1 and len(said) > width:
        kept -= 1
        said = "; ".join([*values[:kept], f"… {len(values) - kept} more"])
    return said
