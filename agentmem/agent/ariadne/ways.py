"""Ways: where the player is, where he can go to, and whether a way he set out on still holds.

AriGraph (Anokhin et al., 2024): "go to PLACE" for each place that was visited, taken in single
moves. Pure functions; what they know of the world is what was recalled of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agentmem.agent.environment import Observation
from agentmem.agent.policy import Leg, Turn
from agentmem.events import Recollection
from agentmem.language.facts import normal
from agentmem.language.maps import Map, exits_nearest_first, places_on, read_map, ways_from

GO_TO = "go to "
HEAD = 200
"""Characters of an observation in which a known place is looked for, where no memory tells the place."""


@dataclass(frozen=True)
class Surroundings:
    """What was recalled of the world's shape.

    Attributes:
        map: How places lie.
        place: Where the player is; None if nothing tells.
        exits: (place, direction) of what is unexplored, nearest first.
    """

    map: Map
    place: str | None
    exits: Sequence[tuple[str, str]]

    def routes(self) -> dict[str, tuple[Leg, ...]]:
        """Return the way to each other visited place, nearest first, by the action that takes it: "go to attic"."""
        if self.place is None:
            return {}
        return {
            f"{GO_TO}{there}": tuple(
                Leg(action=f"go {direction}", place=place)
                for direction, place in zip(way, places_on(way, self.map, start=self.place)[1:], strict=True)
            )
            for there, way in ways_from(self.place, self.map).items()
            if way
        }


def surroundings(observation: Observation, recollections: Iterable[Recollection]) -> Surroundings:
    """Return what the recollections tell of the world's shape.

    A memory that recalls ways is believed about what is unexplored; where none does, it
    is the exits that nobody took, on the map that its facts draw.
    """
    told = list(recollections)
    drawn = read_map(one.fact for one in sorted(told, key=lambda one: one.position) if one.fact is not None)
    place = _place(observation, told, drawn)
    if any(one.kind in ("path", "exit") for one in told):
        exits = [(one.fact.subject, one.fact.object) for one in told if one.kind == "exit" and one.fact is not None]
    else:
        within_reach = ways_from(place, drawn) if place else dict.fromkeys(sorted(drawn.exits), ())
        exits = exits_nearest_first(within_reach, drawn)
    return Surroundings(drawn, place, exits)


def follow(observation: Observation, world: Surroundings, last: Turn | None) -> tuple[Leg, ...]:
    """Return what is left of the way the last turn was on; nothing where it has ended, or may not be followed.

    It is given up when the move did not lead where it should, when the goal or what is
    carried is another than before, and when the next move is none of the actions there are.
    """
    if last is None or len(last.decision.route) < 2:
        return ()
    made, *left = last.decision.route
    before = last.observation
    holds = (
        world.place == made.place
        and (observation.goal, observation.inventory) == (before.goal, before.inventory)
        and is_possible(left[0].action, observation)
    )
    return tuple(left) if holds else ()


def is_possible(action: str, observation: Observation) -> bool:
    """Return whether an action may be done, as far as the environment tells."""
    return observation.valid_actions is None or action in observation.valid_actions


def _place(observation: Observation, told: Iterable[Recollection], drawn: Map) -> str | None:
    """Return where the player is: as the memory says, or the first known place at the head of what is seen."""
    said = [one for one in told if one.kind == "place"]
    if said:
        return normal(max(said, key=lambda one: one.position).text)
    head = f" {normal(observation.text[:HEAD])} "
    known = {*drawn.exits, *drawn.moves}
    seen = [(head.index(f" {place} "), -len(place), place) for place in known if f" {place} " in head]
    return min(seen)[2] if seen else None
