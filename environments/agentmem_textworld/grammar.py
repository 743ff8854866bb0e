"""The grammar of TextWorld's prose: from what is printed to facts.

Knows how TextWorld writes, and no room, thing or game by name. Offered to the
host as the rules of its task `facts`.
"""

from __future__ import annotations

import re
from collections import deque
from functools import lru_cache

from agentmem.events import Fact
from agentmem.language.facts import HERE, Reading
from agentmem_textworld.naming import name, openness, placed
from agentmem_textworld.notes import read_recipe, read_statements
from agentmem_textworld.outcomes import failed, is_refusal, read_outcome
from agentmem_textworld.rooms import read_room
from agentmem_textworld.verbs import VERBS, Command, parse

_HEADER = re.compile(r"^-= (.{1,80}?) =-[ \t]*$", re.MULTILINE)
_CARRYING = re.compile(r"^You are carrying(?: nothing|: (.{1,4000}?))\.[ \t]*$", re.MULTILINE)
_LID = (
    (re.compile(r"It is (open|closed|locked)\."), None),
    (re.compile(r"You can't see inside it because the lid's in your way"), "closed"),
    (re.compile(r"You can see inside it\."), "open"),
    (re.compile(r"There is a lock on it\."), "locked"),
)
_LONGEST = 20_000
"""Characters read of a description or an answer, twenty times what TextWorld writes.

The reading of texts up to this length is kept: memory and policy often read the same one.
"""


def read(text: str, action: str | None = None) -> Reading | None:
    """Return what `text` says, or None if it is not TextWorld's prose.

    Args:
        text: A cleaned observation: no banner, prompt or status line. The
            inventory may follow it ("You are carrying ...").
        action: The command it answers, where there was one.

    Pure and total; takes time linear in the length of the text.
    """
    return _read_cached(text, action) if len(text) <= _LONGEST else _read(text, action)


def _read(text: str, action: str | None) -> Reading | None:
    command = parse(action)
    carrying = _last(_CARRYING, text)
    header = _last(_HEADER, text)
    seen = text[: carrying.start()] if carrying else text
    answer = _read_answer((seen[: header.start()] if header else seen)[:_LONGEST], command)
    if not (header or carrying or answer is not None or command.verb in VERBS):
        return None
    place = name(header[1]) if header else None
    facts = answer or []
    if header:
        facts.extend(read_room(seen[header.end() : header.end() + _LONGEST], name(header[1])))
    elif answer is None and command.text and not command.only_looks:
        facts.append(failed(command))
    if carrying and carrying[1]:
        facts.extend(placed(carrying[1], "is in", "inventory"))
    return Reading(facts=tuple(_here(facts, place)), place=place, heading=command.heading if header else None)


_read_cached = lru_cache(maxsize=1024)(_read)


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    return next(iter(deque(pattern.finditer(text), maxlen=1)), None)


def _here(facts: list[Fact], place: str | None) -> list[Fact]:
    """Return the facts, each once, those about "here" naming the place where the text names it."""
    if place:
        facts = [f.model_copy(update={"object": place}) if f.object == HERE else f for f in facts]
        facts = [f.model_copy(update={"subject": place}) if f.subject == HERE else f for f in facts]
    return list(dict.fromkeys(facts))


def _read_answer(text: str, command: Command) -> list[Fact] | None:
    """Return what the answer to a command says, or None where nothing in it is TextWorld's for sure."""
    thing = command.examined
    if thing and not is_refusal(text):
        return [
            Fact(subject=thing, relation="has been", object="examined"),
            *read_recipe(text),
            *_examined(text, thing),
        ]
    return read_recipe(text) or read_outcome(text, command)


def _examined(text: str, thing: str) -> list[Fact]:
    facts = [openness(thing, state or found[1]) for lid, state in _LID if (found := lid.search(text))]
    inside = [fact for fact in read_room(text, HERE) if fact.object not in (HERE, "open") and fact.subject != HERE]
    return [*facts[:1], *inside, *read_statements(text)]
