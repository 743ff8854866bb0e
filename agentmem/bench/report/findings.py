"""What came out, in words: which memory is best on what, and where that cannot be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agentmem.bench.report.board import Board, Group, are_told_apart
from agentmem.bench.retrieval import Mean

NAMED = 4
"""The most memories named in one breath; of more, how many there are."""


FEW = 10
"""Fewer cells than that make an interval that is too narrow, now and then."""


@dataclass(frozen=True)
class Standing:
    """A memory's mean score in something, and the fewest cells it rests on."""

    memory: str
    score: Mean
    least: int


@dataclass(frozen=True)
class Finding:
    """A sentence: what it is about, and what it says."""

    about: str
    says: str


def overall(board: Board) -> Finding | None:
    """Return what came out over all tasks; None where there are not several with scores, or nobody did all."""
    if len(board.scored_tasks) < 2 or not board.overall:
        return None
    standings = [
        Standing(name, mean, min(len(scores) for scores in board.scores_of(name)))
        for name, mean in board.overall.items()
    ]
    return Finding(f"all {len(board.scored_tasks)} tasks", _said(standings))


def of_task(board: Board, task: str) -> Finding | None:
    """Return what came out in one task; None where nothing is scored in it."""
    standings = [_standing(group) for group in board.of_task(task)]
    told = [one for one in standings if one is not None]
    return Finding(board.names[task], _said(told)) if told else None


def bests(board: Board, task: str) -> set[str]:
    """Return who is best in a task, and who is not told apart from the best."""
    standings = [one for group in board.of_task(task) if (one := _standing(group)) is not None]
    if not standings:
        return set()
    best = max(standings, key=lambda one: one.score.value)
    return {one.memory for one in standings if not _apart(best, one)}


def fewest(board: Board) -> str:
    """Return what must be said where a mean is of few cells; "" where all are of many."""
    few = min((len(group.scored) for group in board.groups.values() if group.scored), default=FEW)
    if few >= FEW:
        return ""
    if few == 1:
        return "some means are of a single cell, which has no interval: nothing is told from it"
    return f"some means are of only {few} cells: an interval of no width says that they agreed, not that the next will"


def number(mean: Mean) -> str:
    """Return a mean with its interval, as it is written everywhere.

    >>> number(Mean(value=0.8, low=0.4, high=1.0)), number(Mean(value=1, low=1, high=1))
    ('0.80 [0.40, 1.00]', '1.00 [1.00, 1.00]')
    """
    return f"{mean.value:.2f} [{mean.low:.2f}, {mean.high:.2f}]"


def listed(names: Sequence[str], *, most: int = NAMED) -> str:
    """Return names as one reads them aloud.

    >>> listed(["amem", "tim", "full"]), listed(["a", "b", "c"], most=2)
    ('amem, tim and full', 'a, b and 1 more')
    """
    if len(names) > most:
        names = [*names[:most], f"{len(names) - most} more"]
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _said(standings: Sequence[Standing]) -> str:
    ranked = sorted(standings, key=lambda one: -one.score.value)
    best, last = ranked[0], ranked[-1]
    if len(ranked) == 1:
        return f"{best.memory} scores {number(best.score)}; nothing was compared with it."
    if not _apart(best, last):
        return f"nothing can be told apart: from {_scored(best)} to {_scored(last)}."
    top = [one for one in ranked if one.score.value == best.score.value]
    near = [one for one in ranked if one not in top and not _apart(best, one)]
    far = [one for one in ranked if one not in top and one not in near]
    said = f"{listed([one.memory for one in top])} {'score' if len(top) > 1 else 'scores'} highest, {number(best.score)}"
    said += f" {'each' if len(top) > 1 else ''}".rstrip()
    if near:
        said += f"; {listed([_scored(one) for one in near], most=2)} cannot be told apart from that"
    return f"{said}; below: {listed([_scored(one) for one in far], most=3)}."


def _scored(one: Standing) -> str:
    return f"{one.memory} {number(one.score)}"


def _standing(group: Group) -> Standing | None:
    return Standing(group.memory, group.score, len(group.scored)) if group.score else None


def _apart(one: Standing, other: Standing) -> bool:
    return are_told_apart(one.score, other.score, least=min(one.least, other.least))
