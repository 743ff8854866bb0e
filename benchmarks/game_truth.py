"""Where things really are: the simulator's own facts along a run, and a judge of what a memory says of it.

Facts of the simulator are used here only, to measure; no memory, language or policy ever sees them.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import textworld

from agentmem.language.facts import normal
from arigraph_logs import DATA, GAMES, Attempt, Step

CARRIED, FLOOR = "inventory", "floor"
_HOLDING = re.compile(r"is (?:now |currently )?(?:in|on|inside|at|located in|placed on|placed in)")
_HELD = re.compile(r"contains|has on it|has in it|holds")
_COMMANDS = {"fry": "stove", "roast": "oven", "grill": "BBQ"}
"""Verbs the authors put in the place of "cook": each with what it is done with."""


@dataclass(frozen=True)
class Place:
    """A statement about where a thing is; both are things of the game, by the names the game gives them."""

    thing: str
    holder: str


@dataclass(frozen=True)
class World:
    """Where everything is at one moment.

    Attributes:
        within: Thing to what it directly is in, on or at; what is carried is in "inventory".
        rooms: The rooms.
        names: All things and rooms there have ever been, without spaces, to their names.
        shown: Things that texts have named by now, and that still are.
    """

    within: Mapping[str, str]
    rooms: frozenset[str]
    names: Mapping[str, str]
    shown: frozenset[str]

    def place_in(self, triplet: str) -> Place | None:
        """Return what a triplet says of where a thing is; None if it says nothing of that, or not of the game's things.

        A triplet is about a place if its relation is "is in", "is on" or the like, or "contains", "has on it" or the
        like, and both its ends can be resolved. The past ("contained") is none.
        """
        subject, _, rest = triplet.partition(", ")
        relation, _, object_ = rest.rpartition(", ")
        thing, holder = (subject, object_) if _HOLDING.fullmatch(relation) else (object_, subject)
        if thing is object_ and not _HELD.fullmatch(relation):
            return None
        found = self.resolve(thing), self.resolve(holder)
        if found[0] is None or found[1] is None or found[0] in self.rooms or found[0] in (CARRIED, FLOOR):
            return None
        return Place(found[0], found[1])

    def resolve(self, name: str) -> str | None:
        """Return what the game calls this, whatever spaces, articles and words before the name ("raw") it is given."""
        words = normal(name).split()
        tails = ("".join(words[at:]) for at in range(len(words)))
        return next((self.names[tail] for tail in tails if tail in self.names), None)

    def holds(self, place: Place) -> bool:
        """Return whether it is so: directly or by way of what is in, on or at the holder.

        Nothing carried is in the room the player is in. What lies on no thing in a room lies on its floor.
        """
        if place.holder == FLOOR:
            return self.within.get(place.thing) in self.rooms
        around = self.within.get(place.thing)
        while around is not None and around != place.holder:
            around = self.within.get(around)
        return around is not None


def worlds(attempt: Attempt) -> Iterator[tuple[Step, World]]:
    """Replay an attempt in its game, and give each step with the world it was taken in.

    Raises:
        ValueError: the game shows another place than the log.
    """
    with warnings.catch_warnings():  # Jericho's, about a game that TextWorld supports
        warnings.filterwarnings("ignore", message="Game .* is not fully supported")
        game = textworld.start(str(DATA / GAMES[attempt.game]), textworld.EnvInfos(facts=True))
        state = game.reset()
    told = ""
    names: dict[str, str] = {CARRIED: CARRIED, FLOOR: FLOOR, "ground": FLOOR}
    for step in attempt.steps:
        told += f" {normal(step.text)} {normal(step.inventory)}"
        world = _world(state["facts"], names, told=told)
        if step.place is not None and world.resolve(step.place) != _player(state["facts"]):
            raise ValueError(f"step {step.number}: the log is in {step.place}, the game in {_player(state['facts'])}")
        yield step, world
        for command in _commands(step, state["facts"]):
            state, _, _ = game.step(command)
    game.close()


def _commands(step: Step, facts: Iterable[Any]) -> list[str]:
    """Return the game's own commands for what was chosen: moves for "go to", "cook" for "grill"."""
    if step.walked:
        return _moves(step.walked, facts)
    verb, _, rest = step.taken.partition(" ")
    return [f"cook {rest}"] if _COMMANDS.get(verb, "") in rest and verb in _COMMANDS else [step.taken]


def _moves(walked: Iterable[str], facts: Iterable[Any]) -> list[str]:
    ways = {}
    for fact in facts:
        if fact.name.endswith("_of"):
            there, here = (argument.name for argument in fact.arguments)
            ways[_squashed(here), _squashed(there)] = fact.name.removesuffix("_of")
    here, moves = _squashed(_player(facts)), []
    for there in map(_squashed, walked):
        moves.append(f"go {ways[here, there]}")
        here = there
    return moves


def _world(facts: Iterable[Any], names: dict[str, str], *, told: str) -> World:
    within, rooms = {}, set()
    for fact in facts:
        for argument in fact.arguments:
            if argument.type == "r":
                rooms.add(normal(argument.name))
        if fact.name in ("at", "in", "on") and fact.arguments[0].name != "P" and fact.arguments[1].name != "RECIPE":
            thing, holder = (normal(argument.name) for argument in fact.arguments)
            within[thing] = CARRIED if fact.arguments[1].name == "I" else holder
    names.update((_squashed(name), name) for name in (*within, *rooms))
    return World(within, frozenset(rooms), names, frozenset(thing for thing in within if thing in told))


def _player(facts: Iterable[Any]) -> str:
    return next(normal(fact.arguments[1].name) for fact in facts if fact.name == "at" and fact.arguments[0].name == "P")


def _squashed(name: str) -> str:
    return normal(name).replace(" ", "")
