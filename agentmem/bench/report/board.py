"""Who is compared on what: the cells of a grid by task and memory, with means and intervals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from statistics import fmean
from typing import Literal

import numpy as np

from agentmem.bench.evaluation import Outcome, Probe
from agentmem.bench.report.questions import questions
from agentmem.bench.results import Finished
from agentmem.bench.retrieval import Mean, interval, means, resampled
from agentmem.bench.summary import SEED, Summary, summaries
from agentmem.plural import counted

Bound = Literal["chance", "oracle"]


@dataclass(frozen=True)
class Group:
    """The cells of one memory on one task, which differ by their seed.

    Attributes:
        task, memory: What both are called in tables.
        cells: By seed; failed ones too.
        summary: What they came to.
        questions: What was asked, where a single cell has a score; else none.
    """

    task: str
    memory: str
    cells: tuple[Finished, ...]
    summary: Summary
    questions: tuple[Probe, ...] = ()

    @cached_property
    def done(self) -> list[tuple[Finished, Outcome]]:
        """The cells that did not fail, with what they came to."""
        return [(one, one.outcome) for one in self.cells if one.outcome is not None]

    @cached_property
    def scored(self) -> list[tuple[Finished, float]]:
        """The cells that have a score."""
        return [(one, outcome.score) for one, outcome in self.done if outcome.score is not None]

    @cached_property
    def sample(self) -> dict[str, float]:
        """What the mean score is the mean of: cells by seed, or questions by id where there is one cell."""
        asked = {one.id: one.score for one in self.questions if one.score is not None and not one.apart}
        return asked or {str(one.cell.seed): score for one, score in self.scored}

    @property
    def sampled(self) -> str:
        """Of what, and of how many, the mean is: "5 cells", "760 questions"."""
        return counted(len(self.sample), "question" if self.questions else "cell")

    @cached_property
    def score(self) -> Mean | None:
        """The mean score with its interval; None where no cell has one."""
        return mean_of(list(self.sample.values())) if self.questions else self.summary.score

    def by_category(self, name: str) -> Mean | None:
        """Return the mean score of a category with its interval; None where no cell has one."""
        asked = [one.score for one in self.questions if one.category == name and one.score is not None]
        return mean_of(asked or [outcome.by[name] for _, outcome in self.done if name in outcome.by])

    @property
    def won(self) -> int | None:
        """How many cells were won; None where the evaluation does not tell."""
        share = self.summary.figures.get("won")
        return None if share is None else round(share * len(self.done))


@dataclass(frozen=True)
class Board:
    """All cells of a grid, by task and memory.

    Attributes:
        tasks: What was done, in the order it was asked for.
        memories: Who did it, the best over all tasks first.
        groups: By task and memory.
    """

    tasks: tuple[str, ...]
    memories: tuple[str, ...]
    groups: Mapping[tuple[str, str], Group]

    @cached_property
    def overall(self) -> dict[str, Mean]:
        """The mean over the means of all tasks that have scores; only of memories with a score in each."""
        samples = {name: self.samples_of(name) for name in self.memories}
        whole = {name: [list(one.values()) for one in some] for name, some in samples.items() if some and all(some)}
        return {name: mean_over(scores) for name, scores in whole.items()}

    @cached_property
    def scored_tasks(self) -> tuple[str, ...]:
        """The tasks in which any memory has a score."""
        return tuple(task for task in self.tasks if any(group.score for group in self.of_task(task)))

    @cached_property
    def shared(self) -> str:
        """The words that all tasks have in common, which their names here leave out: "play"."""
        if len(self.tasks) < 2:
            return ""
        common = set.intersection(*(set(task.split()) for task in self.tasks))
        return " ".join(word for word in self.tasks[0].split() if word in common)

    @cached_property
    def names(self) -> dict[str, str]:
        """What each task is called here, without what all have in common."""
        common = set(self.shared.split())
        return {task: " ".join(word for word in task.split() if word not in common) or task for task in self.tasks}

    def of_task(self, task: str) -> list[Group]:
        """Return the groups of one task, in the order of the memories."""
        return [group for memory in self.memories if (group := self.groups.get((task, memory)))]

    def samples_of(self, memory: str) -> list[dict[str, float]]:
        """Return what the scores of one memory are means of, in each task that has scores; {} where it has none."""
        groups = [self.groups.get((task, memory)) for task in self.scored_tasks]
        return [group.sample if group else {} for group in groups]

    def bound(self, task: str, which: Bound) -> float | None:
        """Return the mean chance or oracle of a task over its memories; None where nobody knows."""
        told = [getattr(group.summary, which) for group in self.of_task(task)]
        known = [bound for bound in told if bound is not None]
        return fmean(known) if known else None


def board_of(finished: Iterable[Finished], folder: Path) -> Board:
    """Return the cells by task and memory; memories in the order of their mean score, then as asked for.

    Args:
        finished: The cells that have ended.
        folder: Of the grid, in which the questions are kept.
    """
    cells: defaultdict[tuple[str, str], list[Finished]] = defaultdict(list)
    for one in finished:
        cells[one.cell.task, one.cell.called].append(one)
    groups = {
        (one.task, one.memory): _group(one, cells[one.task, one.memory], folder)
        for one in summaries(chain(*cells.values()))
    }
    board = Board(
        tasks=tuple(dict.fromkeys(task for task, _ in groups)),
        memories=tuple(dict.fromkeys(memory for _, memory in groups)),
        groups=groups,
    )
    return Board(board.tasks, tuple(sorted(board.memories, key=lambda name: -_rough(board, name))), groups)


def mean_of(figures: Sequence[float]) -> Mean | None:
    """Return the mean with its bootstrap interval; None of nothing."""
    return means(np.array(figures, dtype=np.float64)[:, None], seed=SEED)[0] if figures else None


def mean_over(tasks: Sequence[Sequence[float]]) -> Mean:
    """Return the mean of the means of tasks; the figures of each, one or more, are resampled among themselves."""
    draw = np.random.default_rng(SEED)
    each = [resampled(np.array(figures, dtype=np.float64)[:, None], draw) for figures in tasks]
    low, high = interval(np.mean(each, axis=0))
    return Mean(value=fmean(map(fmean, tasks)), low=float(low[0]), high=float(high[0]))


def _rough(board: Board, memory: str) -> float:
    """Return the mean over the tasks the memory has scores in; below all where it has none."""
    told = [fmean(sample.values()) for sample in board.samples_of(memory) if sample]
    return fmean(told) if told else -1.0


def _group(summary: Summary, cells: Sequence[Finished], folder: Path) -> Group:
    scored = [one for one in cells if one.outcome is not None and one.outcome.score is not None]
    asked = questions(folder, scored[0]) if len(scored) == 1 else []
    return Group(summary.task, summary.memory, tuple(sorted(cells, key=_seed)), summary, tuple(asked))


def _seed(one: Finished) -> int:
    return one.cell.seed
