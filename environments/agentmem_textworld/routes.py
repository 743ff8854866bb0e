"""The ways from where the agent is: breadth first over the rooms it knows."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from agentmem_textworld.naming import DIRECTIONS

if TYPE_CHECKING:
    from agentmem_textworld.knowledge import Knowledge


class Routes:
    """Distances in moves from the agent's place, and the first move of a shortest way to each room."""

    def __init__(self, known: Knowledge) -> None:
        self._known = known
        self.distance: dict[str, int] = {}
        self.first_move: dict[str, str] = {}
        if known.place is not None:
            self._walk(known.place)

    def _walk(self, start: str) -> None:
        self.distance[start] = 0
        queue = deque([start])
        while queue:
            room = queue.popleft()
            for way, there in sorted(self._known.neighbours.get(room, {}).items()):
                if there not in self.distance and self.passable(room, way):
                    self.distance[there] = self.distance[room] + 1
                    self.first_move[there] = self.first_move.get(room, way)
                    queue.append(there)

    def passable(self, room: str, way: str) -> bool:
        """Return whether one can leave that way: no door that cannot be opened, or is locked and no key carried."""
        door = self._known.doors.get((room, way))
        state = self._known.openness.get(door, "open") if door else "open"
        if not door or state == "open":
            return True
        if state == "closed":
            return (door, "opened") not in self._known.cannot
        key = self._known.keys.get(door)
        return key is not None and self._known.carries(key)

    def frontier(self) -> list[tuple[int, str, str]]:
        """Return (distance, room, way) of each exit not taken yet from a room within reach, nearest first."""
        open_ways = [
            (distance, room, way)
            for room, distance in self.distance.items()
            for way in self._known.exits.get(room, ())
            if way not in self._known.neighbours.get(room, {}) and not self._known.has_failed(f"go {way}", room)
        ]
        return sorted(open_ways, key=lambda found: (found[0], found[1], DIRECTIONS.index(found[2])))
