"""The errands every plan is made of: reach a room, open, unlock, fetch, make room in the hands.

Each returns the next command towards its end, or None when what is known does
not suffice; the caller then explores.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from agentmem_textworld.knowledge import Knowledge

_DEEPEST = 6
"""Locks behind locks behind locks: further than this no errand nests."""


@dataclass(frozen=True)
class Step:
    """The next command, and why it is the next."""

    command: str
    reason: str


def reach(known: Knowledge, room: str | None, reason: str) -> Step | None:
    """Return the next move towards a room; None when there already or when no way is known."""
    if room is None or room == known.place or room not in known.routes.first_move:
        return None
    return leave(known, known.routes.first_move[room], f"{reason}; on the way to the {room}")


def leave(known: Knowledge, way: str, reason: str) -> Step:
    """Return the command that leaves this room that way, or first opens what is in it."""
    door = known.doors.get((known.place or "", way))
    state = known.openness.get(door) if door else None
    if door and state == "locked" and (key := known.keys.get(door)):
        return Step(f"unlock {door} with {key}", f"the {door} is locked; {reason}")
    if door and state == "closed":
        return Step(f"open {door}", f"the {door} is closed; {reason}")
    return Step(f"go {way}", reason)


def at_thing(known: Knowledge, thing: str, command: str, reason: str) -> Step | None:
    """Return `command` where the thing is, or the next move towards it; None if it cannot be reached."""
    room = known.room_of(thing)
    if room is None or room not in known.routes.distance or known.has_failed(command, room):
        return None
    return Step(command, reason) if room == known.place else reach(known, room, reason)


def open_up(known: Knowledge, thing: str, reason: str, depth: int = 0) -> Step | None:
    """Return the next command towards having a container open."""
    if (thing, "opened") in known.cannot:
        return None
    if known.openness.get(thing) == "locked":
        return unlock(known, thing, depth + 1)
    return at_thing(known, thing, f"open {thing}", reason)


def unlock(known: Knowledge, lock: str, depth: int = 0) -> Step | None:
    """Return the next command towards unlocking: with the key that is told, else with one that may fit."""
    if depth > _DEEPEST:
        return None
    key = known.keys.get(lock)
    if key is None:
        return _try_keys(known, lock)
    if not known.carries(key):
        return fetch(known, key, f"the {key} unlocks the {lock}", depth + 1)
    return at_lock(known, lock, f"unlock {lock} with {key}", f"the {key} unlocks it")


def at_lock(known: Knowledge, lock: str, command: str, reason: str) -> Step | None:
    """Return `command` beside a lock, be it a door's or a container's."""
    distance = known.routes.distance
    sides = [room for (room, _), door in known.doors.items() if door == lock and room in distance]
    if not sides:
        return at_thing(known, lock, command, reason)
    if any(known.has_failed(command, room) for room in sides):
        return None
    if known.place in sides:
        return Step(command, reason)
    return reach(known, min(sides, key=distance.__getitem__), reason)


def _try_keys(known: Knowledge, lock: str) -> Step | None:
    """Return an attempt that tells which key is meant: opening it says so, or else any key carried may fit."""
    asking = at_lock(known, lock, f"open {lock}", f"to see what opens the {lock}")
    if asking and (lock, "opened") not in known.cannot:
        return asking
    key = likely_key(known, lock)
    return at_lock(known, lock, f"unlock {lock} with {key}", f"the {key} may fit") if key else None


def likely_key(known: Knowledge, lock: str) -> str | None:
    """Return the key that is told to fit, or else one that is carried and has not failed."""
    carried = (thing for thing in known.carried if "key" in thing.split()[-1] and (thing, lock) not in known.misfits)
    return known.keys.get(lock) or next(carried, None)


def fetch(known: Knowledge, thing: str, reason: str, depth: int = 0) -> Step | None:
    """Return the next command towards carrying a thing; None when it is carried or cannot be got yet."""
    if known.carries(thing) or thing not in known.placed or depth > _DEEPEST:
        return None
    relation, holder = known.placed[thing]
    if known.is_room(holder):
        return at_thing(known, thing, f"take {thing}", reason) if relation == "lies in" else None
    if relation == "is in" and known.openness.get(holder) in ("closed", "locked", None):
        return open_up(known, holder, f"{reason}; the {holder} is not open", depth + 1)
    return at_thing(known, thing, f"take {thing} from {holder}", reason)


def with_free_hands(known: Knowledge, step: Step | None, spare: Callable[[Knowledge], str | None]) -> Step | None:
    """Return `step`, or what makes room for it: nothing can be taken while the hands are full."""
    if step is None or not known.hands_full or not step.command.startswith("take "):
        return step
    surplus = spare(known)
    return Step(f"drop {surplus}", f"no more can be carried; {step.reason}") if surplus else step
