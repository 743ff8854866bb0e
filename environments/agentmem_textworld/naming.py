"""How TextWorld names things in its prose: articles, lists, and the states of food.

A raw, sliced chicken wing is still the chicken wing: cooked and cut states are
printed before a name but are no part of it, and commands leave them out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentmem.events import Fact

COOKED = frozenset({"raw", "grilled", "roasted", "fried", "burned"})
CUT = frozenset({"uncut", "sliced", "diced", "chopped"})
DIRECTIONS = (
    "north", "south", "east", "west", "northeast", "northwest", "southeast", "southwest", "up", "down",
)  # fmt: skip

_ARTICLE = re.compile(r"(?:an?|the|some) ", re.IGNORECASE)
_NEXT_ITEM = re.compile(r",? and (?=(?:an?|some|the) )|, (?=(?:an?|some|the) )")
_ASIDE = re.compile(r", so .*|\s*\([^()]*\)$")


def name(text: str) -> str:
    """Return a name as facts hold it: lower case, one space between words, no article.

    >>> name("The  Golden locker")
    'golden locker'
    """
    words = " ".join(text.split()).strip(" .,;:!?").lower()
    article = _ARTICLE.match(words)
    return words[article.end() :] if article else words


def bare(text: str) -> tuple[str, tuple[str, ...]]:
    """Return a thing's name without the states printed before it, and those states.

    >>> bare("a roasted sliced red apple")
    ('red apple', ('roasted', 'sliced'))
    """
    words = name(text).split(" ")
    count = 0
    while count < len(words) - 1 and (words[count] in COOKED or words[count] in CUT):
        count += 1
    return " ".join(words[count:]), tuple(words[:count])


def items(text: str) -> list[str]:
    """Return what a list in prose names, articles and all, in its order.

    A comma or an "and" separates only before an article, so "half of a bag of
    chips" and "salt and vinegar" stay whole.

    >>> items("a fork, some milk and a salt and pepper shaker")
    ['a fork', 'some milk', 'a salt and pepper shaker']
    """
    return [item for item in (_ASIDE.sub("", part).strip() for part in _NEXT_ITEM.split(text)) if item]


def states(thing: str, words: tuple[str, ...]) -> Iterator[Fact]:
    """Give one fact per state: food holds one cooked and one cut state at a time."""
    for word in words:
        yield Fact(subject=thing, relation="is", object=word, slot="cut" if word in CUT else "cooked")


def placed(text: str, relation: str, holder: str) -> Iterator[Fact]:
    """Give where each thing of a list in prose is, and the states told with it."""
    for item in items(text):
        thing, words = bare(item)
        yield Fact(subject=thing, relation=relation, object=holder, slot="place")
        yield from states(thing, words)


def openness(thing: str, state: str) -> Fact:
    """Return that a door or container is open, closed or locked."""
    return Fact(subject=thing, relation="is", object="open" if state.startswith("open") else state, slot="openness")
