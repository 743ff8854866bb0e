"""What a goal asks for, out of its words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from agentmem.events import Fact
from agentmem_textworld.goals import brief
from agentmem_textworld.naming import bare
from agentmem_textworld.notes import read_statements


@dataclass(frozen=True)
class Aim:
    """One thing to achieve.

    Attributes:
        verb: take, put, insert, open, close, unlock, lock, eat, examine, drop or cook.
        thing: What it is about.
        other: What with, or where to.
    """

    verb: str
    thing: str = ""
    other: str = ""

    @property
    def text(self) -> str:
        """The aim in words."""
        return " ".join(word for word in (self.verb, self.thing, self.other) if word)


@dataclass(frozen=True)
class Goal:
    """What a goal asks for, in its order, and what it tells besides."""

    aims: tuple[Aim, ...]
    facts: tuple[Fact, ...]
    place: str | None = None


_THE = r"(?:the |an? |some |your )"
_END = (
    r"(?=(?:'s)? (?:from|in|inside|into|within|on|onto|with|using|by|and|that|to|of the floor|for|after|is)\b"
    r"|'s |[.,;!?\n]|$)"
)
_WHAT = rf"{_THE}?(?!trip\b|ready\b)([^.,;!?\n]{{1,60}}?){_END}"
_TAKE = r"(?:take|retrieve|recover|pick[- ]up|lift|grab|get|find|collect|fetch|obtain|acquire|steal)"
_FILLER = r"(?:(?: that's)? (?:in|inside|within) the [^.,;!?\n]{1,40}?" + _END + r")?"
_SURE = r"(?:that|(?:sure|assure|ensure|so|see|doublecheck)(?! that\b))"
_STATE = r"(wide open|opened|open|ajar|closed|shut|unlocked|locked)"
_PATTERNS = tuple(
    (verb, re.compile(pattern, re.IGNORECASE))
    for verb, pattern in (
        ("unlock-into", rf"\binsert {_WHAT} into {_WHAT}(?:'s lock)? to unlock it"),
        ("lock-into", rf"\b(?:insert|put|place|deposit) {_WHAT} into {_WHAT} to lock it"),
        ("unlock", rf"\bunlock(?: and open)? {_WHAT}{_FILLER}(?: (?:with|using|by) (?:the )?{_WHAT})?"),
        ("open-with", rf"\bopen the locked {_WHAT} using {_WHAT}"),
        ("lock", rf"\block {_WHAT}{_FILLER}(?: with {_WHAT})?"),
        ("state", rf"\b{_SURE} {_WHAT}{_FILLER} is {_STATE}(?: with {_WHAT})?"),
        (
            "drop",
            rf"\b(?:drop|place|ditch|throw|toss|deposit) {_WHAT} on the (?:floor|ground)(?: of the {_WHAT})?",
        ),
        ("put", rf"\b(?:put|place|sit|rest|set|set down) {_WHAT} (?:on|onto|upon) {_WHAT}"),
        ("insert", rf"\b(?:insert|put|place|deposit) {_WHAT} (?:into|inside|in) {_WHAT}"),
        ("take", rf"\b{_TAKE} {_THE}{_WHAT}"),
        ("take", rf"(?:^|(?<=[.,;!?\n] )|(?<= and )|(?<= then )|(?<= to )){_TAKE} {_WHAT}"),
        ("open", rf"\bopen (?:the closed |the locked )?{_WHAT}"),
        ("close", rf"\b(?:close|shut) {_WHAT}"),
        ("eat", rf"\b(?:eat|enjoy|drink) {_WHAT}"),
        ("examine", rf"\b(?:check|read|examine|consult|study|inspect|look at) {_WHAT}"),
    )
)
_COOKING = re.compile(r"\b(?:cook|prepare|make)\b[^.]*\bmeal\b|\brecipe\b|\bcookbook\b", re.IGNORECASE)
_KITCHEN = re.compile(r"\bcookbook in the ([^.,;!?\n]{1,40}?) for\b", re.IGNORECASE)
_STATEMENT = re.compile(r"\byou(?:'ll| will)? need (?!to\b)[^.!?\n]*", re.IGNORECASE)
"""What only tells ("you need a key to open it") and asks for nothing."""
_STATES = {"closed": "close", "shut": "close", "unlocked": "unlock", "locked": "lock"}


@lru_cache(maxsize=64)
def parse_goal(text: str) -> Goal:
    """Return what a goal asks for; of a generated list of instructions only its last.

    >>> [aim.text for aim in parse_goal("Pick up the passkey from the floor of the cookery.").aims]
    ['take passkey']
    """
    text = brief(text[:5000])
    facts = tuple(read_statements(text))
    cooking = _COOKING.search(text)
    if cooking:
        kitchen = _KITCHEN.search(text)
        return Goal(aims=(Aim("cook"),), facts=facts, place=kitchen[1].lower() if kitchen else None)
    return Goal(aims=tuple(_aims(text)), facts=facts)


def _aims(text: str) -> list[Aim]:
    text = _STATEMENT.sub("", text)
    found = [(match.start(), verb, match) for verb, pattern in _PATTERNS for match in pattern.finditer(text)]
    aims: list[Aim] = []
    end = -1
    for start, verb, match in sorted(found, key=lambda hit: (hit[0], -hit[2].end())):
        if start >= end:
            before = aims[-1].thing if aims else ""
            aims.extend(aim for aim in _aim(verb, match, before) if aim not in aims)
            end = match.end()
    return aims


def _aim(verb: str, match: re.Match[str], before: str) -> Iterator[Aim]:
    thing, other, *_ = (*(_meant(group, before) for group in match.groups()), "", "")
    if verb in ("unlock-into", "lock-into"):
        yield Aim(verb.removesuffix("-into"), other, thing)
    elif verb == "open-with":
        yield Aim("unlock", thing, other)
        yield Aim("open", thing)
    elif verb == "state":
        yield Aim(_STATES.get(other, "open"), thing)
    elif thing and thing != "it":
        yield Aim(verb, thing, other)


def _meant(group: str | None, before: str) -> str:
    words = bare(group)[0] if group else ""
    return before if words == "it" else words
