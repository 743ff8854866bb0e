"""What is known of a game, built anew at each step from what was recalled and what is seen now."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from agentmem.agent.environment import Observation
from agentmem.events import Fact, Recollection
from agentmem.language.facts import HERE, Reading
from agentmem_textworld.grammar import read
from agentmem_textworld.naming import DIRECTIONS
from agentmem_textworld.routes import Routes

OPPOSITE = {
    "north": "south", "east": "west", "northeast": "southwest", "northwest": "southeast", "up": "down",
    "south": "north", "west": "east", "southwest": "northeast", "southeast": "northwest", "down": "up",
}  # fmt: skip


@dataclass
class Knowledge:
    """The current facts, sorted for planning. Filled by `learn`, then only read.

    Attributes:
        place: Where the agent is, if known.
        placed: Thing to (relation, holder): ("is in", "fridge"), ("lies in", "garden").
        openness: Door or container to open, closed or locked.
        exits: Room to the directions that leave it.
        neighbours: Room to direction to the room that way.
        doors: (room, direction) to the door between.
        keys: Lock to the key that is said to open it.
        states: Thing to what was done to it: diced, fried, examined, prepared.
        tasks: Thing to what is to be done to it.
        required: The ingredients of the recipe, in its order.
        failed: (command, place) of attempts that did nothing.
        cannot: (thing, done): what cannot be opened, taken, ...
        misfits: (key, lock) that do not belong together.
        puts: (thing, supporter) of what was put on it at some time.
        supporters: Furniture that things stand on, so no container.
        appliances: Appliance to what its food becomes.
        kitchen: The room where the meal is prepared, if told.
        hands_full: Whether no more can be carried.
        hands_limited: Whether that was ever so.
    """

    place: str | None = None
    placed: dict[str, tuple[str, str]] = field(default_factory=dict)
    openness: dict[str, str] = field(default_factory=dict)
    exits: dict[str, list[str]] = field(default_factory=dict)
    neighbours: dict[str, dict[str, str]] = field(default_factory=dict)
    doors: dict[tuple[str, str], str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    states: dict[str, set[str]] = field(default_factory=dict)
    tasks: dict[str, list[str]] = field(default_factory=dict)
    required: list[str] = field(default_factory=list)
    failed: set[tuple[str, str]] = field(default_factory=set)
    cannot: set[tuple[str, str]] = field(default_factory=set)
    misfits: set[tuple[str, str]] = field(default_factory=set)
    puts: set[tuple[str, str]] = field(default_factory=set)
    supporters: set[str] = field(default_factory=set)
    appliances: dict[str, str] = field(default_factory=dict)
    kitchen: str | None = None
    hands_full: bool = False
    hands_limited: bool = False

    def learn(self, fact: Fact) -> None:
        """Take in one fact; a later one about the same thing takes the place of an earlier."""
        teach = _TEACH.get(fact.relation)
        if teach:
            teach(self, *self._resolve(fact))

    def join(self, room: str, way: str, there: str) -> None:
        """Take in that the way out of `room` leads `there`, and the opposite way back."""
        self.neighbours.setdefault(room, {})[way] = there
        self.neighbours.setdefault(there, {})[OPPOSITE[way]] = room

    def _resolve(self, fact: Fact) -> tuple[str, str]:
        here = self.place or HERE
        return (here if fact.subject == HERE else fact.subject), (here if fact.object == HERE else fact.object)

    def carries(self, thing: str) -> bool:
        """Return whether the agent carries it."""
        return self.placed.get(thing, ("", ""))[1] == "inventory"

    @property
    def carried(self) -> list[str]:
        """What the agent carries, sorted."""
        return sorted(thing for thing, (_, holder) in self.placed.items() if holder == "inventory")

    def is_room(self, name: str) -> bool:
        """Return whether it is a room rather than a thing."""
        return name in self.exits or name in self.neighbours or name == self.place

    def room_of(self, thing: str) -> str | None:
        """Return the room a thing is in, through what holds it, or None if that is not known."""
        for _ in range(5):
            if thing == "inventory":
                return self.place
            if self.is_room(thing):
                return thing
            if thing not in self.placed:
                return None
            thing = self.placed[thing][1]
        return None

    def is_furniture(self, thing: str) -> bool:
        """Return whether it belongs to a room and cannot be carried."""
        relation, holder = self.placed.get(thing, ("", ""))
        return relation == "is in" and self.is_room(holder)

    def furniture_called(self, name: str) -> str:
        """Return the name by which a room shows what `name` may mean: an "old rusty safe" may be shown as a safe."""
        if name in self.placed or name in self.doors.values():
            return name
        return next(
            (thing for thing in sorted(self.placed) if name.endswith(f" {thing}") and self.is_furniture(thing)), name
        )

    def may_open(self, thing: str) -> bool:
        """Return whether it may be a container that is not open yet and could be opened."""
        return (
            self.is_furniture(thing)
            and thing not in self.supporters
            and self.openness.get(thing) != "open"
            and (thing, "opened") not in self.cannot
        )

    def has_failed(self, command: str, place: str | None) -> bool:
        """Return whether this command was tried in that place in vain."""
        return (command, place or HERE) in self.failed

    def open_tasks(self, thing: str) -> list[str]:
        """Return what is still to be done to a thing."""
        done = self.states.get(thing, set())
        return [task for task in self.tasks.get(thing, []) if task not in done]

    @cached_property
    def routes(self) -> Routes:
        """The ways from here; worked out once, when first needed."""
        return Routes(self)


def know(observation: Observation, recollections: Sequence[Recollection], told: Iterable[Fact] = ()) -> Knowledge:
    """Return what is known from what the goal tells, from recollections, and from what is seen now.

    Recollections are taken as current facts or, where none is a fact, as passages to read.
    """
    known = Knowledge()
    for fact in told:
        known.learn(fact)
    facts = [(one.position, one.text, one.fact) for one in recollections if one.fact is not None]
    for _, _, fact in sorted(facts, key=lambda one: one[:2]):  # how well each fits the question is no reason to act
        known.learn(fact)
    if not facts:
        _learn_passages(known, recollections)
    for recollection in recollections:
        if recollection.kind == "place":
            known.place = recollection.text
    _learn_now(known, observation)
    return known


def _learn_now(known: Knowledge, observation: Observation) -> None:
    carried = observation.inventory
    text = f"{observation.text}\n\n{carried}" if carried else observation.text
    reading = read(text)
    if reading is None:
        return
    _learn_reading(known, reading)
    if carried:
        listed = {fact.subject for fact in reading.facts if fact.object == "inventory"}
        for thing in known.carried:
            if thing not in listed:
                known.placed[thing] = ("is", "consumed")


def _learn_passages(known: Knowledge, recollections: Iterable[Recollection]) -> None:
    """Read passages again, oldest first; a move joins two rooms only where no passage is missing between."""
    before = -1
    for passage in sorted((r for r in recollections if r.kind != "place"), key=lambda r: r.position):
        action, text = split_passage(passage.text)
        reading = read(text, action)
        if reading is None:
            continue
        left = known.place if passage.position == before + 1 else None
        _learn_reading(known, reading)
        if left and reading.place and reading.heading and left != reading.place:
            known.join(left, reading.heading, reading.place)
        before = passage.position


def split_passage(passage: str) -> tuple[str | None, str]:
    """Return the action and the text of an event's passage."""
    if not passage.startswith("> "):
        return None, passage
    action, _, text = passage[2:].partition("\n")
    return action, text


