"""Grids made up for reports: of games, of questions by kind, of costs; with names that try to be HTML."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from agentmem.bench.evaluation import PROBES, Cell, Outcome
from agentmem.bench.evaluations.play import TRAJECTORY
from agentmem.bench.report.writing import write
from agentmem.bench.results import CELLS, Finished, opened
from agentmem.language.contract import Receipt

HOSTILE = "<img src=x onerror=alert(1)>\"'&{{7*7}}</script>"
MEMORIES = ("arigraph", "full", "window", HOSTILE)
TUESDAY = datetime(2026, 1, 6, 9, tzinfo=UTC)
End = Callable[..., Finished]


@dataclass
class Parsed(HTMLParser):
    """What a browser makes of a page: tags with their attributes, and the text without scripts."""

    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    text: str = ""
    inside: str = ""

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self.inside = tag

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside not in ("script", "style"):
            self.text += data

    def every(self, attribute: str) -> list[str]:
        """Return an attribute of all tags that have it."""
        return [attrs[attribute] for _, attrs in self.tags if attribute in attrs]

    @property
    def links(self) -> list[str]:
        """All addresses that are not within the page."""
        return [href for href in self.every("href") if not href.startswith(("#", "data:"))]


Parse = Callable[[Path], Parsed]


@pytest.fixture
def parsed() -> Parse:
    """Read a page as a browser does."""

    def parse(file: Path) -> Parsed:
        page = Parsed()
        page.feed(file.read_text(encoding="utf-8"))
        return page

    return parse


@pytest.fixture
def keep(tmp_path: Path) -> Callable[..., Path]:
    """Put cells that have ended into the folder of a grid."""
    return lambda *finished, asked=0: kept(tmp_path / "grid", list(finished), asked=asked)


@pytest.fixture
def end() -> End:
    """End a cell as one wants: `end(score=0.5, memory="full")`."""
    return ended


def ended(
    score: float | None = None, *, error: str = "", seed: int = 1, outcome: dict[str, Any] | None = None, **cell: Any
) -> Finished:
    said: dict[str, Any] = {"evaluation": "play", "memory": "window", "data": "coin:10", "seed": seed}
    run = Cell(**said | cell)
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


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A grid with everything a report can show, two cells of which have not ended; it is only read."""
    folder = tmp_path_factory.mktemp("made") / "a grid"
    return kept(folder, [*_games(), *_sorting(), *_costs(), _failed()], asked=2)


@pytest.fixture(scope="session")
def made_page(made: Path) -> Path:
    """Its report, which is only read."""
    return write(made)


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
                        "recalls": steps,
                        "receipt": Receipt(calls=place * steps, tokens=place * steps * 700),
                        "details": {"ended": HOSTILE},
                    },
                )


def _sorting() -> Iterator[Finished]:
    """Yield questions by kind, of which chance and oracle are known."""
    for place, memory in enumerate(MEMORIES[:3]):
        for seed in range(1, 4):
            by = {"near": 0.9 - place * 0.1, HOSTILE: 0.3 + 0.1 * seed}
            outcome = {
                "by": by,
                "chance": 0.1,
                "oracle": 0.95,
                "events": 40,
                "write_ms": 80,
                "recall_ms": 5,
                "recalls": 8,
            }
            yield ended(
                sum(by.values()) / 2,
                evaluation="sort",
                data="",
                options={"length": 8},
                seed=seed,
                memory=memory,
                outcome=outcome,
            )


def _costs() -> Iterator[Finished]:
    """Yield costs over the size of a store, which have no score."""
    for place, memory in enumerate(MEMORIES[:3]):
        curve = tuple((float(size), (place + 1) * 0.2 * math.log10(size)) for size in (100, 1_000, 10_000))
        yield ended(
            evaluation="cost", data="", memory=memory, outcome={"curves": {"recall_cpu_ms": curve}, "events": 10}
        )


def _failed() -> Finished:
    return ended(error=f"RuntimeError: {HOSTILE}", memory="arigraph", data="cook:5", seed=6)
