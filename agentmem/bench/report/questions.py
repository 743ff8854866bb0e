"""What a single cell was asked: where there is one cell, its questions are what a mean is resampled over."""

from __future__ import annotations

from math import isclose
from pathlib import Path

from pydantic import ValidationError

from agentmem.bench.evaluation import PROBES, Probe, mean_score
from agentmem.bench.results import CELLS, Finished


def questions(folder: Path, one: Finished) -> list[Probe]:
    """Return what a cell was asked; nothing where its score is not the mean of that, or it cannot be read."""
    file = folder / CELLS / one.key / PROBES
    if one.outcome is None or one.outcome.score is None or not file.is_file():
        return []
    try:
        asked = [Probe.model_validate_json(line) for line in file.read_bytes().splitlines()]
    except ValidationError:
        return []
    mean = mean_score(asked)
    return asked if mean is not None and isclose(mean, one.outcome.score, abs_tol=1e-6) else []
