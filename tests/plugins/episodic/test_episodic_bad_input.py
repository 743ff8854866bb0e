"""What the episodic memory makes of input nobody wishes for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentmem.agent_memory import AgentMemory
from agentmem.errors import UnknownSetting
from agentmem.events import Event, new_event
from agentmem.graph.sqlite import SQLiteStore
from agentmem.host import Host
from agentmem.language.rules import RuleLanguage
from agentmem.testing.embedding import HashEmbedder
from agentmem_episodic.memory import Episodic

Open = Callable[..., AgentMemory]
Say = Callable[..., list[Event]]
START = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_question_of_stop_words_alone_is_searched_by_meaning(open_memory: Open, say: Say) -> None:
    memory = open_memory()
    say(memory, "Ann: What is it that you have been up to?", "Bob: Chess.")

    assert memory.search("what have you been up to?")[0].sources == ("e1",)
    assert all("words" not in one.parts for one in memory.search("what is it?"))


@pytest.mark.parametrize("question", ["", "   ", "?!", "\x00", "the", "\ud800".encode("utf-8", "replace").decode()])
def test_a_question_that_asks_nothing_is_no_error(open_memory: Open, say: Say, question: str) -> None:
    memory = open_memory()
    say(memory, "Ann: The key is under the mat.")

    assert len(memory.search(question)) <= 1


def test_a_question_of_a_hundred_thousand_characters_is_answered(open_memory: Open, say: Say) -> None:
    memory = open_memory()
    say(memory, "Ann: The key is under the mat.", "Bob: It rains.")

    found = memory.search("Where is the key? " + "And then, what of it? " * 5000)

    assert found[0].sources == ("e1",)


def test_a_long_event_is_found_and_told_whole(open_memory: Open, say: Say) -> None:
    memory = open_memory()
    long = "The lighthouse keeper sings. " + "It rains and rains. " * 2000
    say(memory, f"Ann: {long.strip()}", "Bob: Yes.")

    best = memory.search("Who keeps the lighthouse?")[0]

    assert best.sources == ("e1",)
    assert best.text.endswith(long.strip())


@settings(max_examples=30, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(min_size=1).filter(str.strip), question=st.text())
def test_every_text_is_taken_in_told_as_it_was_and_asked_for(text: str, question: str) -> None:
    store = SQLiteStore.in_memory()
    memory = AgentMemory(store, memory=Episodic(), language=RuleLanguage(HashEmbedder()))
    events = [
        new_event(text, at=START, id="e1", speaker="Ann"),
        new_event("And you?", at=START, id="e2", speaker="Bob"),
    ]

    added = memory.add_many([*events, new_event(text, at=START, id="e3")])

    assert added.set_aside == ()
    told = {one.sources[0]: one.text for one in memory.search(question, limit=100)}
    assert told.items() <= {event.id: event.dated for event in added.events}.items()
    store.close()


def preferred(memory: AgentMemory, question: str) -> set[str]:
    return {one.sources[0] for one in memory.search(question) if "person" in one.parts}


def test_two_speakers_who_share_a_name_are_told_apart_by_all_of_it(open_memory: Open, say: Say) -> None:
    memory = open_memory()
    say(memory, "Ann Lee: I sold my boat.", "Ann Ray: I sold my boat.", "Bob: I sold my boat.")

    assert preferred(memory, "What did Ann Lee sell?") == {"e1"}
    assert preferred(memory, "What did Ann sell?") == set()
    assert preferred(memory, "What did Ann Lee and Bob sell?") == set()


def test_two_speakers_of_the_very_same_name_are_one_person(open_memory: Open, say: Say) -> None:
    memory = open_memory()
    say(memory, "Ann: I sold my boat.", "Ann: I sold my boat, too.", "Bob: I sold my boat.")

    assert preferred(memory, "What did Ann sell?") == {"e1", "e2"}


def test_a_speaker_may_be_missing(open_memory: Open, say: Say) -> None:
    memory = open_memory()
    say(memory, ": The key is under the mat.", "Ann: Which key?")

    found = memory.search("Where is the key?")

    assert {one.sources[0] for one in found} == {"e1", "e2"}


def test_events_out_of_order_are_chained_as_they_came_and_dated_as_they_say(open_memory: Open) -> None:
    memory = open_memory()
    late = new_event("I sold the boat in June.", speaker="Ann", at=START, id="late")
    early = new_event("I bought the boat.", speaker="Ann", at=START - timedelta(days=400), id="early")
    memory.add_many([late, early])

    (edge,) = memory.graph.edges(["episodic/Moment/late"], types=["NEXT"])

    assert edge.target == "episodic/Moment/early"
    found = {one.sources[0]: one for one in memory.search("What happened to the boat in 2024?")}
    assert "date" in found["early"].parts
    assert "date" not in found["late"].parts


@pytest.mark.parametrize("wrong", [{"vector": 2}, {"least": -0.1}, {"candidates": 0}, {"colour": "red"}])
def test_settings_out_of_range_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(UnknownSetting, match=next(iter(wrong))):
        Host().memory("episodic", wrong)
