"""What recipes, notes and goals state: facts told by writing rather than seen."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from agentmem.events import Fact
from agentmem_textworld.naming import COOKED, CUT, bare, name

_INGREDIENTS = re.compile(r"Ingredients:\s*\n(.*?)\n\s*Directions:\s*\n(.*)", re.DOTALL | re.IGNORECASE)
_DIRECTION = re.compile(r"\s*(\w+) (?:the )?(.+?)\s*")
_STATE = {"slice": "sliced", "dice": "diced", "chop": "chopped", "fry": "fried", "roast": "roasted", "grill": "grilled"}
_THING = r"([^.,;:!?\n]{1,60}?)"


def read_recipe(text: str) -> list[Fact]:
    """Return what a recipe asks for: each ingredient, and what is to be done to it."""
    found = _INGREDIENTS.search(text)
    if not found:
        return []
    wanted = [name(line) for line in found[1].splitlines() if line.strip()]
    facts = [Fact(subject="recipe", relation="requires", object=ingredient) for ingredient in wanted]
    for line in found[2].splitlines():
        direction = _DIRECTION.fullmatch(line)
        if not direction:
            break
        facts.extend(_to_be(direction[1].lower(), name(direction[2])))
    return facts


def _to_be(verb: str, thing: str) -> Iterator[Fact]:
    if verb == "prepare":
        yield Fact(subject=thing, relation="to be", object="prepared")
    elif verb in _STATE:
        yield Fact(subject=thing, relation="to be", object=_STATE[verb])


def read_statements(text: str) -> list[Fact]:
    """Return what a note or a goal says about keys, hiding places and what is missing.

    >>> [fact.text for fact in read_statements("The key 2 unlocks Red locker.")]
    ['key 2, unlocks, red locker']
    """
    facts: list[Fact] = []
    last = ""
    for sentence in re.split(r"(?<=[.!?])\s+|\n+", text[:5000]):
        for pattern, tell in _STATEMENTS:
            for found in pattern.finditer(sentence):
                facts.extend(tell(found, last))
        last = next((fact.object for fact in reversed(facts) if fact.relation in ("is in", "is on")), last)
    return facts


def _unlocks(found: re.Match[str], last: str) -> Iterator[Fact]:
    lock = name(found[2])
    yield Fact(subject=name(found[1]), relation="unlocks", object=last if lock == "it" and last else lock)


def _hidden(found: re.Match[str], _: str) -> Iterator[Fact]:
    yield Fact(subject=name(found[1]), relation=f"is {found[2].lower()}", object=name(found[3]), slot="place")


def _missing(found: re.Match[str], _: str) -> Iterator[Fact]:
    thing, words = bare(found[1])
    yield Fact(subject="recipe", relation="requires", object=thing)
    for word in words:
        if word in COOKED or word in CUT:
            yield Fact(subject=thing, relation="to be", object=word)


_FOUND = r"(?: you (?:found|have)[^.]{0,40})?"
_END = r"(?=[.,;!?]|$)"
_STATEMENTS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], str], Iterator[Fact]]], ...] = tuple(
    (re.compile(pattern + _END, re.IGNORECASE), tell)
    for pattern, tell in (
        (
            rf"(?:^|\b(?:the|a) ){_THING}(?: you (?:found|have)[^.]{{0,40}})? (?:unlocks|opens) (?:the )?{_THING}",
            _unlocks,
        ),
        (rf"\byou need (?:an? |the ){_THING} to (?:unlock|open) (?:the )?{_THING}", _unlocks),
        (rf"^(?:the |an? )?{_THING} is (?:hidden|located|lying|kept|stored) (in|on) the {_THING}", _hidden),
        (rf"\bmissing (an? {_THING})", _missing),
    )
)
