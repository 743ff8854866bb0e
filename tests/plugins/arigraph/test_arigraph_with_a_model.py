"""What AriGraph makes of a model's answers, right and wrong ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from agentmem.agent_memory import AgentMemory
from agentmem.events import Event, new_event
from agentmem.graph.contract import Node, Where
from agentmem.language.facts import Reading
from agentmem.language.recorded import RecordedLanguage
from agentmem.testing.embedding import HashEmbedder
from agentmem_arigraph.extraction import resolve

Open = Callable[..., AgentMemory]
Tell = Callable[..., list[Event]]
Facts = Callable[[AgentMemory], Mapping[str, Node]]
EPISODES = Where(memory="arigraph", label="Episode")


class Model:
    """Answers `facts` with the triplets it is told to find, and `arigraph.outdated` with pairs.

    Attributes:
        asked: Names of the tasks it was asked, in order.
    """

    def __init__(self, *answers: tuple[Sequence[str], Sequence[tuple[str, str]]], place: str | None = "hall") -> None:
        self.asked: list[str] = []
        self._answers = iter(answers)
        self._place = place
        self._pairs: Sequence[tuple[str, str]] = ()

    def __call__(self, task: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        self.asked.append(task)
        if task == "arigraph.outdated":
            return {"replaced": [{"old": old, "new": new} for old, new in self._pairs]}
        triplets, self._pairs = next(self._answers)
        parts = [triplet.split(", ", 2) for triplet in triplets]
        return {"facts": [{"subject": s, "relation": r, "object": o} for s, r, o in parts], "place": self._place}


@pytest.fixture
def told(open_memory: Open, tell: Tell) -> Callable[..., AgentMemory]:
    """Open a memory over a model, and tell it one text for each of the model's answers."""

    def opened(model: Model, *, times: int, **settings: Any) -> AgentMemory:
        memory = open_memory(language=RecordedLanguage(model, embedder=HashEmbedder()), **settings)
        tell(memory, *(f"text {n}" for n in range(times)))
        return memory

    return opened


def test_what_is_taken_is_no_longer_where_it_was_said_to_be_from_either_side(
    told: Callable[..., AgentMemory], facts: Facts
) -> None:
    model = Model((["locker, contains, key", "locker, contains, note"], []), (["key, is in, inventory"], []))

    memory = told(model, times=2)

    assert facts(memory).keys() == {"locker, contains, note", "key, is in, inventory"}


def test_what_a_text_tells_of_where_a_thing_came_from_does_not_bring_it_back(
    told: Callable[..., AgentMemory], facts: Facts
) -> None:
    pair = ("locker, contains, key", "key, is in, inventory")
    model = Model((["locker, contains, key"], []), (["key, is in, inventory", "locker, contains, key"], [pair]))

    assert facts(told(model, times=2)).keys() == {"key, is in, inventory"}


def test_where_things_are_can_be_left_to_the_model_alone(told: Callable[..., AgentMemory], facts: Facts) -> None:
    model = Model((["locker, contains, key"], []), (["key, is in, inventory"], []))

    memory = told(model, times=2, one_place=False)

    assert facts(memory).keys() == {"locker, contains, key", "key, is in, inventory"}


def test_what_people_say_someone_is_in_need_not_be_a_place(open_memory: Open, facts: Facts) -> None:
    model = Model((["ann, is in, choir"], []), (["ann, is in, love"], []), place="cafe")
    memory = open_memory(language=RecordedLanguage(model, embedder=HashEmbedder()))

    memory.add_many([new_event(text, speaker="Ann", role="user") for text in ("I sing.", "I am in love.")])

    assert facts(memory).keys() == {"ann, is in, choir", "ann, is in, love"}


@pytest.mark.parametrize(
    "old", ["f1", "F1", "[f1]", "f1: door, is, closed", "door, is, closed", "The Door, is, CLOSED."]
)
def test_b6_an_outdated_fact_is_known_by_its_alias_or_its_words(
    old: str, told: Callable[..., AgentMemory], facts: Facts
) -> None:
    model = Model((["door, is, closed"], []), (["door, is, open"], [(old, "n1")]))

    assert facts(told(model, times=2)).keys() == {"door, is, open"}


def test_what_cannot_be_used_of_an_answer_is_counted(told: Callable[..., AgentMemory], facts: Facts) -> None:
    pairs = [("f9", "n1"), ("-1", "n1"), ("", ""), ("f1", "n1"), ("nonsense", "n99999999999999999999")]
    model = Model((["bed, is, empty"], []), (["chair, is, empty", "bed, is on, carpet"], pairs))

    memory = told(model, times=2)

    props = memory.graph.scan(EPISODES, newest=True, limit=1)[0].props
    assert (props["unknown_aliases"], props["unrelated_pairs"]) == (4, 1)
    assert facts(memory).keys() == {"bed, is, empty", "chair, is, empty", "bed, is on, carpet"}


def test_facts_beyond_the_most_are_dropped_and_counted(told: Callable[..., AgentMemory], facts: Facts) -> None:
    model = Model(([f"stone {n}, is, grey" for n in range(9)], []))

    memory = told(model, times=1, facts=4)

    assert len(facts(memory)) == 4
    assert memory.graph.scan(EPISODES, limit=1)[0].props["dropped_facts"] == 5


def test_nothing_is_asked_about_while_nothing_is_new_or_nothing_was_known(told: Callable[..., AgentMemory]) -> None:
    model = Model(*([(["door, is, closed"], [])] * 3))

    told(model, times=3)

    assert model.asked == ["facts"] * 3


@pytest.mark.parametrize("place", ["none", "Unknown", "here", " ", "N/A"])
def test_no_place_in_words_is_no_place(place: str) -> None:
    assert resolve(Reading(place=place), before="hall").place == "hall"


@pytest.mark.parametrize(("heading", "lost"), [("North", 0), ("go north", 0), ("left", 1)])
def test_a_heading_is_read_kindly_and_counted_if_it_is_no_direction(heading: str, lost: int) -> None:
    scene = resolve(Reading(place="attic", heading=heading), before="hall")

    assert scene.dropped == lost
    assert [fact.text for fact in scene.facts] == (
        [] if lost else ["attic, is north of, hall", "hall, is south of, attic"]
    )
