"""How far a long run has come: a bar on standard error, where that is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agentmem.language.contract import Language

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


@contextmanager
def waiting(language: Language) -> Iterator[None]:
    """Show that a model is waited for, and for how long, while that lasts; nothing where no model is asked."""
    if not language.leaves or not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        shown.add_task(f"asking {language.name}")
        yield
