"""The grammar of TextWorld's prose: from what is printed to facts.

Knows how TextWorld writes, and no room, thing or game by name. Offered to the
host as the rules of its task `facts`.
"""

from __future__ import annotations

import re
from functools import lru_cache

from agentmem.events import Fact
from agentmem.language.facts import HERE, Reading
from agentmem_textworld.commands import VERBS, Command, parse
from agentmem_textworld.naming import name, openness, placed
from agentmem_textworld.notes import read_recipe, read_statements
from agentmem_textworld.outcomes import failed, read_outcome
from agentmem_textworld.rooms import read_room

_HEADER = re.compile(r"^-= (.{1,80}?) =-[ \t]*$", re.MULTILINE)
_CARRYING = re.compile(r"^You are carrying(?: nothing|: (.{1,4000}?))\.[ \t]*$", re.MULTILINE)
_LID = (
    (re.compile(r"It is (open|closed|locked)\."), None),
    (re.compile(r"You can't see inside it because the lid's in your way"), "closed"),
    (re.compile(r"You can see inside it\."), "open"),
    (re.compile(r"There is a lock on it\."), "locked"),
)
_CACHED = 20_000
"""Characters of the longest text whose reading is kept: the same text is often read by memory and policy."""


def read(text: str, action: str | None = None) -> Reading | None:
    """Return what `text` says, or None if it is not TextWorld's prose.

    Args:
        text: A cleaned observation: no banner, prompt or status line. The
            inventory may follow it ("You are carrying ...").
        action: The command it answers, where there was one.

    Pure and total; takes time linear in the length of the text.
    """
    return _read_cached(text, action) if len(text) <= _CACHED else _read(text, action)


def _read(text: str, action: str | None) -> Reading | None:
    command = parse(action)
    carrying = _last(_CARRYING, text)
    header = _last(_HEADER, text)
    outcome = read_outcome(text[: header.start()] if header else text, command)
    if not (header or carrying or outcome is not None or command.verb in VERBS):
        return None
    seen = text[: carrying.start()] if carrying else text
    place = name(header[1]) if header else None
    facts = list(outcome or ())
    if header:
        facts.extend(read_room(seen[header.end() :], name(header[1])))
    else:
        facts.extend(_read_answer(seen, command, known=outcome is not None))
    if carrying and carrying[1]:
        facts.extend(placed(carrying[1], "is in", "inventory"))
    return Reading(facts=tuple(_here(facts, place)), place=place, heading=command.heading if header else None)


_read_cached = lru_cache(maxsize=1024)(_read)


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    found = None
    for found in pattern.finditer(text):
        pass
    return found


def _here(facts: list[Fact], place: str | None) -> list[Fact]:
    """Return the facts, each once, those about "here" naming the place where the text names it."""
    if place:
        facts = [f.model_copy(update={"object": place}) if f.object == HERE else f for f in facts]
        facts = [f.model_copy(update={"subject": place}) if f.subject == HERE else f for f in facts]
    return list(dict.fromkeys(facts))


def _read_answer(text: str, command: Command, *, known: bool) -> list[Fact]:
    """Return what an answer without a room header says beyond its standard sentences."""
    recipe = read_recipe(text)
    thing = command.examined
    if thing and not known:
        return [Fact(subject=thing, relation="has been", object="examined"), *recipe, *_examined(text, thing)]
    if known or recipe or command.only_looks or not command.text:
        return recipe
    return [failed(command)]


def _examined(text: str, thing: str) -> list[Fact]:
    facts = [openness(thing, state or found[1]) for lid, state in _LID if (found := lid.search(text))]
    inside = [fact for fact in read_room(text, HERE) if fact.object not in (HERE, "open") and fact.subject != HERE]
    return [*facts[:1], *inside, *read_statements(text)]
