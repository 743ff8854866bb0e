"""Who is compared on what: the cells of a grid by task and memory, with means and intervals."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from agentmem.bench.evaluation import Outcome
from agentmem.bench.report.reading import Finished
from agentmem.bench.retrieval import ROUNDS, SURE, Mean, means


@dataclass(frozen=True)
class Group:
    """The cells of one memory on one task, which differ by their seed.

    Attributes:
        task, memory: What both are called in tables.
        cells: By seed; failed ones too.
    """

    task: str
    memory: str
    cells: tuple[Finished, ...]

    @cached_property
    def done(self) -> list[tuple[Finished, Outcome]]:
        """The cells that did not fail, with what they came to."""
        return [(one, one.outcome) for one in self.cells if one.outcome is not None]

    @cached_property
    def scored(self) -> list[tuple[Finished, float]]:
        """The cells that have a score."""
        return [(one, outcome.score) for one, outcome in self.done if outcome.score is not None]

    @cached_property
    def score(self) -> Mean | None:
        """The mean score with its interval; None where no cell has one."""
        return mean_of([score for _, score in self.scored])

    @property
    def failed(self) -> int:
        """How many cells ended with an error."""
        return len(self.cells) - len(self.done)

    @property
    def won(self) -> int | None:
        """How many cells were won; None where the evaluation does not tell."""
        told = [outcome.figures["won"] for _, outcome in self.done if "won" in outcome.figures]
        return round(sum(told)) if told else None

    def figure(self, name: str) -> float | None:
        """Return the mean of a figure over the cells that tell it."""
        told = [outcome.figures[name] for _, outcome in self.done if name in outcome.figures]
        return float(np.mean(told)) if told else None


@dataclass(frozen=True)
class Board:
    """All cells of a grid, by task and memory.

    Attributes:
        tasks: What was done, in the order of their names.
        memories: Who did it, the best over all tasks first.
        groups: By task and memory.
    """

    tasks: tuple[str, ...]
    memories: tuple[str, ...]
    groups: Mapping[tuple[str, str], Group]

    @cached_property
    def overall(self) -> dict[str, Mean]:
        """The mean over the means of all tasks that have scores; only of memories with a score in each."""
        return {name: mean for name in self.memories if (mean := _overall(self.scores_of(name))) is not None}

    @cached_property
    def scored_tasks(self) -> tuple[str, ...]:
        """The tasks in which any memory has a score."""
        return tuple(task for task in self.tasks if any(group.score for group in self.of_task(task)))

    def of_task(self, task: str) -> list[Group]:
        """Return the groups of one task, in the order of the memories."""
        return [group for memory in self.memories if (group := self.groups.get((task, memory)))]

    def scores_of(self, memory: str) -> list[list[float]]:
        """Return the scores of one memory in each task that has scores; an empty list where it has none."""
        groups = [self.groups.get((task, memory)) for task in self.scored_tasks]
        return [[score for _, score in group.scored] if group else [] for group in groups]

    def bound(self, task: str, which: str) -> float | None:
        """Return the mean `chance` or `oracle` of a task over all its cells; None where nobody knows."""
        told = [
            bound
            for group in self.of_task(task)
            for _, outcome in group.done
            if (bound := getattr(outcome, which)) is not None
        ]
        return float(np.mean(told)) if told else None


def board_of(finished: Iterable[Finished]) -> Board:
    """Return the cells by task and memory; memories in the order of their mean score, then of their names."""
    sorted_in: defaultdict[tuple[str, str], list[Finished]] = defaultdict(list)
    for one in finished:
        sorted_in[one.cell.task, one.cell.called].append(one)
    groups = {
        (task, memory): Group(task, memory, tuple(sorted(cells, key=lambda one: one.cell.seed)))
        for (task, memory), cells in sorted_in.items()
    }
    board = Board(
        tasks=tuple(sorted({task for task, _ in groups}, key=_natural)),
        memories=tuple(sorted({memory for _, memory in groups})),
        groups=groups,
    )
    return Board(board.tasks, tuple(sorted(board.memories, key=lambda name: -_rough(board, name))), groups)


def mean_of(figures: Sequence[float]) -> Mean | None:
    """Return the mean with its bootstrap interval; None of nothing."""
    return means(np.array(figures, dtype=np.float64)[:, None], seed=0)[0] if figures else None


def are_told_apart(one: Mean, other: Mean, *, least: int) -> bool:
    """Return whether two means differ by more than chance: their intervals do not meet, and are of two cells or more.

    >>> are_told_apart(Mean(value=0.9, low=0.8, high=1), Mean(value=0.5, low=0.2, high=0.7), least=5)
    True
    >>> are_told_apart(Mean(value=0.9, low=0.7, high=1), Mean(value=0.5, low=0.2, high=0.7), least=5)
    False
    """
    return least > 1 and (one.low > other.high or other.low > one.high)


def _rough(board: Board, memory: str) -> float:
    """Return the mean over the tasks the memory has scores in; below all where it has none."""
    told = [float(np.mean(scores)) for scores in board.scores_of(memory) if scores]
    return float(np.mean(told)) if told else -1.0


def _overall(tasks: Sequence[Sequence[float]]) -> Mean | None:
    """Return the mean of the means of several tasks; the cells of each are resampled among themselves."""
    if not tasks or not all(tasks):
        return None
    arrays = [np.array(scores, dtype=np.float64) for scores in tasks]
    draw = np.random.default_rng(0)
    resampled = np.mean([_resampled(scores, draw) for scores in arrays], axis=0)
    outside = (100 - SURE) / 2
    low, high = np.percentile(resampled, [outside, 100 - outside])
    return Mean(value=float(np.mean([scores.mean() for scores in arrays])), low=float(low), high=float(high))


def _resampled(scores: NDArray[np.float64], draw: np.random.Generator) -> NDArray[np.float64]:
    """Return the means of `ROUNDS` resamples."""
    drawn: NDArray[np.float64] = scores[draw.integers(len(scores), size=(ROUNDS, len(scores)))].mean(axis=1)
    return drawn


def _natural(name: str) -> list[tuple[int, str]]:
    """Return what sorts `coin:10` before `coin:220`."""
    return [(int(part) if part.isdigit() else 0, part) for part in re.split(r"(\d+)", name)]
