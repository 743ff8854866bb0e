"""What the cells of a grid came to: a line for each task and memory, over its seeds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from statistics import fmean

import numpy as np
from pydantic import Field

from agentmem.bench.evaluation import Outcome
from agentmem.bench.results import Finished
from agentmem.bench.retrieval import Mean, means
from agentmem.bench.troubles import troubles
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
        write_ms, recall_ms: Of writing an event, and of one recall, on the wall; None where none was counted.
        bytes: Of the store, on average.
        seconds, cpu_s: A cell, on average.
        events, recalls: How many were written, and how often was asked, in all cells together.
        set_aside, waiting: Events it could not take in, and entries that wait for the language, in all cells together.
        failures: Why asking failed, each time it did; it counts as nothing found.

    What was not measured, since every cell failed, is None.
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
    calls: float | None = None
    tokens: float | None = None
    write_ms: float | None = None
    recall_ms: float | None = None
    bytes: float | None = None
    seconds: float | None = None
    cpu_s: float | None = None
    events: int = 0
    recalls: int = 0
    set_aside: int = 0
    waiting: int = 0
    failures: tuple[str, ...] = ()


def summaries(finished: Iterable[Finished]) -> list[Summary]:
    """Return a summary for each task and memory: the tasks in the order they first come in, and so the memories."""
    groups: dict[tuple[str, str], list[Finished]] = {}
    for one in finished:
        groups.setdefault((one.cell.task, one.cell.called), []).append(one)
    tasks, memories = (list(dict.fromkeys(names)) for names in zip(*groups, strict=True)) if groups else ([], [])
    ordered = sorted(groups, key=lambda one: (tasks.index(one[0]), memories.index(one[1])))
    return [_summary(task, memory, groups[task, memory]) for task, memory in ordered]


def troubles_of(summary: Summary) -> Iterator[str]:
    """Yield what must be known of a memory at a task before its score is believed."""
    yield from troubles(
        f"{summary.task}: {summary.memory}",
        set_aside=summary.set_aside,
        waiting=summary.waiting,
        events=summary.events,
        failures=summary.failures,
    )


def _summary(task: str, memory: str, some: Sequence[Finished]) -> Summary:
    known = Summary(
        task=task, memory=memory, measure=some[0].cell.evaluation,
        cells=len(some), failed=sum(one.outcome is None for one in some),
    )  # fmt: skip
    outcomes = [one.outcome for one in some if one.outcome is not None]
    if not outcomes:
        return known
    asked = [one for one in outcomes if one.recalls is not None]
    events, recalls = sum(one.events for one in outcomes), sum(one.recalls or 0 for one in asked)
    return known.model_copy(
        update={
            "score": _score(outcomes),
            "chance": _mean(one.chance for one in outcomes),
            "oracle": _mean(one.oracle for one in outcomes),
            "by": _means([one.by for one in outcomes]),
            "figures": _means([one.figures for one in outcomes]),
            "calls": fmean(one.receipt.calls for one in outcomes),
            "tokens": fmean(one.receipt.tokens for one in outcomes),
            "write_ms": sum(one.write_ms for one in outcomes) / events if events else None,
            "recall_ms": sum(one.recall_ms for one in asked) / recalls if recalls else None,
            "bytes": fmean(one.bytes for one in outcomes),
            "seconds": fmean(one.seconds for one in some if one.outcome is not None),
            "cpu_s": fmean(one.cpu_s for one in some if one.outcome is not None),
            "events": events,
            "recalls": recalls,
            "set_aside": sum(one.receipt.set_aside for one in outcomes),
            "waiting": sum(one.receipt.deferred for one in outcomes),
            "failures": tuple(why for one in outcomes for why in one.failures),
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
