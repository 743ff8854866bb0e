"""Ways, exits and the current place."""

from __future__ import annotations

from collections.abc import Callable

from agentmem.agent_memory import AgentMemory
from agentmem.events import Event, Fact, Recollection
from agentmem.language.maps import exits_nearest_first, read_map, unexplored, ways_from

Open = Callable[..., AgentMemory]
Tell = Callable[..., list[Event]]
WALK = (
    "You are in the hall. Exits: north, east.",
    "> go north\nYou are in the kitchen. Exits: south, west.",
    "> go west\nYou are in the garden. Exits: east, up.",
)


def said(*triples: str) -> list[Fact]:
    parts = [triple.split(", ") for triple in triples]
    return [Fact(subject=subject, relation=relation, object=object_) for subject, relation, object_ in parts]


def texts(found: list[Recollection], kind: str) -> list[str]:
    return [one.text for one in found if one.kind == kind]


def test_the_current_place_is_pinned(open_memory: Open, tell: Tell) -> None:
    memory = open_memory()
    tell(memory, *WALK, "> wait\nTime passes.")

    first = memory.search("anything", limit=1)[0]

    assert (first.kind, first.text, first.pinned, first.sources) == ("place", "garden", True, ("e3",))


def test_ways_are_the_shortest_and_come_when_asked_for(open_memory: Open, tell: Tell) -> None:
    memory = open_memory()
    tell(memory, *WALK)

    assert texts(memory.search("how do I go to the hall", limit=30), "path") == ["go to hall: east, south"]
    assert texts(memory.search("what is a kitchen", limit=30), "path") == []


def test_ways_and_exits_can_always_or_never_be_recalled(open_memory: Open, tell: Tell) -> None:
    tell(open_memory(), *WALK)

    always = open_memory(navigation="always").search("anything", limit=30)
    never = open_memory(navigation="never").search("explore the exits", limit=30)

    assert texts(always, "path") == ["go to kitchen: east", "go to hall: east, south"]
    assert texts(always, "exit") == ["unexplored: up of garden", "unexplored: east of hall"]
    assert texts(never, "path") + texts(never, "exit") == []


def test_a_way_names_every_event_it_was_learned_from(open_memory: Open, tell: Tell) -> None:
    memory = open_memory()
    tell(memory, *WALK)

    (way,) = [one for one in memory.search("the path to the hall", limit=30) if one.kind == "path"]

    assert way.sources == ("e3", "e2")


def test_what_was_told_first_by_an_event_that_is_undone_names_who_told_it_again(open_memory: Open, tell: Tell) -> None:
    memory = open_memory(navigation="always")
    tell(memory, WALK[0], "> go north\nYou are in the kitchen. Exits: south, west.", f"> go south\n{WALK[0]}")

    memory.undo("e1")

    found = memory.search("anything", limit=30)
    sources = {one.text: one.sources for one in found}
    assert sources["hall, has exit, east"] == sources["unexplored: east of hall"] == ("e3",)
    assert not any(one.sources == ("e1",) for one in found)


def test_a_place_that_only_an_undone_event_named_is_not_told(open_memory: Open, tell: Tell) -> None:
    memory = open_memory()
    tell(memory, *WALK, "The box is on the table.")

    memory.undo("e3")

    assert texts(memory.search("anything", limit=30), "place") == []


def test_only_places_that_were_visited_are_walked_through() -> None:
    drawn = read_map(said("attic, is up of, hall", "hall, has exit, up", "tower, is up of, attic"))

    assert ways_from("hall", drawn) == {"hall": ()}


def test_exits_come_nearest_first() -> None:
    drawn = read_map(
        said("a, has exit, east", "b, is north of, a", "b, has exit, south", "b, has exit, west", "a, has exit, north")
    )

    assert exits_nearest_first(ways_from("a", drawn), drawn) == [("a", "east"), ("b", "south"), ("b", "west")]


def test_an_exit_behind_a_locked_door_waits_for_the_key() -> None:
    drawn = read_map(said("oak door, leads north from, hall"))

    assert unexplored("hall", drawn) == ["north"]
    assert unexplored("hall", drawn, locked={"oak door"}) == []
