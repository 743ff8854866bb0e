"""Grids made up for reports: of games, of questions by kind, of costs; with names that try to be HTML."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from agentmem.bench.evaluation import PROBES, Cell, Outcome, Probe, Trial
from agentmem.bench.evaluations.play import TRAJECTORY
from agentmem.bench.results import CELLS, Finished, opened
from agentmem.language.contract import Receipt

HOSTILE = "<img src=x onerror=alert(1)>\"'&{{7*7}}</script>"
MEMORIES = ("arigraph", "full", "window", HOSTILE)
TUESDAY = datetime(2026, 1, 6, 9, tzinfo=UTC)
End = Callable[..., Finished]


@pytest.fixture
def end() -> End:
    """End a cell as one wants: `end(score=0.5, memory="full")`."""
    return ended


def ended(
    score: float | None = None, *, error: str = "", seed: int = 1, outcome: dict[str, Any] | None = None, **cell: Any
) -> Finished:
    run = Cell(**{"evaluation": "play", "memory": "window", "data": "coin:10", "seed": seed} | cell)
    told = None if error else Outcome(score=score, **(outcome or {}))
    return Finished(key=run.key, cell=run, outcome=told, error=error, seconds=1.5, cpu_s=0.5, started=TUESDAY,
                    worker="here/1")  # fmt: skip


def kept(folder: Path, finished: list[Finished], *, asked: int = 0) -> Path:
    """Put a grid into a folder, with a file or two of each cell; `asked` more cells have not ended."""
    cells = [one.cell for one in finished] + [
        Cell(evaluation="play", memory="late", data="coin:10", seed=seed) for seed in range(asked)
    ]
    with opened(folder, name=f"made {HOSTILE}", cells=cells, grid={"said": HOSTILE}) as grid:
        for one in finished:
            own = folder / CELLS / one.key
            own.mkdir(parents=True)
            (own / (TRAJECTORY if one.cell.evaluation == "play" else PROBES)).write_text("{}\n")
            grid.append(one)
    return folder


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A grid with everything a report can show, two cells of which have not ended."""
    return kept(tmp_path / "a grid", [*_games(), *_sorting(), *_costs(), _failed()], asked=2)


def _games() -> Iterator[Finished]:
    """Yield games: all win one, and differ in the other."""
    draw = random.Random(1)
    for game in ("coin:10", "cook:5"):
        for place, memory in enumerate(MEMORIES):
            for seed in range(1, 6):
                score = 1.0 if game == "coin:10" else round(max(0, 1 - place * 0.3 - draw.random() * 0.2), 2)
                steps = 10 + seed + place * 5
                yield ended(
                    score,
                    seed=seed,
                    data=game,
                    memory="window" if memory == HOSTILE else memory,
                    label=memory if memory == HOSTILE else "",
                    settings={"size": HOSTILE} if memory == HOSTILE else {},
                    outcome={
                        "figures": {"won": float(score == 1), "steps": steps},
                        "curves": {"score": ((0, 0), (steps / 2, score / 2), (steps, score))},
                        "events": steps,
                        "bytes": 90_000 + place,
                        "write_ms": steps * (place + 1) * 2.5,
                        "recall_ms": steps * 0.4,
                        "receipt": Receipt(calls=place * steps, tokens=place * steps * 700),
                        "details": {"ended": HOSTILE},
                    },
                )


def _sorting() -> Iterator[Finished]:
    """Yield questions by kind, of which chance and oracle are known."""
    for place, memory in enumerate(MEMORIES[:3]):
        for seed in range(1, 4):
            by = {"near": 0.9 - place * 0.1, HOSTILE: 0.3 + 0.1 * seed}
            outcome = {"by": by, "chance": 0.1, "oracle": 0.95, "events": 40, "write_ms": 80, "recall_ms": 5}
            yield ended(sum(by.values()) / 2, evaluation="sort", data="", options={"length": 8}, seed=seed, memory=memory,
                        outcome=outcome)  # fmt: skip


def _costs() -> Iterator[Finished]:
    """Yield costs over the size of a store, which have no score."""
    for place, memory in enumerate(MEMORIES[:3]):
        curve = tuple((float(size), (place + 1) * 0.2 * math.log10(size)) for size in (100, 1_000, 10_000))
        yield ended(evaluation="cost", data="", memory=memory, outcome={"curves": {"recall_cpu_ms": curve}, "events": 10})


def _failed() -> Finished:
    return ended(error=f"RuntimeError: {HOSTILE}", memory="arigraph", data="cook:5", seed=6)
