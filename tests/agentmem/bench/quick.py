"""A plugin file with an evaluation that is over at once, and does on request what evaluations must not."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from multiprocessing import parent_process
from pathlib import Path

from pydantic import BaseModel

from agentmem import Host, hookimpl
from agentmem.bench.evaluation import Cell, Outcome, Probe, Trial
from agentmem.errors import InvalidInput
from agentmem.settings import settings_from


class Options(BaseModel):
    """What it does besides: nothing, or how it fails."""

    does: str = ""
    seed_that_does: int = 1
    place: str = ""


class Quick:
    """Says one thing for each seed and asks for it."""

    name = "quick"
    about = "whether one thing is found again"
    measure = "found"
    is_seeded = True
    options = Options

    def check(self, cell: Cell, host: Host) -> None:
        """Know two kinds of data."""
        settings_from(Options, cell.options)
        if cell.data not in ("", "kayak", "cello"):
            raise InvalidInput(f"there is no data {cell.data!r}; take kayak or cello")

    def run(self, trial: Trial) -> Outcome:
        """Say and ask, or misbehave."""
        cell = trial.cell
        options = settings_from(Options, cell.options)
        if cell.seed == options.seed_that_does:
            _misbehave(options.does, Path(options.place))
        with trial.memory() as memory:
            added = memory.add(f"{cell.data or 'thing'} number {cell.seed}")
            found = memory.search(cell.data or "thing")
        score = float(any(added.events[0].id in one.sources for one in found))
        trial.keep(Probe(id="1", asked=cell.data, score=score))
        strange = options.does == "counts" and cell.seed == options.seed_that_does
        figures = {"steps": float("nan") if strange else float(cell.seed)}
        return Outcome(score=score, chance=0.0, events=1, bytes=trial.bytes, figures=figures, receipt=added.receipt)


def _misbehave(how: str, place: Path) -> None:
    if how == "raises":
        raise RuntimeError("no kayak today")
    if how == "hangs":
        time.sleep(600)
    if how == "dies":
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "prints":
        print("out of turn")
        sys.stderr.write("and here\n")
    if how == "kills whoever started it" and not (place / "killed").exists():
        (place / "killed").touch()
        parent = parent_process()
        assert parent is not None
        assert parent.pid is not None
        os.kill(parent.pid, signal.SIGKILL)
        time.sleep(600)
    if how == "waits":
        (place / f"waits-{os.getpid()}").touch()
        while not (place / "go").exists():
            time.sleep(0.05)


@hookimpl
def agentmem_evaluations() -> Mapping[str, Callable[[], Quick]]:
    """Offer it."""
    return {"quick": Quick}
