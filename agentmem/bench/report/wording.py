"""What the page says of a grid in words: what was run, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, timedelta

from agentmem.bench.report.board import Board
from agentmem.bench.results import Results
from agentmem.plural import counted


def ran(results: Results, board: Board) -> str:
    """Return what was run, as one reads it aloud."""
    if not results.finished:
        return f"{counted(len(results.manifest.keys), 'cell')} asked for."
    seeds = sorted({one.cell.seed for one in results.finished})
    done = sum(one.outcome is not None for one in results.finished)
    failed = len(results.finished) - done
    spent = timedelta(seconds=round(sum(one.seconds for one in results.finished)))
    what = f"{counted(len(board.memories), 'memory')} on {counted(len(board.tasks), 'task')}"
    shared = f" ({board.shared})" if board.shared else ""
    cells = f"{counted(done, 'cell')} done" + (f", {failed} failed" if failed else "")
    begun = results.manifest.created.astimezone(UTC)
    return (
        f"{what}{shared}, {_seeds(seeds)}: {cells}, in {spent} of run time. Begun {begun.day} {begun:%B %Y, %H:%M} UTC."
    )


def unfinished(results: Results) -> Iterator[str]:
    """Yield what a reader must know before believing anything: what is missing, and what failed."""
    asked, there = len(results.manifest.keys), len(results.finished)
    if not there:
        yield f"Nothing has ended yet, of {counted(asked, 'cell')}: run the grid, and make this report again."
    elif results.missing:
        yield (
            f"{results.missing} of {counted(asked, 'cell')} have not ended: the grid still runs, or was stopped. "
            "Run the same again, and it goes on; means here are of what is there."
        )
    if results.damage:
        yield f"{results.damage}."
    failed = sum(one.outcome is None for one in results.finished)
    if failed:
        yield f"{counted(failed, 'cell')} failed, and {'is' if failed == 1 else 'are'} in no mean; see below."


def _seeds(seeds: Sequence[int]) -> str:
    """Return seeds in short.

    >>> _seeds([1, 2, 3]), _seeds([4]), _seeds([1, 5])
    ('seeds 1-3', 'seed 4', 'seeds 1, 5')
    """
    if len(seeds) == 1:
        return f"seed {seeds[0]}"
    if seeds[-1] - seeds[0] == len(seeds) - 1:
        return f"seeds {seeds[0]}-{seeds[-1]}"
    return f"seeds {', '.join(map(str, seeds))}"
