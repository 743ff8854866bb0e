"""How far a long run has come: a bar on standard error, where that is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Moved = Callable[[str, int], None]
"""Takes what is worked on, and how many steps were done since."""


@contextmanager
def progress(total: int) -> Iterator[Moved]:
    """Give what moves a bar of `total` steps; the bar is gone afterwards, and is nowhere but on a terminal."""
    if not sys.stderr.isatty():
        yield lambda what, steps: None  # noqa: ARG005
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda what, steps: bar.update(task, description=what, advance=steps)
