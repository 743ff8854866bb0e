"""What came out, in words: which memory is best on what, and where that cannot be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agentmem.bench.report.board import Board, Group
from agentmem.bench.report.comparing import Sample, is_better, least
from agentmem.bench.report.quantities import number
from agentmem.bench.retrieval import Mean
from agentmem.plural import counted


@dataclass(frozen=True)
class Standing:
    """A memory's mean score in something, and the samples it is the mean of, task by task."""

    memory: str
    score: Mean
    samples: Sequence[Sample]


@dataclass(frozen=True)
class Finding:
    """Who came out where, each part the best first.

    Attributes:
        about: In what.
        top: Who has the highest mean; several have it where they are equal.
        near: Who cannot be told apart from them.
        below: Who is lower than they are.
    """

    about: str
    top: tuple[Standing, ...]
    near: tuple[Standing, ...]
    below: tuple[Standing, ...]

    @property
    def best(self) -> frozenset[str]:
        """The memories that nobody beats, as far as can be told."""
        return frozenset(one.memory for one in (*self.top, *self.near))


def overall(board: Board) -> Finding | None:
    """Return what came out over all tasks; None where there are not several with scores, or nobody did all."""
    if len(board.scored_tasks) < 2 or not board.overall:
        return None
    return _finding(
        f"all {len(board.scored_tasks)} tasks",
        [Standing(name, mean, board.samples_of(name)) for name, mean in board.overall.items()],
    )


def of_task(board: Board, task: str) -> Finding | None:
    """Return what came out in one task; None where nothing is scored in it."""
    standings = [_standing(group) for group in board.of_task(task)]
    told = [one for one in standings if one is not None]
    return _finding(board.names[task], told) if told else None


def in_words(found: Finding) -> str:
    """Return a finding as sentences; of memories that do not differ, it does not say that one is better."""
    top, near, below = found.top, found.near, found.below
    if not near and not below and len(top) == 1:
        return f"{top[0].memory} scores {number(top[0].score)}; nothing was compared with it."
    if not below:
        last = (*top, *near)[-1]
        return (
            f"nothing can be told apart: all {len(top) + len(near)} memories score between {number(top[0].score)} "
            f"({top[0].memory}) and {number(last.score)} ({last.memory})."
        )
    names = listed([one.memory for one in top])
    said = f"{names} {'score' if len(top) > 1 else 'scores'} highest: {number(top[0].score)}."
    if near:
        said += f" {listed([f'{one.memory} ({one.score.value:.2f})' for one in near])} cannot be told apart from that."
    return f"{said} Lower: {listed([f'{one.memory} ({one.score.value:.2f})' for one in below])}."


def fewest(board: Board) -> str:
    """Return what must be said where there are too few cells or questions to tell memories apart; else ""."""
    scored = [group for group in board.groups.values() if group.scored]
    memories = len({group.memory for group in scored})
    few, needed = min((len(group.sample) for group in scored), default=0), least(memories)
    if memories < 2 or few >= needed:
        return ""
    return (
        f"Some means are of only {counted(few, 'cell')}: to tell {memories} memories apart takes at least {needed} "
        "seeds or questions in all, even where all of them agree."
    )


def listed(names: Sequence[str]) -> str:
    """Return names as one reads them aloud.

    >>> listed(["amem", "tim", "full"]), listed(["amem"])
    ('amem, tim and full', 'amem')
    """
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _finding(about: str, standings: Sequence[Standing]) -> Finding:
    ranked = sorted(standings, key=lambda one: -one.score.value)
    best = ranked[0]
    top = [one for one in ranked if one.score.value == best.score.value]
    among = len(ranked)
    near = [one for one in ranked if one not in top and not is_better(best.samples, one.samples, among=among)]
    below = [one for one in ranked if one not in top and one not in near]
    return Finding(about, tuple(top), tuple(near), tuple(below))


def _standing(group: Group) -> Standing | None:
    return Standing(group.memory, group.score, [group.sample]) if group.score else None
