"""What the language is shown: everything that was recalled to the point, and nothing twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentmem.agent.ariadne import shown
from agentmem.agent.ariadne.ways import surroundings
from agentmem.agent.environment import Observation
from agentmem.agent.policy import Decision, Leg, Turn
from agentmem.language.maps import Map

if TYPE_CHECKING:
    from tests.agentmem.ariadne.conftest import Recall

HALL = Observation(text="-= Hall =-\n\nA grand hall.", inventory="You carry a key.")
ATTIC = Observation(text="-= Attic =-\nDust.", inventory="You carry a key.")
UP, NORTH = Leg(action="go up", place="attic"), Leg(action="go north", place="loft")


def turn(observation: Observation, action: str, *route: Leg) -> Turn:
    return Turn(observation=observation, decision=Decision(action=action, route=route))


def test_history_tells_what_was_seen_and_done_and_what_is_carried_once() -> None:
    told = shown.history([turn(HALL, "look"), turn(ATTIC, "go down")], Observation(text="A cellar."))

    assert told.splitlines() == [
        "-= Hall =-", "A grand hall.", "You carry a key.", "> look", "-= Attic =-", "Dust.", "> go down",
    ]  # fmt: skip


def test_a_room_that_is_seen_again_is_only_named_before() -> None:
    told = shown.history([turn(HALL, "go up"), turn(ATTIC, "go down")], HALL)

    assert "grand" not in told
    assert told.startswith("-= Hall =-")


def test_the_moves_of_one_way_are_told_together() -> None:
    told = shown.history([turn(HALL, "go up", UP, NORTH), turn(ATTIC, "go north", NORTH)], Observation(text="A loft."))

    assert told.splitlines()[-1] == "> go to loft (go up, go north)"


def test_a_brief_history_has_the_first_lines_only() -> None:
    told = shown.history([turn(HALL, "go up")], ATTIC, is_brief=True)

    assert told.splitlines() == ["-= Hall =-", "> go up"]


def test_statements_of_one_subject_stand_on_one_line_and_ways_are_told_once(recall: Recall) -> None:
    facts = [
        "attic, is up of, hall",
        "hall, is down of, attic",
        "hall, has exit, up",
        "hall, has exit, east",
        "hall, contains, rug",
    ]
    world = surroundings(HALL, recall("hall", facts))

    assert (
        shown.statements(recall("hall", facts), world.map, limit=9)
        == "attic: is up of hall\nhall: has exit east; contains rug"
    )


def test_statements_that_only_fill_the_room_are_not_shown(recall: Recall) -> None:
    assert shown.statements(recall("hall", score=0.0), Map(), limit=9) == ""


def test_passages_in_sight_or_in_the_history_are_not_recalled_again(recall: Recall) -> None:
    seen = ("episode", "> go up\n-= Attic =-\nDust.\n\nYou carry a key.")
    others = [("episode", "> look\nIt was dark."), ("event", "Hm."), ("episode", "Too much.")]
    told = recall("hall", [], other=[seen, *others])

    assert shown.passages(told, [HALL, ATTIC], limit=2) == "> look\nIt was dark.\n\nHm."


def test_unexplored_exits_stand_by_place_and_tell_which_are_here(recall: Recall) -> None:
    world = surroundings(HALL, recall("hall"))

    assert shown.exits(world) == "hall (here): east"
