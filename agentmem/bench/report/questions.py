"""What a single cell was asked: where there is one cell, its questions are what a mean is resampled over."""

from __future__ import annotations

import json
from math import isclose
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

from agentmem.bench.evaluation import PROBES
from agentmem.bench.results import CELLS, Finished


class Question(NamedTuple):
    """How one question was answered."""

    category: str
    score: float
    counts: bool


def questions(folder: Path, one: Finished) -> list[Question]:
    """Return the scored questions of a cell; none, where its score is not their mean, or they cannot be read."""
    file = folder / CELLS / one.key / PROBES
    if one.outcome is None or one.outcome.score is None or not file.is_file():
        return []
    try:
        lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        asked = [
            Question(str(line.get("category", "")), float(line["score"]), not line.get("apart"))
            for line in lines
            if line.get("score") is not None
        ]
    except (OSError, ValueError, AttributeError, KeyError, TypeError):
        return []
    counted = [question.score for question in asked if question.counts]
    return asked if counted and isclose(fmean(counted), one.outcome.score, abs_tol=1e-6) else []
