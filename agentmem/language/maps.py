"""Maps: what facts say of how places lie to each other, and the ways there are.

The facts are those that `agentmem.language.places` and `facts` speak of: "attic, is up of,
hall", "hall, has exit, up". What there is no way to is absent, never a sentence that says so.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from agentmem.events import Fact
from agentmem.language.places import OPPOSITE

_DIRECTION = "|".join(OPPOSITE)
_LIES = re.compile(rf"is ({_DIRECTION}) of")
_LEADS = re.compile(rf"leads ({_DIRECTION}) from")
_ON_MAP = re.compile(rf"has (?:no )?exit|(?:is|leads) (?:{_DIRECTION}) (?:of|from)")


@dataclass
class Map:
    """What is known of how places lie: per place, direction to neighbour, and what its exits are.

    Who told of a place's exits was there: the places of `exits` are those visited.
    """

    moves: dict[str, dict[str, str]] = field(default_factory=dict)
    exits: dict[str, set[str]] = field(default_factory=dict)
    blocked: dict[str, set[str]] = field(default_factory=dict)
    doors: dict[tuple[str, str], str] = field(default_factory=dict)


def is_of_the_map(fact: Fact) -> bool:
    """Return whether a fact says how places lie to each other: an exact relation, not a word in it.

    >>> is_of_the_map(Fact(subject="western", relation="has exit", object="north"))
    True
    >>> is_of_the_map(Fact(subject="western", relation="is on", object="shelf"))
    False
    """
    return _ON_MAP.fullmatch(fact.relation) is not None


def read_map(facts: Iterable[Fact]) -> Map:
    """Return the map that facts of topology draw; other facts are passed over."""
    drawn = Map()
    for fact in facts:
        if lies := _LIES.fullmatch(fact.relation):
            drawn.moves.setdefault(fact.object, {})[lies[1]] = fact.subject
        elif fact.relation == "has exit":
            drawn.exits.setdefault(fact.subject, set()).add(fact.object)
        elif fact.relation == "has no exit":
            drawn.blocked.setdefault(fact.subject, set()).add(fact.object)
        elif leads := _LEADS.fullmatch(fact.relation):
            drawn.exits.setdefault(fact.object, set()).add(leads[1])
            drawn.doors[fact.object, leads[1]] = fact.subject
    return drawn


def ways_from(place: str, drawn: Map) -> dict[str, tuple[str, ...]]:
    """Return the shortest way from `place` to each visited place, nearest first; `place` itself by ().

    >>> ways_from("hall", Map(moves={"hall": {"up": "attic"}}, exits={"attic": {"down"}}))
    {'hall': (), 'attic': ('up',)}
    """
    ways: dict[str, tuple[str, ...]] = {place: ()}
    waiting = deque([place])
    while waiting:
        here = waiting.popleft()
        for direction, there in sorted(drawn.moves.get(here, {}).items()):
            if there in drawn.exits and there not in ways:
                ways[there] = (*ways[here], direction)
                waiting.append(there)
    return ways


def places_on(way: Iterable[str], drawn: Map, *, start: str) -> list[str]:
    """Return the places a way leads through, `start` first.

    >>> places_on(("up", "east"), Map(moves={"hall": {"up": "attic"}, "attic": {"east": "loft"}}), start="hall")
    ['hall', 'attic', 'loft']
    """
    places = [start]
    for direction in way:
        places.append(drawn.moves[places[-1]][direction])
    return places


def unexplored(place: str, drawn: Map, *, locked: Collection[str] = ()) -> list[str]:
    """Return the directions nobody has taken from `place`, sorted.

    An exit known to be none is not counted, nor one behind a door that is locked.
    """
    taken = drawn.moves.get(place, {}).keys() | drawn.blocked.get(place, set())
    shut = {direction for (where, direction), door in drawn.doors.items() if where == place and door in locked}
    return sorted(drawn.exits.get(place, set()) - taken - shut)


def exits_nearest_first(
    ways: Mapping[str, tuple[str, ...]], drawn: Map, *, locked: Collection[str] = ()
) -> list[tuple[str, str]]:
    """Return (place, direction) of every unexplored exit, in the order of `ways`."""
    return [(place, direction) for place in ways for direction in unexplored(place, drawn, locked=locked)]
