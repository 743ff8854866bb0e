"""Where to look next when what is known does not suffice."""

from __future__ import annotations

from collections.abc import Iterator

from agentmem_textworld.errands import Step, at_thing, fetch, leave, open_up, reach, unlock
from agentmem_textworld.knowledge import Knowledge
from agentmem_textworld.naming import DIRECTIONS

READABLE = frozenset({
    "note", "notes", "book", "cookbook", "letter", "paper", "sign", "scroll", "message", "journal", "diary", "recipe",
    "map", "list", "leaflet", "manual", "instructions", "poster", "sheet", "page",
})  # fmt: skip
"""Nouns of things that can be read, in plain English."""


def explore(known: Knowledge) -> Step | None:
    """Return the next command that may show something new, the nearest first; None when all has been seen."""
    if known.place is None:
        return Step("look", "to see where this is")
    return (
        read_about(known)
        or _take_told_key(known)
        or _nearest(known)
        or _unlock_something(known)
        or _last_resorts(known)
    )


def read_about(known: Knowledge) -> Step | None:
    """Return the next command towards reading what is within reach and not read yet."""
    unread = [thing for thing in known.placed if is_readable(thing) and "examined" not in known.states.get(thing, ())]
    for thing in sorted(unread):
        if known.room_of(thing) == known.place and not _shut_away(known, thing):
            step = at_thing(known, thing, f"examine {thing}", f"the {thing} may tell something")
            if step:
                return step
    return None


def is_readable(thing: str) -> bool:
    """Return whether it is something to read: "note 2" and "old cookbook" are."""
    return not READABLE.isdisjoint(thing.split())


def _shut_away(known: Knowledge, thing: str) -> bool:
    relation, holder = known.placed.get(thing, ("", ""))
    return relation == "is in" and known.openness.get(holder) in ("closed", "locked")


def _take_told_key(known: Knowledge) -> Step | None:
    """Return the command that takes a key in sight of which it is told what it opens."""
    for lock, key in sorted(known.keys.items()):
        in_sight = known.room_of(key) == known.place and not _shut_away(known, key)
        if in_sight and not known.carries(key) and known.openness.get(lock) != "open":
            return fetch(known, key, f"the {key} unlocks the {lock}")
    return None


def _nearest(known: Knowledge) -> Step | None:
    """Return the next command towards the nearest container to open or exit to take, containers first."""
    distances = known.routes.distance
    shut = [
        (distances.get(known.room_of(thing) or "", -1), 0, thing) for thing in known.placed if known.may_open(thing)
    ]
    exits = [(distance, 1, f"{room}\n{way}") for distance, room, way in known.routes.frontier()]
    for distance, is_exit, target in sorted([*shut, *exits]):
        if distance >= 0:
            step = _take_exit(known, *target.split("\n")) if is_exit else _open_with_what_is_here(known, target)
            if step:
                return step
    return None


def _open_with_what_is_here(known: Knowledge, thing: str) -> Step | None:
    key = known.keys.get(thing)
    if known.openness.get(thing) == "locked" and key and not known.carries(key):
        return None
    return open_up(known, thing, f"the {thing} may hold something")


def _take_exit(known: Knowledge, room: str, way: str) -> Step | None:
    if not known.routes.passable(room, way):
        return None
    reason = f"nobody has been {way} of the {room} yet"
    return leave(known, way, reason) if room == known.place else reach(known, room, reason)


def _unlock_something(known: Knowledge) -> Step | None:
    """Return the next command towards opening the first lock whose key is, or can be, known."""
    locked = sorted(thing for thing, state in known.openness.items() if state == "locked")
    return next((step for step in (unlock(known, lock) for lock in locked) if step), None)


def _last_resorts(known: Knowledge) -> Step | None:
    """Return an attempt at what the text has not told: exits it did not name, things it did not describe."""
    return next(_attempts(known), None)


def _attempts(known: Knowledge) -> Iterator[Step]:
    for thing in sorted(known.placed):
        if "examined" not in known.states.get(thing, ()):
            step = at_thing(known, thing, f"examine {thing}", f"nobody has examined the {thing} yet")
            if step:
                yield step
    tried = known.neighbours.get(known.place or "", {})
    for way in DIRECTIONS[:4]:
        if way not in tried and not known.has_failed(f"go {way}", known.place):
            yield leave(known, way, "nothing else is left to try here")
