"""Running one cell of a grid, in a process of its own: what every executor calls there."""

from __future__ import annotations

import os
import random
import socket
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import numpy as np

from agentmem.bench.evaluation import Cell, Outcome, Trial
from agentmem.bench.fingerprint import Fingerprints
from agentmem.bench.results import Finished, Folder
from agentmem.errors import AgentmemError, InvalidInput
from agentmem.host import Host

TRACE = "traceback.txt"


@dataclass(frozen=True)
class Running:
    """How cells are run.

    Attributes:
        jobs: How many at once; 0, on a cluster: as many as it has processors.
        timeout_s: After how long one is ended.
        blocked, also: Of the host in each process: plugins left out, and loaded besides.
    """

    jobs: int = 1
    timeout_s: float = 600.0
    blocked: tuple[str, ...] = ()
    also: tuple[str, ...] = ()

    def host(self) -> Host:
        """Return the host of a process."""
        return Host(blocked=self.blocked, also=self.also)


Executor = Callable[[Sequence[Cell], Folder, Running], Iterator[Finished]]
"""Runs cells somewhere; each is in the folder before it is yielded, in the order they end."""


def run_cell(cell: Cell, folder: Path, how: Running) -> Finished:
    """Run a cell here and now, and return how it ended; a cell that fails returns, too.

    Args:
        cell: What to run.
        folder: The cell's own, and empty.
        how: Which plugins there are.
    """
    started, clock = datetime.now(UTC), perf_counter()
    random.seed(cell.key)
    np.random.seed(int(cell.key[:8], 16))
    outcome, error = None, ""
    try:
        host = how.host()
        _refuse_changes(cell, host)
        came_to = host.evaluation(cell.evaluation).run(Trial(cell, host, folder))
        outcome = Outcome.model_validate(dict(came_to))  # no line can hold what is no number
    except AgentmemError as failed:
        error = f"{type(failed).__name__}: {failed}"
    except Exception as failed:  # noqa: BLE001 - of a plugin: told beside the others, which go on
        error = f"{type(failed).__name__}: {failed}"
        (folder / TRACE).write_text(traceback.format_exc(), encoding="utf-8")
    return Finished(
        key=cell.key,
        cell=cell,
        outcome=outcome,
        error=error,
        seconds=perf_counter() - clock,
        cpu_s=_cpu_s(),
        started=started,
        worker=f"{socket.gethostname()}/{os.getpid()}",
    )


def _refuse_changes(cell: Cell, host: Host) -> None:
    """Raise `InvalidInput` where other code or files are here than the cell was asked for with."""
    if cell.fingerprint and Fingerprints(host).of(cell) != cell.fingerprint:
        raise InvalidInput(
            f"a plugin or file it is measured with is not on {socket.gethostname()} as it was where and when the grid "
            "was started; if it was edited since, run the same again"
        )


def broken_off(cell: Cell, started: datetime, why: str) -> Finished:
    """Return how a cell ended that could not tell itself."""
    seconds = (datetime.now(UTC) - started).total_seconds()
    return Finished(key=cell.key, cell=cell, error=why, seconds=seconds, started=started, worker=socket.gethostname())


def _cpu_s() -> float:
    """Return the processor time of this process, and of the children it has waited for."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system
