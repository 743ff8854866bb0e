"""The rule policy: from a goal and what is remembered to the next command, with no model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal

from agentmem.agent.environment import Observation
from agentmem.agent.policy import Decision, Mind
from agentmem.events import Query, Recollection
from agentmem_textworld.aims import Goal, parse_goal
from agentmem_textworld.cooking import cook, open_work, serve
from agentmem_textworld.errands import Step
from agentmem_textworld.exploring import explore
from agentmem_textworld.grammar import read
from agentmem_textworld.knowledge import Knowledge, know
from agentmem_textworld.pursuits import MET, pursue

_WANTED = 400
"""Recollections asked for: all current facts of a game should fit."""


class RulePolicy:
    """Plays TextWorld by rules, from what it is shown and what is recalled, and by nothing else.

    It holds no state: the same observation and recollections give the same
    action. So what it achieves is what the memory is worth.
    """

    name = "rules"
    plays: Literal["game", "chat"] = "game"
    looks_back = 0

    def query(self, observation: Observation, now: datetime, mind: Mind | None = None) -> Query:  # noqa: ARG002
        """Return a question about the goal and about everything in sight."""
        goal = parse_goal(observation.goal)
        entities = {word: 2 for aim in goal.aims for word in (aim.thing, aim.other) if word}
        reading = read(observation.text)
        if reading is not None:
            entities.update(dict.fromkeys((fact.subject for fact in reading.facts[:20]), 1))
            if reading.place:
                entities[reading.place] = 2
        return Query(text=observation.goal[:500], entities=entities, limit=_WANTED, now=now)

    def act(
        self,
        observation: Observation,
        recollections: Sequence[Recollection],
        mind: Mind | None = None,  # noqa: ARG002
    ) -> Decision:
        """Return the next command, why, and the sub-goals still open."""
        goal = parse_goal(observation.goal)
        known = know(observation, recollections, goal.facts)
        step, plan = _plan(known, goal)
        if step is None:
            step = explore(known) or Step("look", "nothing is left to try")
            plan = ["explore", *plan]
        return Decision(action=step.command, reason=step.reason, plan=tuple(_worked_on_first(plan, step)))


def _worked_on_first(plan: list[str], step: Step) -> list[str]:
    """Return the plan with the sub-goals that the reason of the step speaks of at its head."""
    spoken = {"explore", "get", "have", *step.reason.replace(";", "").split()}
    return sorted(plan, key=lambda aim: not spoken.issuperset(aim.split()))


def _plan(known: Knowledge, goal: Goal) -> tuple[Step | None, list[str]]:
    """Return the next command towards the goal, if enough is known for one, and the open sub-goals."""
    if any(aim.verb == "cook" for aim in goal.aims) or "prepared" in known.tasks.get("meal", ()):
        return cook(known, goal.place), open_work(known)
    if known.required:
        return serve(known), [f"serve the {thing}" for thing in known.required]
    open_aims: list[str] = []
    for aim in reversed(goal.aims):
        shown = replace(aim, thing=known.furniture_called(aim.thing), other=known.furniture_called(aim.other))
        step = pursue(known, shown)
        if step == MET:
            continue
        open_aims.append(aim.text)
        if step is not None:
            return step, open_aims
    return None, open_aims
