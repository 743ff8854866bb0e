"""The three questions Ariadne asks of a language at each step: explore, plan, act.

The prompts are our own; each task has a stand-in that answers without a model (`by_rules.py`).
All inputs are texts, as they stand in the prompt: one statement, sub-goal or action a line.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from agentmem.agent.ariadne import by_rules
from agentmem.agent.ariadne.answers import Act, Explore, Plan, act_among
from agentmem.language.contract import Task
from agentmem.language.prompting import prompt_beside

EXPLORE: Task[Explore] = Task(
    name="ariadne.explore",
    output=Explore,
    prompt=prompt_beside(__file__, "explore.prompt.txt"),
    rules=by_rules.explore,
)
"""Inputs: `plan`, the sub-goals with their progress."""

PLAN: Task[Plan] = Task(
    name="ariadne.plan",
    output=Plan,
    prompt=prompt_beside(__file__, "plan.prompt.txt"),
    rules=by_rules.plan,
)
"""Inputs: `goal`; `history`, past observations and actions; `observation`; `facts` and `episodes`, what was
recalled; `exits`, unexplored ones; `plan`, the sub-goals so far; `most`, how many there may be."""

ACT_PROMPT = prompt_beside(__file__, "act.prompt.txt")
ONE_OF_THEM = "Give one of the actions below, letter by letter; no other is possible."
FREE = "Give one of the actions below, or a short command as text games take them: take lamp, unlock box with key."


def acting(offered: Sequence[str], *, is_free: bool) -> Task[Act]:
    """Return the task `ariadne.act` for the actions there are.

    Inputs: those of `ariadne.plan` but `most`, with the new plan; `actions`, what may be
    done; `choice`, whether anything else may be.
    """
    output = act_among(offered, is_free=is_free)
    rules = partial(by_rules.act, output, is_free)
    return Task(name="ariadne.act", output=output, prompt=ACT_PROMPT, rules=rules)
