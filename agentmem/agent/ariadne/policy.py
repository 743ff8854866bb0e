"""Ariadne: explore, plan, act; and walk the ways that were chosen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from agentmem.agent.ariadne import shown
from agentmem.agent.ariadne.settings import AriadneSettings
from agentmem.agent.ariadne.sub_goals import SubGoal, kept, labelled
from agentmem.agent.ariadne.tasks import EXPLORE, FREE, ONE_OF_THEM, PLAN, acting
from agentmem.agent.ariadne.ways import Surroundings, follow, is_possible, surroundings
from agentmem.agent.environment import Observation
from agentmem.agent.loop import seen
from agentmem.agent.policy import Decision, Mind
from agentmem.events import Query, Recollection

ASKED = 600
"""Characters of an observation that the memory is asked about."""
WAYS = "Which ways and unexplored exits are there?"
"""What a memory with a map is asked besides."""


class Thought(NamedTuple):
    """A plan made, and what it was made of: the goal, and what the language was shown."""

    goal: str
    plan: tuple[SubGoal, ...]
    mended: dict[str, int]
    inputs: dict[str, str]


class Ariadne:
    """Plans and acts with a language (Anokhin et al., 2024), on what any memory recalls.

    It holds no state: plan, history and the way it is on are its last turns.
    """

    name = "ariadne"

    def __init__(self, settings: AriadneSettings | None = None) -> None:
        self.settings = settings or AriadneSettings()
        self.looks_back = self.settings.n_prev

    def query(self, observation: Observation, now: datetime, mind: Mind) -> Query:
        """Return a question about the plan and what is seen: what the paper names crucial items from."""
        wanted = " ".join(one.text for one in _plan_before(mind)) or observation.goal
        text = f"{wanted}\n{seen(observation)[:ASKED]}\n{WAYS}"
        return Query(text=text, limit=self.settings.recalled, now=now)

    def act(self, observation: Observation, recollections: Sequence[Recollection], mind: Mind) -> Decision:
        """Return the next move of the way it is on, or think anew: explore?, plan, act.

        Raises:
            LanguageUnavailable, BadAnswer: there is no decision, and no action that stands in for it.
        """
        world = surroundings(observation, recollections)
        last = mind.turns[-1] if mind.turns else None
        route = follow(observation, world, last)
        if route and last is not None:
            return last.decision.model_copy(update={"action": route[0].action, "route": route, "mended": {}})
        thought = self._plan(observation, recollections, mind, world=world)
        return self._act(observation, mind, thought, world=world)

    def _plan(
        self, observation: Observation, recollections: Sequence[Recollection], mind: Mind, *, world: Surroundings
    ) -> Thought:
        settings, language, turns = self.settings, mind.language, mind.turns
        before = _plan_before(mind)
        observations = [observation, *(turn.observation for turn in turns)]
        inputs = {
            "goal": observation.goal or (turns[-1].decision.goal if turns else ""),
            "history": shown.history(turns, observation),
            "observation": shown.now(observation),
            "facts": shown.statements(recollections, world.map, limit=settings.facts),
            "episodes": shown.passages(recollections, observations, limit=settings.episodes),
            "exits": shown.exits(world) if self._explores(world, before, mind) else "",
        }
        answer = language.ask(PLAN, **inputs, plan=labelled(before), most=settings.sub_goals)
        plan, mended = kept(before, answer, most=settings.sub_goals)
        return Thought(inputs["goal"] or answer.main_goal, plan, dict(mended), inputs)

    def _explores(self, world: Surroundings, before: Sequence[SubGoal], mind: Mind) -> bool:
        """Return whether unexplored exits are to be shown; nobody is asked where there is none, or no plan yet."""
        if not world.exits or not before or self.settings.explore != "asked":
            return self.settings.explore != "never"
        return mind.language.ask(EXPLORE, plan=labelled(before)).explore

    def _act(self, observation: Observation, mind: Mind, thought: Thought, *, world: Surroundings) -> Decision:
        routes = {way: legs for way, legs in world.routes().items() if is_possible(legs[0].action, observation)}
        is_free = observation.valid_actions is None or not self.settings.only_valid
        offered = (*(observation.valid_actions or ()), *routes)
        inputs = thought.inputs | {"goal": thought.goal}
        if self.settings.act_history == "brief":
            inputs["history"] = shown.history(mind.turns, observation, is_brief=True)
        answer = mind.language.ask(
            acting(offered, is_free=is_free),
            **inputs,
            plan=labelled(thought.plan),
            actions="\n".join(offered),
            choice=FREE if is_free else ONE_OF_THEM,
        )
        route = routes.get(answer.action, ())
        return Decision(
            action=route[0].action if route else answer.action,
            reason=answer.reason,
            plan=tuple(one.text for one in thought.plan),
            progress=tuple(one.progress for one in thought.plan),
            goal=thought.goal,
            route=route,
            mended=thought.mended,
        )


def _plan_before(mind: Mind) -> tuple[SubGoal, ...]:
    """Return the plan of the last turn."""
    if not mind.turns:
        return ()
    last = mind.turns[-1].decision
    return tuple(map(SubGoal, last.plan, last.progress))
