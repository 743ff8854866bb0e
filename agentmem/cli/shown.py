"""What a person is shown of a step, before any layout."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agentmem.cli.output import one_line, printable
from agentmem.plural import counted

if TYPE_CHECKING:
    from agentmem.agent.environment import EvalInfo
    from agentmem.agent.loop import Step
    from agentmem.events import Recollection

LONGEST = 1_000
"""Characters shown of one observation; the trajectory has all of it."""
GOALS = 4
"""Open sub-goals shown; the trajectory has all."""
BEST = 3
"""Recollections shown of one step; the trajectory has more."""


@dataclass(frozen=True)
class Reason:
    """One recollection: its score, what it is, what it says, and what the score is made of."""

    score: float
    kind: str
    text: str
    parts: str


@dataclass(frozen=True)
class Shown:
    """One step in words.

    Attributes:
        number: 0 for the first observation.
        place: Where we are; "" if nobody says.
        did: The action that led here; "" at the start.
        saw: What was seen, in lines.
        recalled: How much was recalled, by kind.
        best: The best of what was recalled.
        plan: Open sub-goals, the one worked on first.
        does, because: The next action, and why; "" at the end.
        score: Points so far, and of how many.
        gained: Points the last action brought.
        trouble: What the memory could not take in.
    """

    number: int
    place: str
    did: str
    saw: tuple[str, ...]
    recalled: str
    best: tuple[Reason, ...]
    plan: tuple[str, ...]
    does: str
    because: str
    score: str
    gained: float
    trouble: str


def shown(step: Step, evaluation: EvalInfo, *, place: str) -> Shown:
    """Return a step in words.

    Args:
        step: The step.
        evaluation: How it stands after it.
        place: Where the text or the memory says we are; "" where neither does.
    """
    decision = step.decision
    return Shown(
        number=step.observation.step,
        place=one_line(place, limit=60),
        did=one_line(step.answer.text if step.answer else step.event.action or "", limit=120),
        saw=tuple(_lines(step.event.said)),
        recalled=_counted(step.recollections),
        best=tuple(_reason(one) for one in _best(step)),
        plan=_plan(decision.plan) if decision else (),
        does=one_line(decision.action, limit=120) if decision else "",
        because=one_line(decision.reason, limit=160) if decision else "",
        score=points(evaluation),
        gained=step.reward,
        trouble=_trouble(step),
    )


def _trouble(step: Step) -> str:
    aside, waiting = len(step.set_aside), step.receipt.deferred
    told = [f"{aside} event(s) set aside; see: agentmem status"] if aside else []
    return "; ".join(told + ([f"the model is out, {counted(waiting, 'entry')} waiting"] if waiting else []))


def points(evaluation: EvalInfo) -> str:
    """Return the score as "3 of 7"; only the points where there is no most."""
    most = f" of {evaluation.max_score:g}" if evaluation.max_score > 0 else ""
    return f"{evaluation.score:g}{most}"


def score(evaluation: EvalInfo) -> str:
    """Return the score as "3 of 7 (43%)"."""
    if evaluation.normalized is None:
        return "none: nothing says what is right here"
    return f"{points(evaluation)} ({evaluation.normalized:.0%})"


def _lines(text: str) -> list[str]:
    """Return what was seen in lines that are not empty, clipped."""
    lines = [line.strip() for line in printable(text[:LONGEST]).splitlines()]
    left_out = len(text) - LONGEST
    note = [f"… ({left_out:,} more characters are in the trajectory)"] if left_out > 0 else []
    return [line for line in lines if line] + note


def _plan(goals: tuple[str, ...]) -> tuple[str, ...]:
    """Return the first of the open sub-goals, and how many more there are.

    >>> _plan(("find", "take", "cut", "cook", "eat"))
    ('find', 'take', 'cut', '2 more')
    """
    if len(goals) <= GOALS:
        return tuple(one_line(goal, limit=80) for goal in goals)
    return (*(one_line(goal, limit=80) for goal in goals[: GOALS - 1]), f"{len(goals) - GOALS + 1} more")


def _best(step: Step) -> list[Recollection]:
    """Return the best of what was recalled from before: what was just seen is shown already."""
    return [one for one in step.recollections if not one.pinned and one.position < step.event.position][:BEST]


def _reason(one: Recollection) -> Reason:
    parts = "  ".join(f"{name} {value:.2f}".removesuffix(".00") for name, value in one.parts.items())
    return Reason(one.score, one.kind, one_line(one.text, limit=90), parts)


def _counted(recollections: Iterable[Recollection]) -> str:
    """Return "24 facts, 2 paths".

    >>> _counted([])
    'nothing'
    """
    kinds = Counter(one.kind for one in recollections)
    return ", ".join(f"{count} {kind}{'s' if count > 1 else ''}" for kind, count in kinds.most_common()) or "nothing"
