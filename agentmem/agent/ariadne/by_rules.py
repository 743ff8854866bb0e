"""Stand-ins for a model: Ariadne's questions answered by rules, from the same texts.

They keep the loop whole where there is no model, and no more than that: they go where
nobody has been and handle what the goal names, but understand neither notes nor recipes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from agentmem.agent.ariadne.answers import Act, Explore, Plan, PlanStep
from agentmem.language.keywords import content_words, words_in
from agentmem.language.places import OPPOSITE
from agentmem.language.sentences import sentences

HERE = " (here)"
"""Behind the name of the place where the player is, among those with unexplored exits."""
COMPASS = OPPOSITE.keys() - {"in", "out"}
SEEKING = re.compile(r"\b(?:find|locate|explore|search|look for|not found)\b", re.IGNORECASE)
USEFUL = ("take", "unlock", "open", "eat", "examine")
"""First words of actions worth doing to what the goal names, the most telling first."""
MOST = 6
"""Sub-goals a goal is cut into."""
NOTHING_TOLD = "Find out what there is to do."


def explore(plan: str) -> Explore:
    """Answer yes if the plan speaks of finding something, or something in it was not found yet."""
    return Explore(explore=SEEKING.search(plan) is not None)


def plan(*, goal: str, facts: str, observation: str, plan: str, **_: object) -> Plan:
    """Keep the sub-goals there are, or make one of each sentence of the goal; none is ever finished."""
    told = [line.partition(". ") for line in plan.splitlines()]
    steps = [(label, text) for label, _, text in told] or [(one, one) for one in sentences(goal)[:MOST]]
    known = [*observation.splitlines(), *facts.splitlines()]
    return Plan(
        main_goal=goal or NOTHING_TOLD,
        steps=tuple(PlanStep(sub_goal=said, reason=_known_of(text, known)) for said, text in steps)
        or (PlanStep(sub_goal=NOTHING_TOLD, reason="Nothing is found yet."),),
    )


def act(output: type[Act], is_free: bool, **shown: str) -> Act:
    """Handle what the goal names and is at hand; else go the nearest way nobody has gone; else try something else.

    Args:
        output: The shape of the answer.
        is_free: Whether more may be done than the actions shown.
        shown: The inputs of the task.
    """
    goal, offered = shown["goal"], shown["actions"].splitlines()
    told = shown["history"].splitlines()
    tried = [line[2:] for line in told if line.startswith("> ")]
    in_vain = tried[-1:] if shown["observation"].splitlines()[:1] == told[-2:-1] else []
    handling = [one for one in offered if not one.startswith("go ")] or _takings(goal, shown["observation"])
    anything = [*handling, *_ways_told(shown["observation"]), *offered, "look"] if is_free else offered
    exits = [way for way in _exits_first(shown["exits"]) if is_free or way in offered]
    thoughts = (
        ("The goal speaks of it.", _worth_doing(handling, set(content_words(goal))), tried),
        ("Nobody has gone that way.", exits, in_vain),
        ("It was not tried lately.", anything, tried),
        ("It was tried longest ago.", [one for one in tried if one in anything], in_vain),
        ("Nothing else is left to try.", anything, ()),
    )
    reason, action = next((why, one) for why, actions, unwanted in thoughts for one in actions if one not in unwanted)
    return output(reason=reason, action=action)


def _worth_doing(actions: Iterable[str], wanted: set[str]) -> list[str]:
    """Return the actions that do something useful to what is wanted, the best first."""
    useful = [action for action in actions if action.split()[0] in USEFUL and not wanted.isdisjoint(action.split())]
    return sorted(
        useful, key=lambda action: (-len(wanted.intersection(action.split())), USEFUL.index(action.split()[0]))
    )


def _takings(goal: str, observation: str) -> list[str]:
    """Return commands that take what the goal names and is in sight, where the game tells no actions."""
    seen = set(content_words(observation))
    return [f"take {word}" for word in dict.fromkeys(content_words(goal)) if word in seen]


def _ways_told(observation: str) -> list[str]:
    """Return a move for each direction that is spoken of, where the game tells no actions."""
    return [f"go {word}" for word in dict.fromkeys(words_in(observation)) if word in COMPASS]


def _exits_first(exits: str) -> list[str]:
    """Return the actions that lead to unexplored exits, the nearest first.

    >>> _exits_first("hall (here): north, up" + chr(10) + "attic: east")
    ['go north', 'go up', 'go to attic']
    """
    ways: list[str] = []
    for line in exits.splitlines():
        place, _, directions = line.partition(": ")
        here = place.endswith(HERE)
        ways += [f"go {direction}" for direction in directions.split(", ")] if here else [f"go to {place}"]
    return ways


def _known_of(text: str, lines: Iterable[str]) -> str:
    """Return the first line that speaks of what a sub-goal names."""
    wanted = set(content_words(text))
    return next((line for line in lines if not wanted.isdisjoint(content_words(line))), "Not found yet.")
