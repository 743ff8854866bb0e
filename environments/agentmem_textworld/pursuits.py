"""How each kind of aim is pursued: one aim, one function.

Each returns the next command, None when something must be found first, or
`MET` when there is nothing left to do for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

from agentmem_textworld.aims import Aim
from agentmem_textworld.errands import Step, at_lock, at_thing, fetch, likely_key, open_up, reach, unlock
from agentmem_textworld.knowledge import Knowledge

MET: Final = "met"
Pursuit = Step | None | Literal["met"]


def pursue(known: Knowledge, aim: Aim) -> Pursuit:
    """Return the next command towards an aim, None when more must be found first, or `MET`."""
    return _PURSUITS[aim.verb](known, aim)


def _take(known: Knowledge, aim: Aim) -> Pursuit:
    if known.carries(aim.thing):
        return MET
    return fetch(known, aim.thing, f"the goal is the {aim.thing}")


def _put(known: Knowledge, aim: Aim) -> Pursuit:
    return _move(known, aim, f"put {aim.thing} on {aim.other}")


def _insert(known: Knowledge, aim: Aim) -> Pursuit:
    if known.carries(aim.thing) and known.openness.get(aim.other) in ("closed", "locked"):
        return open_up(known, aim.other, f"the goal is to {aim.text}")
    return _move(known, aim, f"insert {aim.thing} into {aim.other}")


def _move(known: Knowledge, aim: Aim, command: str) -> Pursuit:
    if known.placed.get(aim.thing, ("", ""))[1] == aim.other:
        return MET
    if not known.carries(aim.thing):
        return fetch(known, aim.thing, f"the goal is to {aim.text}")
    return at_thing(known, aim.other, command, "it is what the goal asks")


def _open(known: Knowledge, aim: Aim) -> Pursuit:
    if known.openness.get(aim.thing) == "open":
        return MET
    if known.openness.get(aim.thing) == "locked":
        return unlock(known, aim.thing)
    return at_lock(known, aim.thing, f"open {aim.thing}", "it is what the goal asks")


def _close(known: Knowledge, aim: Aim) -> Pursuit:
    if known.openness.get(aim.thing) in ("closed", "locked"):
        return MET
    return at_lock(known, aim.thing, f"close {aim.thing}", "it is what the goal asks")


def _unlock(known: Knowledge, aim: Aim) -> Pursuit:
    if known.openness.get(aim.thing) == "open":
        return MET
    if aim.other:
        known.keys.setdefault(aim.thing, aim.other)
    return unlock(known, aim.thing)


def _lock(known: Knowledge, aim: Aim) -> Pursuit:
    if known.openness.get(aim.thing) == "locked":
        return MET
    key = aim.other or likely_key(known, aim.thing)
    if key is None:
        return None
    if not known.carries(key):
        return fetch(known, key, f"the goal is to {aim.text}")
    if known.openness.get(aim.thing) == "open":
        return at_lock(known, aim.thing, f"close {aim.thing}", "what is to be locked must be closed")
    return at_lock(known, aim.thing, f"lock {aim.thing} with {key}", "it is what the goal asks")


def _eat(known: Knowledge, aim: Aim) -> Pursuit:
    if known.placed.get(aim.thing, ("", ""))[1] == "consumed":
        return MET
    if not known.carries(aim.thing):
        return fetch(known, aim.thing, f"the goal is to {aim.text}")
    return Step(f"eat {aim.thing}", "it is what the goal asks")


def _examine(known: Knowledge, aim: Aim) -> Pursuit:
    if "examined" in known.states.get(aim.thing, ()):
        return MET
    return at_thing(known, aim.thing, f"examine {aim.thing}", "it is what the goal asks")


def _drop(known: Knowledge, aim: Aim) -> Pursuit:
    relation, room = known.placed.get(aim.thing, ("", ""))
    if relation == "lies in" and aim.other in ("", room):
        return MET
    if not known.carries(aim.thing):
        return fetch(known, aim.thing, f"the goal is to {aim.text}")
    if aim.other and aim.other != known.place:
        return reach(known, aim.other, f"the goal is to {aim.text}")
    return Step(f"drop {aim.thing}", "it is what the goal asks")


_PURSUITS: dict[str, Callable[[Knowledge, Aim], Pursuit]] = {
    "take": _take,
    "put": _put,
    "insert": _insert,
    "open": _open,
    "close": _close,
    "unlock": _unlock,
    "lock": _lock,
    "eat": _eat,
    "examine": _examine,
    "drop": _drop,
}
