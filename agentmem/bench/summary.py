"""What the cells of a grid came to: a line for each task and memory, over its seeds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import fmean

import numpy as np
from pydantic import Field

from agentmem.bench.evaluation import Outcome
from agentmem.bench.results import Finished
from agentmem.bench.retrieval import Mean, means
from agentmem.events import Value

SEED = 0
"""Of the intervals, so that the same results have the same ones."""


class Summary(Value):
    """How one memory did at one task.

    Attributes:
        task, memory: What they are called.
        measure: The evaluation whose score it is.
        cells, failed: How many ended, and how many of them failed; the figures are of those that did not.
        score: Its mean with an interval: resampled over the cells. None where nothing is scored.
        chance, oracle: The means of those, where they are known.
        by: Mean scores by category.
        figures: Means by name, such as `steps`; `won` is a share.
        calls, tokens: A cell, on average, of models.
        write_ms, recall_ms: Per event, on the wall.
        bytes: Of the store, on average.
        seconds, cpu_s: A cell, on average.
    """

    task: str
    memory: str
    measure: str
    cells: int
    failed: int
    score: Mean | None = None
    chance: float | None = None
    oracle: float | None = None
    by: dict[str, float] = Field(default_factory=dict)
    figures: dict[str, float] = Field(default_factory=dict)
    calls: float = 0.0
    tokens: float = 0.0
    write_ms: float = 0.0
    recall_ms: float = 0.0
    bytes: float = 0.0
    seconds: float = 0.0
    cpu_s: float = 0.0


def summaries(finished: Iterable[Finished]) -> list[Summary]:
    """Return a summary for each task and memory: the tasks in the order they first come in, and so the memories."""
    groups: dict[tuple[str, str], list[Finished]] = {}
    for one in finished:
        groups.setdefault((one.cell.task, one.cell.called), []).append(one)
    tasks, memories = (list(dict.fromkeys(names)) for names in zip(*groups, strict=True)) if groups else ([], [])
    ordered = sorted(groups, key=lambda one: (tasks.index(one[0]), memories.index(one[1])))
    return [_summary(task, memory, groups[task, memory]) for task, memory in ordered]


def _summary(task: str, memory: str, some: Sequence[Finished]) -> Summary:
    known = Summary(
        task=task, memory=memory, measure=some[0].cell.evaluation,
        cells=len(some), failed=sum(one.outcome is None for one in some),
    )  # fmt: skip
    outcomes = [one.outcome for one in some if one.outcome is not None]
    if not outcomes:
        return known
    events = max(1, sum(one.events for one in outcomes))
    return known.model_copy(
        update={
            "score": _score(outcomes),
            "chance": _mean(one.chance for one in outcomes),
            "oracle": _mean(one.oracle for one in outcomes),
            "by": _means([one.by for one in outcomes]),
            "figures": _means([one.figures for one in outcomes]),
            "calls": fmean(one.receipt.calls for one in outcomes),
            "tokens": fmean(one.receipt.tokens for one in outcomes),
            "write_ms": sum(one.write_ms for one in outcomes) / events,
            "recall_ms": sum(one.recall_ms for one in outcomes) / events,
            "bytes": fmean(one.bytes for one in outcomes),
            "seconds": fmean(one.seconds for one in some if one.outcome is not None),
            "cpu_s": fmean(one.cpu_s for one in some if one.outcome is not None),
        }
    )


def _score(outcomes: Sequence[Outcome]) -> Mean | None:
    scores = [one.score for one in outcomes if one.score is not None]
    return means(np.array([[score] for score in scores]), seed=SEED)[0] if scores else None


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


def _means(values: Sequence[dict[str, float]]) -> dict[str, float]:
    """Return the mean of each name over those that have it.

    >>> _means([{"a": 1.0}, {"a": 3.0, "b": 1.0}])
    {'a': 2.0, 'b': 1.0}
    """
    names = dict.fromkeys(name for one in values for name in one)
    return {name: fmean(one[name] for one in values if name in one) for name in names}
