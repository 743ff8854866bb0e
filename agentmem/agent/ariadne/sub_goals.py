"""The contract on plans: an unfinished sub-goal is neither reworded nor reordered, from one step to the next.

AriGraph (Anokhin et al., 2024) asks this of the planner in its prompt only, and in
the authors' logs sub-goals vanish, come back in other words and change places. Here a
model gives an unfinished sub-goal back by its label, says which are finished, and what
still breaks the contract is mended, and counted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from agentmem.agent.ariadne.answers import Plan, same_words

LABEL = re.compile(r"s(\d{1,6})(?:[.:)]\s*|\s+|$)", re.IGNORECASE)


class SubGoal(NamedTuple):
    """A sub-goal of a plan that is kept: its wording stays, its progress does not."""

    text: str
    progress: str = ""


class Kept(NamedTuple):
    """A plan that keeps the contract, and what had to be mended, by what was wrong with the answer."""

    plan: tuple[SubGoal, ...]
    mended: Mapping[str, int]


def labelled(plan: Iterable[SubGoal]) -> str:
    """Return a plan as a model is shown it, each sub-goal with its label.

    >>> print(labelled([SubGoal("Find the key.", "Not in the hall."), SubGoal("Open the box.")]))
    s1. Find the key. (Not in the hall.)
    s2. Open the box.
    """
    return "\n".join(
        f"{label_of(at)}. {one.text}" + (f" ({one.progress})" if one.progress else "") for at, one in enumerate(plan)
    )


def label_of(at: int) -> str:
    """Return the label of the sub-goal at a place in the plan, counted from 0.

    >>> label_of(0)
    's1'
    """
    return f"s{at + 1}"


def kept(before: Sequence[SubGoal], answer: Plan, *, most: int) -> Kept:
    """Return the new plan: the unfinished sub-goals of `before` in their words and order, with what is new.

    Of an answer that breaks the contract,
    - a sub-goal that was left out without being finished comes back before the one that followed it ("left out");
    - one in other letters, articles or punctuation gets its wording back ("reworded");
    - unfinished ones in another order share the same places in the old order ("moved");
    - one that is told twice counts once ("repeated"); one finished and still in the plan is not finished
      ("contradicted"); a label that means nothing is passed over ("unknown");
    - new ones that the plan has no room for are left out, the last first ("too many");
    - where nothing would be left, the main goal is the plan ("empty").

    Args:
        before: The plan so far.
        answer: What the planner said.
        most: Sub-goals there may be; unfinished ones are never left out for it.
    """
    mended: Counter[str] = Counter()
    told = _told(before, answer, mended)
    finished = _finished(before, answer, told, mended)
    order = [at for at in told if isinstance(at, int)]
    in_order = iter(sorted(order))
    mended["moved"] += order != sorted(order)
    plan = [next(in_order) if isinstance(at, int) else at for at in told]
    for at in reversed([at for at in range(len(before)) if at not in told and at not in finished]):
        plan.insert(_place_for(at, plan), at)
        mended["left out"] += 1
    if not plan:
        mended["empty"] += 1
        return Kept((SubGoal(answer.main_goal),), _counted(mended))
    while len(plan) > most and any(isinstance(at, str) for at in plan):
        plan.pop(max(place for place, at in enumerate(plan) if isinstance(at, str)))
        mended["too many"] += 1
    return Kept(tuple(_sub_goal(at, before, told) for at in plan), _counted(mended))


def _told(before: Sequence[SubGoal], answer: Plan, mended: Counter[str]) -> dict[int | str, str]:
    """Return the steps of an answer in its order: place in the plan before, or new words, to the reason."""
    told: dict[int | str, str] = {}
    new: set[tuple[str, ...]] = set()
    for step in answer.steps:
        at, words = _meant(step.sub_goal, before)
        if at is None and not words:
            mended["unknown"] += 1
        elif at in told or (at is None and same_words(words) in new):
            mended["repeated"] += 1
        elif at is None:
            told[words] = step.reason
            new.add(same_words(words))
        else:
            told[at] = step.reason
            mended["reworded"] += bool(words) and words != before[at].text
    return told


def _finished(before: Sequence[SubGoal], answer: Plan, told: Mapping[int | str, str], mended: Counter[str]) -> set[int]:
    meant = [_meant(said, before)[0] for said in answer.finished]
    finished = {at for at in meant if at is not None}
    mended["unknown"] += meant.count(None)
    mended["contradicted"] += len(finished & told.keys())
    return finished - told.keys()


def _meant(said: str, before: Sequence[SubGoal]) -> tuple[int | None, str]:
    """Return which sub-goal is meant, by its label or its words, and the words that were used.

    >>> plan = [SubGoal("Find it."), SubGoal("Eat it.")]
    >>> _meant("s2", plan), _meant("S2. Cook it.", plan), _meant("find it", plan), _meant("s9", plan)
    ((1, ''), (1, 'Cook it.'), (0, 'find it'), (None, ''))
    """
    label = LABEL.match(said.strip())
    words = said.strip()[label.end() :] if label else said.strip()
    if label and 0 < int(label[1]) <= len(before):
        return int(label[1]) - 1, words
    alike = [at for at, one in enumerate(before) if same_words(one.text) == same_words(words)]
    return next(iter(alike), None), words


def _counted(mended: Counter[str]) -> dict[str, int]:
    return {what: count for what, count in mended.items() if count}


def _place_for(at: int, plan: Sequence[int | str]) -> int:
    """Return where a sub-goal that was left out belongs: before the next old one, or at the end."""
    later = [place for place, other in enumerate(plan) if isinstance(other, int) and other > at]
    return min(later, default=len(plan))


def _sub_goal(at: int | str, before: Sequence[SubGoal], told: Mapping[int | str, str]) -> SubGoal:
    if isinstance(at, str):
        return SubGoal(at, told[at])
    return SubGoal(before[at].text, told.get(at, before[at].progress))
