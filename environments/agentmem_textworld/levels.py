"""The games on offer: families of TextWorld's generator, and their levels."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from agentmem.errors import InvalidInput, UnknownName

MAX_ROOMS = 100
"""TextWorld 1.7 makes no larger game: it lost the Glulx format."""

SLOW_TREASURE = 25
"""From this level on the generator searches for a quest for minutes (235 s measured at 30)."""

LIST_THEM = "agentmem games"


@dataclass(frozen=True)
class Level:
    """One level of one family.

    Attributes:
        name: As typed: `cook:4`.
        challenge: TextWorld's name of the family.
        settings: What the challenge is made with.
        about: What it is, in a few words.
        seconds: To make it once, measured on 2 cores, roughly.
    """

    name: str
    challenge: str
    about: str
    seconds: float
    settings: Mapping[str, object] = field(default_factory=dict)


def _cook(level: int, about: str, **skills: int) -> Level:
    unused = {"open": 0, "cook": 0, "cut": 0, "drop": 0, "recipe_seed": 0, "split": None}
    flags = {skill: bool(wanted) for skill, wanted in skills.items() if skill in unused}
    sizes = {"recipe": skills["recipe"], "take": skills["recipe"], "go": skills["go"]}
    return Level(f"cook:{level}", "tw-cooking", about, 4, {**unused, **flags, **sizes})


SIMPLE = Level(
    "simple",
    "tw-simple",
    "a house of 6 rooms; fetch the food and put it on the stove",
    4,
    {"rewards": "dense", "goal": "brief", "test": False},
)
COOK = {
    1: _cook(1, "1 ingredient to cut and cook, 1 room", recipe=1, go=1, cut=1, cook=1),
    2: _cook(2, "1 ingredient to find behind doors, 9 rooms", recipe=1, go=9, open=1),
    3: _cook(3, "3 ingredients to find, cut and cook, 6 rooms", recipe=3, go=6, open=1, cut=1, cook=1),
    4: _cook(4, "3 ingredients, small bag, 12 rooms", recipe=3, go=12, open=1, cut=1, cook=1, drop=1),
    5: _cook(5, "5 ingredients, small bag, 12 rooms", recipe=5, go=12, open=1, cut=1, cook=1, drop=1),
}
LEVELS = {"coin": range(1, 301), "treasure": range(1, 31), "cook": range(1, 6)}
"""The levels that may be typed, by family; `simple` has none."""

FAMILIES = ("simple", *LEVELS)
OFFERED = (
    "simple",
    *("coin:10", "coin:110", "coin:220"),
    *("treasure:5", "treasure:15", "treasure:22"),
    *(level.name for level in COOK.values()),
)
"""What the catalogue shows, easiest first within a family."""


def is_ours(spec: str) -> bool:
    """Return whether `spec` names one of the families, whatever its level.

    >>> is_ours("cook:99"), is_ours("chess")
    (True, False)
    """
    return spec.partition(":")[0] in FAMILIES


def parse(spec: str) -> Level:
    """Return the level that `spec` names.

    Raises:
        UnknownName: no such family or level; the nearest is suggested.
        InvalidInput: a level that TextWorld refuses or needs minutes for.

    >>> parse("cook:1").about
    '1 ingredient to cut and cook, 1 room'
    """
    family, _, level = spec.partition(":")
    if spec == "simple":
        return SIMPLE
    if family not in LEVELS or not re.fullmatch(r"\d{1,6}", level, re.ASCII) or int(level) not in LEVELS[family]:
        raise _unknown(spec, family, level)
    number = int(level)
    if family == "cook":
        return COOK[number]
    return _coin(number) if family == "coin" else _treasure(number)


def _coin(level: int) -> Level:
    # As TextWorld counts: the hundreds are rooms beside each room of the way, the rest is its length.
    length = (level - 1) % 100 + 1
    rooms = ((level - 1) // 100 + 1) * length
    if rooms > MAX_ROOMS:
        largest = level - length + MAX_ROOMS // (rooms // length)
        raise InvalidInput(
            f"coin:{level} has {rooms} rooms, and TextWorld 1.7 makes at most {MAX_ROOMS}; take coin:{largest}"
        )
    return Level(f"coin:{level}", "tw-coin_collector", f"find the coin, {rooms} rooms", 3, {"level": level})


def _treasure(level: int) -> Level:
    if level >= SLOW_TREASURE:
        raise InvalidInput(
            f"treasure:{level} takes TextWorld minutes to make (235 s at level 30); "
            f"take treasure:22, or any level below {SLOW_TREASURE}"
        )
    about = "take the right thing of many; the wrong one loses"
    return Level(f"treasure:{level}", "tw-treasure_hunter", about, 3, {"level": level})


def _unknown(spec: str, family: str, level: str) -> UnknownName:
    if family not in LEVELS:
        near = get_close_matches(family, FAMILIES, n=1, cutoff=0.5)
        known = [_nearest(near[0], level)] if near else OFFERED
        return UnknownName.among("game", spec, known, cure=LIST_THEM)
    numbers = LEVELS[family]
    return UnknownName(
        f"no game named {spec!r}; {family} has levels {numbers[0]} to {numbers[-1]}: "
        f"did you mean {_nearest(family, level)!r}? list them with: {LIST_THEM}"
    )


def _nearest(family: str, level: str) -> str:
    """Name the level that there is next to `level`, or the middle one where that is no number."""
    if family not in LEVELS:
        return family
    numbers = LEVELS[family]
    typed = int(level) if re.fullmatch(r"-?\d{1,6}", level, re.ASCII) else numbers[len(numbers) // 2]
    return f"{family}:{min(max(typed, numbers[0]), numbers[-1])}"
