"""Where things are: the same is said from either side, and a thing is in one place at a time.

A model says it as it likes: "key, is in, locker" or "locker, contains, key", with a slot
or without. What is meant is read off the exact relation, never off a word in it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from agentmem.events import Fact
from agentmem.language.facts import settled

CARRIED = "inventory"
FLOORS = frozenset({"floor", "ground"})
_IS_IN = re.compile(
    r"(?:is|are|lies|lie|stands|sits)(?: now)?(?: placed| located| found)? (?:in|on|at|inside)(?: top of)?"
)
_CONTAINS = re.compile(r"(?:now )?(?:contains|holds|has (?:on|in) it)")


class Placing(NamedTuple):
    """A thing, and what holds it."""

    thing: str
    holder: str


def placing(fact: Fact) -> Placing | None:
    """Return what a fact says of where a thing is; None if it says nothing of that. The past is nothing.

    >>> placing(Fact(subject="locker", relation="contains", object="key"))
    Placing(thing='key', holder='locker')
    >>> placing(Fact(subject="locker", relation="contained", object="key"))
    """
    if _CONTAINS.fullmatch(fact.relation):
        return Placing(fact.object, fact.subject)
    if fact.slot == "place" or _IS_IN.fullmatch(fact.relation):
        return Placing(fact.subject, fact.object)
    return None


def side_by_side(facts: Iterable[Fact]) -> list[Fact]:
    """Return what of the facts of one text stands: a slot keeps its last value, but places are kept together.

    "On the floor" and "in the hall" are both so. Only what is carried is nowhere else: who
    tells of a taking often tells where from.

    >>> took = [Fact(subject="key", relation="is in", object=place) for place in ("inventory", "locker")]
    >>> [fact.text for fact in side_by_side(took)]
    ['key, is in, inventory']
    """
    said = list(facts)
    places = {fact: place for fact in said if (place := placing(fact))}
    carried = {place.thing for place in places.values() if place.holder == CARRIED}
    stands = set(settled(fact for fact in said if fact not in places))
    return [
        fact
        for fact in said
        if fact in stands or (fact in places and (places[fact].holder == CARRIED or places[fact].thing not in carried))
    ]


def moved(new: Iterable[Fact], old: Iterable[Fact], *, place: str) -> list[tuple[Fact, Fact]]:
    """Return each (old, new) pair where new facts put a thing elsewhere than the old one does.

    A place within a place is not elsewhere: on the table, and in the kitchen the table is in.

    Args:
        new: What was just told.
        old: What was known, of things and of what they are in.
        place: Where the new facts were told: its floor is the floor meant.

    >>> here, there = (Fact(subject="key", relation="is in", object=name) for name in ("inventory", "locker"))
    >>> moved([here], [there], place="hall") == [(there, here)]
    True
    """
    news = [(place_, fact) for fact in new if (place_ := placing(fact))]
    olds = [(place_, fact) for fact in old if (place_ := placing(fact))]
    around = defaultdict(set)
    for thing, holder in (one for one, _ in [*news, *olds]):
        around[thing].add(holder)
    for floor in FLOORS:
        around[floor] = {place}
    pairs: list[tuple[Fact, Fact]] = []
    for was, fact in olds:
        told = [(now, newer) for now, newer in news if now.thing == was.thing]
        if told and not any(_lies_in(now, was, around) or _lies_in(was, now, around) for now, _ in told):
            pairs.append((fact, told[-1][1]))
    return pairs


def _lies_in(inner: Placing, outer: Placing, around: Mapping[str, set[str]]) -> bool:
    """Return whether the holder of `inner` is that of `outer`, or lies in it, by way of whatever it is in."""
    seen: set[str] = set()
    waiting = [inner.holder]
    while waiting:
        holder = waiting.pop()
        if holder == outer.holder:
            return True
        if holder not in seen:
            seen.add(holder)
            waiting += around.get(holder, ())
    return False
