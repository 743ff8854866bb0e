"""What is recalled: events like the question, and what was next to them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentmem.agent_memory import AgentMemory
from agentmem.events import Recollection, new_query

PAIRS = ("sail wind", "wind sail", "red key", "a red key", "oven bread", "bread oven", "rain snow", "snow rain")


@pytest.fixture
def memory(open_memory: Callable[..., AgentMemory], tell: Callable[..., None]) -> AgentMemory:
    """Five events of two steps; the second is about a key, and the last one is open."""
    opened = open_memory(most=2)
    tell(opened, *PAIRS, "old song")
    return opened


def by(found: list[Recollection], part: str) -> list[str]:
    return [one.text for one in found if part in one.parts]


def test_most_of_the_limit_is_for_likeness_and_the_rest_for_neighbours(memory: AgentMemory) -> None:
    found = memory.search("red key", limit=10)

    assert by(found, "similarity")[:2] == ["red key", "a red key"]
    assert len(by(found, "similarity")) <= 7
    assert len(by(found, "contiguity")) <= 3


def test_the_event_after_is_added_before_the_event_before(memory: AgentMemory) -> None:
    after = memory.search(new_query("red key", limit=3, exclude=("e9",)))
    assert by(after, "contiguity") == []  # 30 % of 3 is none

    two_alike_and_two_beside = memory.search("red key", limit=4)
    assert by(two_alike_and_two_beside, "contiguity") == ["oven bread"]


def test_the_event_before_is_added_next_from_its_end(
    open_memory: Callable[..., AgentMemory], tell: Callable[..., None]
) -> None:
    opened = open_memory(namespace="wide", most=2, contiguity=0.6)
    tell(opened, *PAIRS, "old song")

    beside = [by(opened.search("red key", limit=limit), "contiguity") for limit in (3, 5)]

    assert set(beside[0]) == {"oven bread"}
    assert set(beside[1]) == {"oven bread", "bread oven", "wind sail"}


def test_a_neighbour_in_another_session_is_not_contiguous(
    open_memory: Callable[..., AgentMemory], tell: Callable[..., None]
) -> None:
    opened = open_memory(contiguity=0.5)
    tell(opened, "red key", "a red key", session="monday")
    tell(opened, "oven bread", session="tuesday")

    assert by(opened.search("red key", limit=4), "contiguity") == []


def test_no_neighbours_where_none_are_asked(open_memory: Callable[..., AgentMemory], tell: Callable[..., None]) -> None:
    opened = open_memory(most=2, contiguity=0)
    tell(opened, *PAIRS)

    found = opened.search("red key", limit=4)

    assert len(by(found, "similarity")) == 4
    assert by(found, "contiguity") == []


def test_an_event_is_recalled_whole_where_it_fits(memory: AgentMemory) -> None:
    assert {one.text for one in memory.search("key", limit=2)} == {"red key", "a red key"}


def test_what_is_excluded_leaves_room_for_others(memory: AgentMemory) -> None:
    found = memory.search(new_query("red key", limit=3, exclude=("e3", "e4")))

    assert len(found) == 3
    assert not {"e3", "e4"} & {source for one in found for source in one.sources}


def test_however_many_of_the_likest_are_excluded_the_next_are_recalled(
    open_memory: Callable[..., AgentMemory], tell: Callable[..., None]
) -> None:
    opened = open_memory(least=1, most=1, contiguity=0)
    tell(opened, "red key", "a red key", "the red key", "red boat", "key song", *PAIRS[4:])

    found = opened.search(new_query("red key", limit=2, exclude=("e1", "e2", "e3")))

    assert {one.text for one in found} == {"red boat", "key song"}


def test_the_newest_steps_are_recalled_though_their_event_is_not_written(memory: AgentMemory) -> None:
    assert memory.search("old song", limit=1)[0].text == "old song"
    assert {one.text for one in memory.search("snow rain", limit=2)} == {"rain snow", "snow rain"}


def test_a_question_unlike_everything_recalls_nothing(memory: AgentMemory) -> None:
    assert memory.search("...") == []
    assert memory.search("red key", min_score=1.0) == []


def test_a_neighbour_scores_half_of_what_it_is_next_to(memory: AgentMemory) -> None:
    found = memory.search("red key", limit=4)
    alike = next(one for one in found if "similarity" in one.parts)
    beside = next(one for one in found if "contiguity" in one.parts)

    assert beside.parts["contiguity"] == pytest.approx(alike.parts["similarity"] / 2)
    assert alike.score == pytest.approx((alike.parts["similarity"] + alike.parts["cosine"]) / 2)


def test_an_event_of_which_everything_was_undone_is_passed_over(memory: AgentMemory) -> None:
    memory.undo("e3")
    memory.undo("e4")

    best = memory.search("red key or oven bread", limit=5)[0]

    assert best.text in ("oven bread", "bread oven")
    assert best.parts["similarity"] == pytest.approx(best.parts["cosine"], abs=1e-5)
