"""Running a grid from the command line: how far it is, what went wrong, and the table at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agentmem.cli.chosen import Chosen
from agentmem.cli.output import as_json, caption, heading, one_line, table
from agentmem.cli.progress import progress
from agentmem.plural import counted

if TYPE_CHECKING:
    from agentmem.bench.evaluation import Cell
    from agentmem.bench.grid import Grid
    from agentmem.bench.results import Finished, Results
    from agentmem.bench.running import Executor, Running
    from agentmem.bench.summary import Summary

FOLDER = "agentmem-runs"
FAILED = 1
BEFORE = ("task", "memory", "score", "95 %", "failed", "set aside", "waiting", "chance")
AFTER = ("calls", "tokens", "ms/write", "ms/recall", "KB", "s")
"""The columns before and after the figures of an evaluation; one in which nothing stands is left out."""
Jobs = Annotated[int, typer.Option("--jobs", "-j", min=0, metavar="N", help="Cells at once; 0: one per processor.")]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Results go here; the same command again goes on there."),
]
Timeout = Annotated[float, typer.Option(min=0.1, metavar="SECONDS", help="A cell that takes longer is ended.")]

Cluster = Annotated[
    str | None,
    typer.Option(metavar="ADDRESS", help="Run cells on Ray: local, ray://HOST:10001, or HOST:6379 on a node."),
]


@dataclass(frozen=True)
class Where:
    """Where cells are run: how many at once, how long each, and on which cluster; None for this machine."""

    jobs: int
    timeout_s: float
    cluster: str | None

    def running(self, chosen: Chosen) -> Running:
        """Return how they are run, with these plugins; a cluster knows by itself how many fit."""
        from agentmem.bench.running import Running

        jobs = self.jobs or (0 if self.cluster else _processors())
        return Running(jobs=jobs, timeout_s=self.timeout_s, blocked=chosen.left_out(), also=chosen.also)

    def executor(self) -> Executor:
        """Return who runs them."""
        from agentmem.bench import cluster, local

        return cluster.on(self.cluster) if self.cluster is not None else local.run


def run_grid(chosen: Chosen, grid: Grid, *, out: Path | None, where: Where, json: bool) -> None:
    """Run what has not been run of a grid, and show all of it.

    Exit code 1 where a cell failed, or a memory on a question.

    Raises:
        AgentmemError: the grid cannot be run, or the folder not be written.
    """
    from agentmem.bench.results import opened, read

    cells = grid.cells(chosen.host())
    place = out or Path(FOLDER) / f"{grid.name}-{_fingerprint(cells)}"
    with opened(place, name=grid.name, cells=cells, grid=grid.model_dump(mode="json")) as folder:
        before = read(place)
        done = {one.key for one in before.finished if one.outcome is not None}
        left = [cell for cell in cells if cell.key not in done]
        if not json:
            _tell_the_beginning(place, cells, left, before)
        try:
            for one in _shown_moving(where.executor()(left, folder, where.running(chosen)), len(left)):
                if not json and one.error:
                    typer.echo(f"failed: {_told(one)}", err=True)
        except KeyboardInterrupt:
            ended = sum(one.outcome is not None for one in read(place).finished)
            typer.echo(f"{ended} of {counted(len(cells), 'cell')} done; the same command goes on", err=True)
            raise
    results = read(place)
    if json:
        from agentmem.bench.summary import summaries

        as_json({"folder": str(place), "missing": results.missing, "summaries": summaries(results.finished)})
    else:
        show(results, place)
    if any(one.error or (one.outcome and one.outcome.failures) for one in results.finished):
        raise typer.Exit(FAILED)


def _shown_moving(finished: Iterator[Finished], total: int) -> Iterator[Finished]:
    """Yield cells as they end, and move a bar."""
    with progress(total) as moved:
        for one in finished:
            moved(f"{one_line(one.cell.task, limit=30)}: {one.cell.called}", 1)
            yield one


def show(results: Results, place: Path) -> None:
    """Print the tables of a grid: one for each evaluation, a row for each task and memory."""
    from agentmem.bench.summary import summaries, troubles_of

    found = summaries(results.finished)
    for measure in dict.fromkeys(one.measure for one in found):
        rows = [_row(one) for one in found if one.measure == measure]
        figures = dict.fromkeys(name for one in found if one.measure == measure for name in one.figures)
        columns = [name for name in (*BEFORE, *figures, *AFTER) if any(map(_has(name), rows))]
        heading(measure)
        table(rows, columns=columns, nothing="nothing has ended yet", figures=columns[2:])
    failed = [one for one in results.finished if one.error]
    lines = [f"failed: {_told(one)}" for one in failed[:5]]
    if len(failed) > len(lines):
        lines.append(f"and {len(failed) - len(lines)} more that failed")
    lines += [one_line(said, limit=400) for one in found for said in troubles_of(one)]
    lines += [f"{counted(results.missing, 'cell')} not run yet: the same command goes on"] if results.missing else []
    if any(one.score is not None and one.cells - one.failed > 1 for one in found):
        lines.append("in brackets: where 95 of 100 means lie, of the same cells drawn again and again")
    caption([*lines, f"results: {place}; pages: agentmem bench report {place}"])


def _tell_the_beginning(place: Path, cells: Sequence[Cell], left: Sequence[Cell], before: Results) -> None:
    done = len(cells) - len(left)
    begun = f", {done} of them done before" if done else ""
    typer.echo(f"{counted(len(cells), 'cell')}{begun}; results go to {place}", err=True)
    if before.outdated:
        typer.echo(f"run again, since code or data changed: {counted(before.outdated, 'cell')}", err=True)
    if before.damage:
        typer.echo(before.damage, err=True)


def _told(one: Finished) -> str:
    return one_line(f"{one.cell.task}, {one.cell.called}, seed {one.cell.seed}: {one.error}", limit=400)


def _row(one: Summary) -> dict[str, str]:
    row = {"task": one.task, "memory": one.memory}
    if one.score is not None:
        row["score"] = f"{one.score.value:.3f}"
        if one.cells - one.failed > 1:
            row["95 %"] = f"[{one.score.low:.3f} {one.score.high:.3f}]"
    row["chance"] = "" if one.chance is None else f"{one.chance:.2f}"
    for name, value in one.figures.items():
        row[name] = (
            f"{value * (one.cells - one.failed):.0f}/{one.cells - one.failed}" if name == "won" else _number(value)
        )
    told = {"calls": one.calls or None, "tokens": one.tokens or None}
    told |= {"ms/write": one.write_ms, "ms/recall": one.recall_ms}
    row |= {name: _number(value) for name, value in told.items() if value is not None}
    row["KB"] = "" if one.bytes is None else f"{one.bytes / 1024:,.0f}"
    row["s"] = "" if one.seconds is None else f"{one.seconds:.1f}"
    troubles = {"set aside": one.set_aside, "waiting": one.waiting, "failed": one.failed}
    return row | {name: f"{times:,}" for name, times in troubles.items() if times}


def _has(name: str) -> Any:
    """Return what tells whether a row has more than nothing under a column: one of which none has is left out."""
    return lambda row: row.get(name) not in (None, "", "0", "0.00")


def _number(value: float) -> str:
    """Return a figure in few letters.

    >>> _number(1234.5), _number(12.34), _number(0.1234)
    ('1,234', '12.3', '0.12')
    """
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def _fingerprint(cells: Sequence[Cell]) -> str:
    import hashlib

    return hashlib.sha256(" ".join(sorted(cell.key for cell in cells)).encode()).hexdigest()[:8]


def _processors() -> int:
    import os

    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
