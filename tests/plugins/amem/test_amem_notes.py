"""What A-MEM writes down of an event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from agentmem.agent_memory import AgentMemory
from agentmem.events import new_event
from agentmem.graph.contract import Node
from agentmem.language.contract import Language
from agentmem_amem.note import described_by_rule, note_in, searched_by_rule, tidy

Open = Callable[..., AgentMemory]
Say = Callable[..., None]
Notes = Callable[[AgentMemory], Mapping[str, Node]]
NOTHING: Mapping[str, Any] = {"links": [], "tags": [], "neighbours": []}


def test_a_note_holds_content_keywords_tags_and_context(open_memory: Open, say: Say, notes: Notes) -> None:
    memory = open_memory()

    say(memory, "I adopted a rescue dog. So cool!", speaker="Ann")

    note = note_in(notes(memory)["e1"])
    assert note.content == "Ann (9:01 am on 1 January, 2026): I adopted a rescue dog. So cool!"
    assert note.keywords == ("rescue", "dog", "adopted")
    assert note.tags == ("animals",)
    assert note.context == "Ann: I adopted a rescue dog."
    assert note.time == "2026-01-01 09:01"


def test_keywords_are_no_names_of_those_who_speak_no_times_and_no_praise() -> None:
    said = described_by_rule("Wow, Mel, that's awesome! I saw Bob yesterday.", speaker="Ann")

    assert said.keywords == ("saw", "bob")


@pytest.mark.parametrize(
    ("text", "speaker", "action", "tags"),
    [
        ("What did you cook for dinner?", "Ann", "", ("question", "food")),
        ("My son won the race.", "Ann", "", ("family", "sport")),
        ("You are in the kitchen. Need a door? The fridge is closed.", "", "go north", ("moving", "room", "door")),
        ("Hm.", "Ann", "", ()),
    ],
)
def test_tags_say_what_is_done_and_what_is_spoken_of(
    text: str, speaker: str, action: str, tags: tuple[str, ...]
) -> None:
    assert described_by_rule(text, speaker=speaker, action=action).tags == tags


def test_what_was_done_is_part_of_the_content(open_memory: Open, notes: Notes) -> None:
    memory = open_memory()

    memory.add_many([new_event("The door is open.", action="open door", id="e1")])

    assert notes(memory)["e1"].text == "> open door\nThe door is open."
    assert notes(memory)["e1"].props["tags"] == ["opening", "door"]


def test_a_model_is_shown_the_text_and_who_said_it_when(
    open_memory: Open, say: Say, model: Callable[..., Language], notes: Notes
) -> None:
    memory = open_memory(language=model(lambda inputs: NOTHING))

    say(memory, "The Dog barked", speaker="Ann")

    assert note_in(notes(memory)["e1"]).keywords == ("the", "dog", "barked")
    assert notes(memory)["e1"].by == "replay"


def test_words_of_a_model_are_kept_in_lower_case_once_and_not_without_end() -> None:
    kept = tidy(["Big  Dog", "big dog", " ", "x" * 61, *map(str, range(20))])

    assert kept[:2] == ("big dog", "0")
    assert len(kept) == 12


def test_a_question_is_searched_by_its_telling_words() -> None:
    assert searched_by_rule("Where did the dog hide the bone, and where is the dog?").keywords == (
        "dog",
        "hide",
        "bone",
    )
