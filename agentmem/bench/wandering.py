"""What to remember when measuring: an endless walk, told in the prose of TextWorld.

Each event says something new, takes back something told before, or repeats what
is known, as in play: a room is entered, a chest opened, food taken and put into
the chest, and the room looked at again. Then the next room; twelve make a
house, and everything in a house is named after it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from agentmem.events import Event, new_event

ROOMS = (
    "kitchen", "pantry", "bedroom", "bathroom", "cellar", "attic",
    "study", "library", "workshop", "garage", "garden", "shed",
)  # fmt: skip
CHESTS = (
    "chest", "box", "safe", "trunk", "locker", "cabinet", "drawer", "suitcase", "basket", "crate", "case", "cupboard",
)  # fmt: skip
TABLES = (
    "table", "counter", "bench", "shelf", "desk", "stand", "rack", "board", "chair", "bed", "couch", "armchair",
)  # fmt: skip
FOODS = (
    "apple", "carrot", "onion", "potato", "pepper", "banana", "lettuce", "tomato", "cheese", "lemon", "olive", "egg",
)  # fmt: skip
KINDS = (
    "amber", "brass", "cedar", "dusty", "ebony", "faded", "green", "heavy",
    "ivory", "jade", "large", "maple", "narrow", "oak", "pale", "quiet",
)  # fmt: skip
KINDS_OF_A_HOUSE = 3
"""Words that name a house; after 16 ** 3 houses, a quarter of a million events, the names come again."""
VISIT = 5
"""Events in one room."""
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


class Scene(NamedTuple):
    """A room and what is in it, by name."""

    room: str
    chest: str
    table: str
    food: str
    key: str


def event(number: int) -> Event:
    """Return the event with this number, from 0; the same each time.

    >>> print(event(2).text)
    You take the amber amber amber apple from the amber amber amber table.
    <BLANKLINE>
    You are carrying: an amber amber amber apple.
    """
    visit, stage = divmod(number, VISIT)
    action, text = _TELLERS[stage](scene(visit), "north" if visit % len(ROOMS) == 0 else "east")
    return new_event(text, at=BEGINNING + timedelta(seconds=number), id=f"walk/{number}", action=action)


def events(start: int, count: int) -> list[Event]:
    """Return `count` events from number `start` on."""
    return [event(number) for number in range(start, start + count)]


def question(number: int) -> str:
    """Return a question about what event `number` was about."""
    return f"where is the {scene(number // VISIT).food}?"


def scene(visit: int) -> Scene:
    """Return what is seen at a visit, from 0."""
    house, room = divmod(visit, len(ROOMS))
    kinds = " ".join(KINDS[house // len(KINDS) ** place % len(KINDS)] for place in range(KINDS_OF_A_HOUSE))
    nouns = (ROOMS[room], CHESTS[room], TABLES[room], FOODS[room], f"{ROOMS[room]} key")
    return Scene(*(f"{kinds} {noun}" for noun in nouns))


def _enter(at: Scene, way: str) -> tuple[str, str]:
    seen = f"You see {_a('closed ' + at.chest)}. You see {_a(at.table)}. On the {at.table} you see {_a(at.food)}."
    return f"go {way}", _described(at, seen)


def _open(at: Scene, _: str) -> tuple[str, str]:
    return f"open {at.chest}", f"You open the {at.chest}, revealing {_a(at.key)}.\n\n{_carrying()}"


def _take(at: Scene, _: str) -> tuple[str, str]:
    answer = f"You take the {at.food} from the {at.table}."
    return f"take {at.food} from {at.table}", f"{answer}\n\n{_carrying(f': {_a(at.food)}')}"


def _insert(at: Scene, _: str) -> tuple[str, str]:
    return f"insert {at.food} into {at.chest}", f"You put the {at.food} into the {at.chest}.\n\n{_carrying()}"


def _look(at: Scene, _: str) -> tuple[str, str]:
    held = f"The {at.chest} contains {_a(at.key)} and {_a(at.food)}."
    return "look", _described(at, f"You see {_a('opened ' + at.chest)}. {held} You see {_a(at.table)}.")


def _described(at: Scene, seen: str) -> str:
    ways = "There is an exit to the east. There is an exit to the west."
    return f"-= {at.room.title()} =-\nYou are in {_a(at.room)}. {seen}\n\n{ways}\n\n{_carrying()}"


def _carrying(things: str = " nothing") -> str:
    return f"You are carrying{things}."


def _a(name: str) -> str:
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


_TELLERS = (_enter, _open, _take, _insert, _look)
