"""An episode on a terminal: one block per step, quiet, scrolling, so that nothing seen is lost."""

from __future__ import annotations

import time
from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from agentmem.cli.ending import Told
from agentmem.cli.output import one_line
from agentmem.cli.shown import Shown

WIDEST = 100
"""Columns; longer lines are hard to read."""
NARROWEST = 75
"""Columns below which scores are shown without their parts: what was recalled needs the room."""
LABEL = 9


class Screen:
    """Shows an episode on a terminal.

    Args:
        console: Where.
        pace_s: Seconds to stay at each step, so that it can be read.
    """

    def __init__(self, console: Console, *, pace_s: float) -> None:
        self._console, self._pace_s = console, pace_s

    def opening(self, *, title: str, goal: str) -> None:
        """Show what is played."""
        self._console.print()
        self._console.print(Text(title, style="bold"))
        if goal:
            self._console.print(_rows([("goal", Text(goal))]))

    def step(self, step: Shown) -> None:
        """Show one step, and wait a moment."""
        self._console.print()
        self._console.print(block(step, parts=self._console.width >= NARROWEST))
        if step.does:
            time.sleep(self._pace_s)

    def ending(self, told: Told) -> None:
        """Show how it went, and what to try next."""
        self._console.print()
        colour = "green" if told.won else "yellow"
        facts = _rows([(name, Text(value, overflow="fold")) for name, value in told.facts[1:]], label=10)
        title = Text(f" {told.headline} ", style=f"bold {colour}")
        self._console.print(Panel(facts, title=title, title_align="left", border_style=colour, padding=(1, 2)))
        self._console.print(Text("\n try next", style="dim"))
        for command, what in told.tries:
            self._console.print(Text(f"   # {what}", style="dim"))
            self._console.print(Text(f"   {command}", style="cyan"), soft_wrap=True)
        self._console.print()


def block(step: Shown, *, parts: bool) -> RenderableType:
    """Return one step, laid out; with `parts`, what each score is made of."""
    return Group(_heading(step), Padding(_rows(list(_said(step, parts=parts))), (0, 0, 0, 1)))


def _heading(step: Shown) -> RenderableType:
    left = Text.assemble((f"{step.number:>3} ", "dim"), (step.place or "·", "bold"))
    right = Text(f"score {step.score}", style="bold green" if step.gained > 0 else "red" if step.gained < 0 else "dim")
    line = Table.grid(expand=True, padding=(0, 1))
    line.add_column(no_wrap=True)
    line.add_column(ratio=1)
    line.add_column(no_wrap=True)
    line.add_row(left, Rule(style="bright_black"), right)
    return line


def _said(step: Shown, *, parts: bool) -> Iterator[tuple[str, RenderableType]]:
    """Yield label and content of each row."""
    yield "shown", Text("\n".join(step.saw), style="default")
    if step.trouble:
        yield "trouble", Text(step.trouble, style="red")
    if not step.does:
        return
    yield "recalled", _recalled(step, parts=parts)
    if step.plan:
        yield "plan", Text("  >  ".join(step.plan))
    yield "does", Text.assemble((step.does, "bold cyan"), (f"   {step.because}", "dim"))


def _recalled(step: Shown, *, parts: bool) -> RenderableType:
    if not step.best:
        return Text(step.recalled, style="dim")
    best = Table.grid(padding=(0, 2, 0, 0), expand=True)
    best.add_column(width=4, style="magenta")
    best.add_column(width=max(len(one.kind) for one in step.best), style="dim")
    best.add_column(ratio=1, overflow="fold")
    if parts:
        best.add_column(width=max(len(one.parts) for one in step.best), overflow="ellipsis", no_wrap=True, style="dim")
    for one in step.best:
        said = [Text(f"{one.score:.2f}"), Text(one.kind), Text(one_line(one.text, limit=48)), Text(one.parts)]
        best.add_row(*said[: len(best.columns)])
    return Group(Text(f"{step.recalled}; the best:", style="dim"), best)


def _rows(rows: list[tuple[str, RenderableType]], *, label: int = LABEL) -> Table:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=label, style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, content in rows:
        grid.add_row(name, content)
    return grid
