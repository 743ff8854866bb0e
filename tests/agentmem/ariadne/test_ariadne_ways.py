"""Ways: offered for what was visited, walked move by move, and given up when something is not as expected."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agentmem.agent.ariadne.ways import Surroundings, follow, surroundings
from agentmem.agent.environment import Observation
from agentmem.agent.policy import Decision, Leg, Turn, last_turns

if TYPE_CHECKING:
    from tests.agentmem.ariadne.conftest import Recall

UP, NORTH = Leg(action="go up", place="attic"), Leg(action="go north", place="loft")
HALL = Observation(text="A hall.", goal="Sleep.", inventory="You carry a pillow.")
SET_OUT = Turn(observation=HALL, decision=Decision(action="go up", route=(UP, NORTH)))
ATTIC = HALL.model_copy(update={"text": "An attic."})


@pytest.fixture
def in_the_attic(recall: Recall) -> Surroundings:
    return surroundings(ATTIC, recall("attic"))


def test_there_is_a_way_to_each_visited_place_but_this_one(recall: Recall) -> None:
    routes = surroundings(HALL, recall("hall")).routes()

    assert routes == {"go to attic": (UP,), "go to loft": (UP, NORTH)}


def test_where_nothing_tells_the_place_a_known_one_at_the_head_of_the_text_is_it(recall: Recall) -> None:
    assert surroundings(Observation(text="-= Attic =-\nThe hall is below."), recall(None)).place == "attic"
    assert surroundings(Observation(text="Dust."), recall(None)).routes() == {}


def test_unexplored_exits_are_those_of_the_map_nearest_first(recall: Recall) -> None:
    facts = ["hall, has exit, east", "attic, has exit, north", "attic, is up of, hall"]

    assert surroundings(HALL, recall("hall", facts)).exits == [("hall", "east"), ("attic", "north")]


def test_a_memory_that_recalls_ways_is_believed_about_what_is_unexplored(recall: Recall) -> None:
    assert surroundings(HALL, recall("hall", other=[("path", "go to attic: up")])).exits == []


def test_a_way_goes_on_with_the_next_move(in_the_attic: Surroundings) -> None:
    assert follow(ATTIC, in_the_attic, SET_OUT) == (NORTH,)


def test_a_way_ends_with_its_last_move(in_the_attic: Surroundings) -> None:
    arrived = Turn(observation=HALL, decision=Decision(action="go up", route=(UP,)))

    assert follow(ATTIC, in_the_attic, arrived) == ()


def test_a_way_is_given_up_when_the_move_failed(recall: Recall) -> None:
    assert follow(HALL, surroundings(HALL, recall("hall")), SET_OUT) == ()


@pytest.mark.parametrize("change", [{"inventory": "You carry nothing."}, {"goal": "Run!"}], ids=str)
def test_a_way_is_given_up_when_something_else_changed(in_the_attic: Surroundings, change: dict[str, str]) -> None:
    assert follow(ATTIC.model_copy(update=change), in_the_attic, SET_OUT) == ()


def test_a_way_is_given_up_when_the_next_move_cannot_be_made(in_the_attic: Surroundings) -> None:
    assert follow(ATTIC.model_copy(update={"valid_actions": ("go down",)}), in_the_attic, SET_OUT) == ()


def test_the_moves_of_a_way_are_remembered_as_one_decision() -> None:
    look = Turn(observation=HALL, decision=Decision(action="look"))
    goes_on = Turn(observation=ATTIC, decision=Decision(action="go north", route=(NORTH,)))
    turns = (look, look, SET_OUT, goes_on)

    assert last_turns(turns, 1) == (SET_OUT, goes_on)
    assert last_turns(turns, 2) == (look, SET_OUT, goes_on)
    assert last_turns(turns, 9) == turns
    assert last_turns(turns, 0) == ()