def _learn_reading(known: Knowledge, reading: Reading) -> None:
    if reading.place:
        known.place = reading.place
        known.exits.setdefault(reading.place, [])
    for fact in reading.facts:
        known.learn(fact)


def _place(relation: str) -> Callable[[Knowledge, str, str], None]:
    def teach(known: Knowledge, thing: str, holder: str) -> None:
        known.placed[thing] = (relation, holder)

    return teach


def _is(known: Knowledge, thing: str, state: str) -> None:
    if state in ("open", "closed", "locked"):
        known.openness[thing] = state
    elif state == "consumed":
        known.placed[thing] = ("is", state)
    elif thing == "inventory":
        known.hands_full, known.hands_limited = state == "full", True
    else:
        known.states.setdefault(thing, set()).add(state)


def _exit(known: Knowledge, room: str, way: str) -> None:
    ways = known.exits.setdefault(room, [])
    if way not in ways:
        ways.append(way)


def _no_exit(known: Knowledge, room: str, way: str) -> None:
    known.failed.add((f"go {way}", room))


def _door(way: str) -> Callable[[Knowledge, str, str], None]:
    def teach(known: Knowledge, door: str, room: str) -> None:
        known.doors[room, way] = door

    return teach


def _joined(way: str) -> Callable[[Knowledge, str, str], None]:
    def teach(known: Knowledge, there: str, room: str) -> None:
        known.neighbours.setdefault(room, {})[way] = there
        known.neighbours.setdefault(there, {})

    return teach


def _requires(known: Knowledge, _: str, thing: str) -> None:
    if thing not in known.required:
        known.required.append(thing)


def _to_be(known: Knowledge, thing: str, task: str) -> None:
    tasks = known.tasks.setdefault(thing, [])
    if task not in tasks:
        tasks.append(task)


def _makes(known: Knowledge, appliance: str, state: str) -> None:
    known.appliances[appliance] = state


def _unlocks(known: Knowledge, key: str, lock: str) -> None:
    known.keys[lock] = key


def _supporter(known: Knowledge, thing: str, _: str) -> None:
    known.supporters.add(thing)


def _prepared_in(known: Knowledge, _: str, room: str) -> None:
    known.kitchen = room


_TEACH: dict[str, Callable[[Knowledge, str, str], None]] = {
    "is in": _place("is in"),
    "is on": _place("is on"),
    "lies in": _place("lies in"),
    "is": _is,
    "has been": _is,
    "is a": _supporter,
    "has exit": _exit,
    "has no exit": _no_exit,
    "requires": _requires,
    "to be": _to_be,
    "makes food": _makes,
    "unlocks": _unlocks,
    "can be prepared in": _prepared_in,
    "cannot be": lambda known, thing, done: known.cannot.add((thing, done)),
    "does not fit": lambda known, key, lock: known.misfits.add((key, lock)),
    "was once put on": lambda known, thing, supporter: known.puts.add((thing, supporter)),
    "failed in": lambda known, command, place: known.failed.add((command, place)),
    **{f"leads {way} from": _door(way) for way in DIRECTIONS},
    **{f"is {way} of": _joined(way) for way in DIRECTIONS},
}
