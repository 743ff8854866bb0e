"""What a write costs as notes grow: the authors' A-MEM in a checkout, and ours, on the same made-up chat.

All are given the same scripted model, and make the same vectors in their own process. Told is processor time of
the process a memory runs in, over the last hundred writes before each size: the mean, in which is what comes with
every hundredth that evolved only (their index is then made anew), and the median, in which it is not.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median

from agentmem.bench import chatter
from peers.driving import Driver, DriverFailed
from peers.installed import python_of
from peers.roster import OURS, Peer
from peers.scripted import DIMENSIONS, ScriptedModel
from peers.served import Setting, Turn
from peers.table import markdown

WINDOW = 100
SIZES = (100, 250, 500, 1000, 2000, 4000, 8000)
OUR_AMEM = (
    Peer("amem, model", OURS, options={"memory": "amem", "language": "model"}),
    Peer("amem, rules", OURS, options={"memory": "amem"}),
)


@dataclass(frozen=True)
class Grown:
    """One memory's writes: notes to milliseconds of the last hundred, and calls of the model each; or why not."""

    name: str
    mean_ms: dict[int, float]
    median_ms: dict[int, float]
    calls: float
    error: str = ""


def grown(theirs: Peer, notes: int, environments: Path, *, minutes: float) -> list[Grown]:
    """Measure the A-MEM of its authors, and ours.

    Args:
        theirs: As `authors_amem` gives it.
        notes: How many are written; fewer where time is up.
        environments: Where environments are kept.
        minutes: For each memory.
    """
    return [_grown(peer, notes, environments, minutes) for peer in (theirs, *OUR_AMEM)]


def told(measured: Sequence[Grown]) -> str:
    """Return a table: a line a size, a column a memory, and how many times theirs takes as much as ours."""
    theirs, *ours = measured
    sizes = sorted({size for one in measured for size in one.mean_ms})
    head = ["notes", *(f"{one.name}, CPU ms" for one in measured), *(f"theirs / {one.name}" for one in ours)]
    rows = [
        [f"{size:,}", *(_ms(one, size) for one in measured), *(_times(theirs, one, size) for one in ours)]
        for size in sizes
    ]
    calls = "; ".join(f"{one.name} {one.calls:.2f}" for one in measured)
    errors = [f"- {one.name}: {one.error}" for one in measured if one.error]
    return "\n".join([markdown(head, rows), "", f"calls of the model a write: {calls}", *errors])


def _grown(peer: Peer, notes: int, environments: Path, minutes: float) -> Grown:
    """Write until there are `notes`, or time is up."""
    cpu: list[float] = []
    error, calls = "", 0
    python = python_of(peer.environment, peer.needs, environments)
    until = time.monotonic() + minutes * 60
    with tempfile.TemporaryDirectory(prefix="agentmem-growth-") as folder, ScriptedModel() as model:
        (store := Path(folder) / "store").mkdir()
        try:
            with Driver(python, peer.driver, home=Path(folder) / "home") as driver:
                driver.open(Setting(str(store), model.url, "growth", DIMENSIONS, dict(peer.options)))
                driver.search("Is anybody there?", limit=5, at=_turn(0).at)  # what is loaded once is loaded now
                for number in range(notes):
                    if time.monotonic() > until:
                        error = f"stopped at {number:,} notes: {minutes:g} minutes were up"
                        break
                    turn = _turn(number)
                    model.hears(turn)
                    cpu.append(driver.add(turn)["cpu_ms"])
                calls = model.used.calls
        except DriverFailed as failed:
            error = str(failed)
    last = {size: cpu[max(0, size - WINDOW) : size] for size in {*SIZES, len(cpu)} if 0 < size <= len(cpu)}
    means = {size: fmean(some) for size, some in last.items()}
    return Grown(peer.name, means, {size: median(some) for size, some in last.items()}, calls / max(1, len(cpu)), error)


def _turn(number: int) -> Turn:
    event = chatter.event(number, seed=1)
    return Turn(event.id, event.speaker or "", event.text, event.at.isoformat(), event.session or "")


def _ms(one: Grown, size: int) -> str:
    return f"{one.mean_ms[size]:.1f} ({one.median_ms[size]:.1f})" if size in one.mean_ms else "-"


def _times(theirs: Grown, ours: Grown, size: int) -> str:
    """Return how many times theirs takes what ours does."""
    if not {size} <= theirs.mean_ms.keys() & ours.mean_ms.keys():
        return "-"
    mean, middle = (theirs.mean_ms[size] / ours.mean_ms[size], theirs.median_ms[size] / ours.median_ms[size])
    return f"{mean:.1f}x ({middle:.1f}x)"
