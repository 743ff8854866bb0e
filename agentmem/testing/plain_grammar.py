"""A grammar of plain sentences, so that memories of facts can be tested without a model or a game."""

from __future__ import annotations

import re

from agentmem.events import Fact
from agentmem.language.facts import HERE, Reading

_PLACE = re.compile(r"You are in the ([\w ]+)\.")
_EXITS = re.compile(r"Exits: ([\w, ]+)\.")
_WALL = re.compile(r"There is no exit (\w+)\.")
_STATES = re.compile(r"\b[Tt]he ([\w ]+?) is (on|in) the ([\w ]+)\.")
_OPENNESS = re.compile(r"\b[Tt]he ([\w ]+?) is (open|closed|locked)\.")
_HERE = re.compile(r"\b[Tt]he ([\w ]+?) is here\.")
_UNLOCKS = re.compile(r"\b[Tt]he ([\w ]+?) unlocks the ([\w ]+)\.")


def read_plain(text: str, action: str | None = None) -> Reading:
    """Return the facts of plain sentences.

    >>> read_plain("You are in the hall. The key is on the table.", "go east").heading
    'east'
    >>> [fact.text for fact in read_plain("The key is on the table. The box is here.").facts]
    ['key, is on, table', 'box, is in, here']
    """
    place = _PLACE.search(text)
    moved = place is not None and action is not None and action.startswith("go ")
    facts = [
        *(_fact(HERE, "has exit", way.strip()) for found in _EXITS.finditer(text) for way in found[1].split(",")),
        *(_fact(HERE, "has no exit", found[1]) for found in _WALL.finditer(text)),
        *(_fact(found[1], f"is {found[2]}", found[3], "place") for found in _STATES.finditer(text)),
        *(_fact(found[1], "is in", HERE, "place") for found in _HERE.finditer(text)),
        *(_fact(found[1], "is", found[2], "openness") for found in _OPENNESS.finditer(text)),
        *(_fact(found[1], "unlocks", found[2]) for found in _UNLOCKS.finditer(text)),
    ]
    return Reading(
        facts=tuple(dict.fromkeys(facts)),
        place=place[1] if place else None,
        heading=action.removeprefix("go ") if moved and action else None,
    )


def _fact(subject: str, relation: str, object_: str, slot: str | None = None) -> Fact:
    return Fact(subject=subject, relation=relation, object=object_, slot=slot)
