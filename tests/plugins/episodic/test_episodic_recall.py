"""What the episodic memory finds, and why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from agentmem.agent_memory import AgentMemory
from agentmem.events import Event, Query, Recollection
from agentmem.graph.view import MemoryGraph
from agentmem_episodic.memory import Episodic

Open = Callable[..., AgentMemory]
Say = Callable[..., list[Event]]
NOW = datetime(2024, 1, 1, tzinfo=UTC)
TALK = (
    "Ann: Hello Bob, how was your week?",
    "Bob: Busy. I adopted a puppy from the shelter last Friday.",
    "Ann: Lovely! What is its name?",
    "Bob: Rex, after the old film.",
    "Ann: The weather was dreadful here, all my tomatoes drowned.",
)


def only(found: list[Recollection], event: str) -> Recollection:
    (one,) = [one for one in found if one.sources == (event,)]
    return one


def test_the_event_that_says_it_comes_first(open_memory: Open, say: Say) -> None:
    memory = open_memory()
    say(memory, *TALK)

    best = memory.search("Which animal did Bob adopt?")[0]

    assert best.sources == ("e2",)
    assert best.kind == "event"
    assert best.text == "Bob (1:56 pm on 10 May, 2023): Busy. I adopted a puppy from the shelter last Friday."


def test_a_score_is_the_sum_of_its_parts(open_memory: Open, say: Say) -> None:
    memory = open_memory()
    say(memory, *TALK)

    for one in memory.search("Where did Bob adopt a puppy in May 2023?"):
        assert one.score == pytest.approx(min(1.0, sum(one.parts.values())))
    best = memory.search("Where did Bob adopt a puppy in May 2023?")[0]
    assert best.parts.keys() >= {"vector", "words", "after", "before", "session", "person", "date", "length"}


@pytest.mark.parametrize(
    ("part", "settings"),
    [
        ("vector", {"vector": 0}),
        ("words", {"words": 0}),
        ("before", {"beside": 0, "near": 0}),
        ("after", {"beside": 0, "near": 0}),
        ("session", {"session": 0}),
        ("person", {"person": 0}),
        ("answer", {"answer": 0}),
        ("date", {"date": 0}),
        ("length", {"length": 0}),
        ("asking", {"asking": 0}),
    ],
)
def test_every_part_can_be_switched_off(open_memory: Open, say: Say, part: str, settings: dict[str, Any]) -> None:
    question = "When did Bob adopt a puppy in May 2023?"
    say(open_memory(), *TALK)

    assert any(part in one.parts for one in open_memory().search(question))
    assert not any(part in one.parts for one in open_memory(**settings).search(question))


def test_an_answer_is_found_by_what_was_asked(open_memory: Open, say: Say) -> None:
    asked, alone = open_memory("asked"), open_memory("alone", answered=False)
    say(asked, *TALK)
    say(alone, *TALK)
    question = "What is the name of the puppy?"

    answer = only(asked.search(question, limit=3), "e4")

    assert answer.text == "Bob (1:56 pm on 12 May, 2023): Rex, after the old film."
    assert answer.parts["words"] > only(alone.search(question), "e4").parts["words"]


def test_what_stands_beside_a_hit_is_lifted(open_memory: Open, say: Say) -> None:
    say(open_memory(), *TALK)
    question = "Who went to the shelter?"

    beside = only(open_memory().search(question), "e3")
    alone = [one for one in open_memory(neighbourhood=0, session=0).search(question) if one.sources == ("e3",)]

    assert beside.parts["before"] > 0
    assert not alone or alone[0].score < beside.score


def test_sessions_that_interleave_are_chained_each_for_itself(open_memory: Open, say: Say) -> None:
    memory = open_memory()
    for ann, zoe in zip(("Ann: one", "Ann: two", "Ann: three"), ("Zoe: uno", "Zoe: dos", "Zoe: tres"), strict=True):
        say(memory, ann, session="ann")
        say(memory, zoe, session="zoe")

    edges = memory.graph.edges([f"episodic/Moment/e{n}" for n in range(1, 7)], types=["NEXT"])

    chained = sorted((edge.source[-2:], edge.target[-2:]) for edge in edges)
    assert chained == [("e1", "e3"), ("e2", "e4"), ("e3", "e5"), ("e4", "e6")]


def test_a_session_too_far_back_begins_a_new_chain(open_memory: Open, say: Say) -> None:
    memory = open_memory(interleaved=2)
    say(memory, "Ann: one", session="ann")
    say(memory, "Zoe: uno", "Zoe: dos", session="zoe")
    say(memory, "Ann: two", session="ann")

    assert memory.graph.edges(["episodic/Moment/e4"], types=["NEXT"]) == []


def test_the_person_named_is_preferred_and_two_named_are_not(open_memory: Open, say: Say) -> None:
    memory = open_memory()
    say(memory, "Ann: I sold my boat.", "Bob: I sold my boat.")

    assert memory.search("What did Bob sell?")[0].sources == ("e2",)
    assert memory.search("What did Ann's friend sell?")[0].sources == ("e1",)
    assert not any("person" in one.parts for one in memory.search("What did Ann and Bob sell?"))


def test_a_full_match_scores_near_one_and_what_has_nothing_to_do_with_it_is_not_recalled(
    open_memory: Open, say: Say
) -> None:
    memory = open_memory()
    say(memory, "Bob: I adopted a puppy from the shelter last Friday in Oslo.")

    assert memory.search("I adopted a puppy from the shelter last Friday in Oslo.")[0].score > 0.8
    assert memory.search("lattice gauge theory of quantum chromodynamics") == []
    assert memory.search("zzzz qqqq") == []


def test_a_minimal_score_keeps_out_what_hardly_fits(open_memory: Open, say: Say) -> None:
    memory = open_memory()
    say(memory, *TALK)

    found = memory.search("Which puppy did Bob adopt?", min_score=0.4)

    assert 0 < len(found) < len(memory.search("Which puppy did Bob adopt?"))
    assert all(one.score >= 0.4 for one in found)


def test_a_generous_limit_is_filled_with_the_newest_scored_nothing(open_memory: Open, say: Say) -> None:
    say(open_memory(), *TALK)
    query = Query(text="quantum chromodynamics", limit=50, now=NOW, exclude=("e5",))

    found = open_memory().search(query)

    assert [one.sources[0] for one in found] == ["e4", "e3", "e2", "e1"]
    assert {one.score for one in found} == {0.0}
    assert open_memory(fill=False).search(query) == []
    assert open_memory().search(query.model_copy(update={"min_score": 0.01})) == []


def test_names_asked_about_are_part_of_the_question(open_memory: Open, say: Say) -> None:
    memory = open_memory()
    say(memory, *TALK)

    assert memory.search(Query(entities={"puppy": 1}, now=NOW))[0].sources == ("e2",)


def test_many_events_are_embedded_once_each_with_what_they_answer(open_memory: Open, say: Say) -> None:
    memory = open_memory()
    before = memory.language.receipt().embedded
    say(memory, *TALK)

    assert memory.language.receipt().embedded - before == len(TALK)


def test_other_namespaces_do_not_change_a_score(open_memory: Open, say: Say) -> None:
    memory = open_memory("mine")
    say(memory, *TALK)
    before = memory.search("Which puppy did Bob adopt?")
    say(open_memory("another"), *(f"Zoe: a puppy, a puppy {n}" for n in range(20)))

    assert memory.search("Which puppy did Bob adopt?") == before


def test_sessions_are_shown_with_their_events(open_memory: Open, say: Say) -> None:
    memory = open_memory()
    say(memory, *TALK[:4], session="first")
    say(memory, TALK[4], session=None)

    view = MemoryGraph(memory.graph, "episodic", 5)
    groups = Episodic().show(view, NOW)

    assert [(group.title, len(group.items)) for group in groups] == [("session first", 4), ("no session", 1)]
    assert groups[0].items[3].text == "Bob (1:56 pm on 12 May, 2023): Rex, after the old film."
    assert groups[0].items[3].about["answers"] == "What is its name?"
