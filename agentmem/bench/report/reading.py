"""Temporary reader of a grid's folder, until agentmem.bench.results is there."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agentmem.bench.evaluation import Cell, Outcome
from agentmem.events import Value


class Finished(Value):
    """One line."""

    key: str
    cell: Cell
    outcome: Outcome | None
    error: str = ""
    seconds: float
    cpu_s: float
    started: str
    worker: str


@dataclass(frozen=True)
class Results:
    """All."""

    manifest: dict[str, Any]
    finished: list[Finished]


def read(folder: Path) -> Results:
    """Read."""
    manifest = json.loads((folder / "grid.json").read_text())
    kept: dict[str, Finished] = {}
    file = folder / "results.jsonl"
    for line in file.read_text().splitlines() if file.exists() else ():
        try:
            one = Finished.model_validate_json(line)
        except ValueError:
            continue
        kept[one.key] = one
    return Results(manifest, list(kept.values()))
