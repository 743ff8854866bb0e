"""What to remember when measuring: an endless walk, told in the prose of TextWorld.

Each event says something new, takes back something told before, or repeats what
is known, as in play: a room is entered, a chest opened, a thing taken and put
into the chest, and the room looked at again. Then the next room; twelve make a
house, and each house has names of its own.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from agentmem.events import Event, new_event

ROOMS = (
    "kitchen", "pantry", "bedroom", "bathroom", "cellar", "attic",
    "study", "library", "workshop", "garage", "garden", "shed",
)  # fmt: skip
KINDS = (
    "amber", "brass", "cedar", "dusty", "ebony", "faded", "green", "heavy",
    "ivory", "jade", "large", "maple", "narrow", "oak", "pale", "quiet",
)  # fmt: skip
VISIT = 5
"""Events in one room."""
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


def event(number: int) -> Event:
    """Return the event with this number, from 0; the same each time.

    >>> print(event(2).passage.replace(chr(10), "|"))
    > take amber kitchen apple from amber kitchen table
    You take the amber kitchen apple from the amber kitchen table.||You are carrying: an amber kitchen apple.
    """
    visit, stage = divmod(number, VISIT)
    action, text = _TELLERS[stage](_room(visit), "north" if visit % len(ROOMS) == 0 else "east")
    return new_event(text, at=BEGINNING + timedelta(seconds=number), id=f"walk/{number}", action=action)


def events(start: int, count: int) -> list[Event]:
    """Return `count` events from number `start` on."""
    return [event(number) for number in range(start, start + count)]


def question(number: int) -> str:
    """Return a question about what event `number` was about."""
    return f"where is the {_room(number // VISIT)} apple?"


def _room(visit: int) -> str:
    """Return the name of a room: kinds of the house, then the kind of the room."""
    house, room = divmod(visit, len(ROOMS))
    kinds = [KINDS[house % len(KINDS)]]
    while house := house // len(KINDS):
        kinds.append(KINDS[house % len(KINDS)])
    return f"{' '.join(kinds)} {ROOMS[room]}"


def _enter(room: str, way: str) -> tuple[str, str]:
    seen = f"You see a closed {room} chest. You see {_a(room)} table. On the {room} table you see {_a(room)} apple."
    return f"go {way}", _described(room, seen)


def _open(room: str, _: str) -> tuple[str, str]:
    return f"open {room} chest", f"You open the {room} chest, revealing {_a(room)} key.\n\n{_carrying()}"


def _take(room: str, _: str) -> tuple[str, str]:
    answer = f"You take the {room} apple from the {room} table."
    return f"take {room} apple from {room} table", f"{answer}\n\n{_carrying(f': {_a(room)} apple')}"


def _insert(room: str, _: str) -> tuple[str, str]:
    answer = f"You put the {room} apple into the {room} chest."
    return f"insert {room} apple into {room} chest", f"{answer}\n\n{_carrying()}"


def _look(room: str, _: str) -> tuple[str, str]:
    held = f"The {room} chest contains {_a(room)} key and {_a(room)} apple."
    return "look", _described(room, f"You see an opened {room} chest. {held} You see {_a(room)} table.")


def _described(room: str, seen: str) -> str:
    ways = "There is an exit to the east. There is an exit to the west."
    return f"-= {room.title()} =-\nYou are in {_a(room)}. {seen}\n\n{ways}\n\n{_carrying()}"


def _carrying(things: str = " nothing") -> str:
    return f"You are carrying{things}."


def _a(room: str) -> str:
    return f"{'an' if room[0] in 'aeiou' else 'a'} {room}"


_TELLERS = (_enter, _open, _take, _insert, _look)
