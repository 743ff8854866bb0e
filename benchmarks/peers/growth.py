"""What a write costs as notes grow: the authors' A-MEM in a checkout, and ours, on the same made-up chat.

All are given the same scripted model, and make the same vectors in their own process. Told is processor time of
the process a memory runs in, as a mean over the last hundred writes before each size, so that what
comes with every hundredth only (their index is then made anew) is in it.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

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
    """One memory's writes: notes to mean milliseconds of the last hundred, and calls of the model each; or why not."""

    name: str
    cpu_ms: dict[int, float]
    wall_ms: dict[int, float]
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
    sizes = sorted(set(theirs.cpu_ms) | {size for one in ours for size in one.cpu_ms})
    head = ["notes", *(f"{one.name}, CPU ms" for one in measured), *(f"theirs / {one.name}" for one in ours)]
    rows = [
        [
            f"{size:,}",
            *(_ms(one, size) for one in measured),
            *(
                f"{theirs.cpu_ms[size] / one.cpu_ms[size]:.1f}x"
                if {size} <= theirs.cpu_ms.keys() & one.cpu_ms.keys()
                else "-"
                for one in ours
            ),
        ]
        for size in sizes
    ]
    calls = "; ".join(f"{one.name} {one.calls:.2f}" for one in measured)
    errors = [f"- {one.name}: {one.error}" for one in measured if one.error]
    return "\n".join([markdown(head, rows), "", f"calls of the model a write: {calls}", *errors])


def _grown(peer: Peer, notes: int, environments: Path, minutes: float) -> Grown:
    """Write until there are `notes`, or time is up."""
    cpu: list[float] = []
    wall: list[float] = []
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
                    spent = driver.add(turn)
                    cpu.append(spent["cpu_ms"])
                    wall.append(spent["wall_ms"])
                calls = model.used.calls
        except DriverFailed as failed:
            error = str(failed)
    return Grown(peer.name, _windows(cpu), _windows(wall), calls / max(1, len(cpu)), error)


def _windows(values: Sequence[float]) -> dict[int, float]:
    """Return the mean of the last hundred before each size that was reached, and at the end."""
    reached = sorted({size for size in SIZES if size <= len(values)} | ({len(values)} if values else set()))
    return {size: fmean(values[max(0, size - WINDOW) : size]) for size in reached}


def _turn(number: int) -> Turn:
    event = chatter.event(number, seed=1)
    return Turn(event.id, event.speaker or "", event.text, event.at.isoformat(), event.session or "")


def _ms(one: Grown, size: int) -> str:
    return f"{one.cpu_ms[size]:.1f}" if size in one.cpu_ms else "-"
