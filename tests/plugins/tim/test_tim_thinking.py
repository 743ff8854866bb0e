"""Which thoughts an event leaves behind."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.events import Fact, new_event
from agentmem.language.facts import Reading
from agentmem.language.prose import read_prose
from agentmem.testing.plain_grammar import read_plain
from agentmem_tim.thinking import LONGEST_NAME, say, think

NOON = datetime(2023, 5, 8, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("sentence", "triple"),
    [
        ("I went to a support group yesterday.", "ann, went to, support group yesterday"),
        ("Yeah, I really love painting!", "ann, loves, painting"),
        ("I'm keen on counselling.", "ann, is, keen on counselling"),
        ("I've been running longer lately.", "ann, has been running, longer lately"),
        ("I don't like loud music.", "ann, not likes, loud music"),
        ("I won't give up my dream.", "ann, not will give up, my dream"),
        ("My family loves the sea.", "ann's family, loves, sea"),
        ("I truly fly for the view.", "ann, flies for, view"),
        ("My kids are excited about summer break.", "ann's kids, are excited about, summer break"),
        ("The support group has made me feel accepted.", "support group, has made, me feel accepted"),
        ("Painting is a fun way to relax.", "painting, is, fun way to relax"),
        ("Researching adoption agencies all week.", "ann, researching, adoption agencies all week"),
        ("Love that painting of a sunset!", "ann, loves, that painting of a sunset"),
        ("It was so powerful and moving.", "ann, says, it was so powerful and moving"),
        ("Last week my grandma passed away.", "ann, says, last week my grandma passed away"),
        ("5 years already!", "ann, says, 5 years already"),
        ("Nothing too soon, but Rob invited me to yoga.", "ann, says, nothing too soon, but rob invited me to yoga"),
        ("\u6211\u559c\u6b22\u97f3\u4e50", "ann, says, \u6211\u559c\u6b22\u97f3\u4e50"),
    ],
)
def test_a_sentence_is_read_by_its_first_clause(sentence: str, triple: str) -> None:
    said = say(sentence, "Ann")

    assert said is not None
    assert said.text == triple


@pytest.mark.parametrize(
    "sentence",
    ["How have you been?", "Hey Mel!", "Good to see you!", "Thanks, Melanie!", "Wow, that's great, Ann!", "...", ""],
)
def test_questions_greetings_and_praise_leave_no_thought(sentence: str) -> None:
    assert say(sentence, "Ann") is None


def test_a_thought_says_who_said_it_and_when() -> None:
    event = new_event("Hi! My boat is red.", speaker="Ann", at=NOON, role="user")

    thoughts, _ = think(event, read_prose(event.said), before=None, most=9)

    assert [thought.text for thought in thoughts] == ["Ann (12:00 pm on 8 May, 2023): My boat is red."]


def test_a_sentence_that_says_no_more_than_the_facts_is_not_thought_twice() -> None:
    event = new_event("My sister Mia lives in Oslo. I sail with her on Sundays.", speaker="Ann", at=NOON)

    thoughts, _ = think(event, read_prose(event.said), before=None, most=9)

    assert [(thought.fact.text, thought.stated) for thought in thoughts] == [
        ("ann, has sister, mia", True),
        ("mia, lives in, oslo", True),
        ("ann, sail with, her on sundays", False),
    ]


def test_what_a_fact_leaves_out_is_thought_as_well() -> None:
    event = new_event("I went to a jazz club yesterday and met a drummer.", speaker="Ann", at=NOON)

    thoughts, _ = think(event, read_prose(event.said), before=None, most=9)

    assert "yesterday and met a drummer" in thoughts[-1].text
    assert [thought.stated for thought in thoughts] == [True, False]


def test_what_a_world_shows_is_left_to_its_grammar() -> None:
    text = "You are in the hall. Dust dances in the evening light. The key is on the table."
    event = new_event(text, action="look", at=NOON)

    thoughts, place = think(event, read_plain(text), before=None, most=9)

    assert [thought.fact.text for thought in thoughts] == ["key, is on, table"]
    assert place == "hall"


def test_a_world_without_a_grammar_is_read_sentence_by_sentence() -> None:
    event = new_event("A white house stands in an open field.", action="look", at=NOON)

    thoughts, _ = think(event, Reading(), before=None, most=9)

    assert [thought.text for thought in thoughts] == ["A white house stands in an open field."]


def test_here_is_where_the_event_before_was_set() -> None:
    event = new_event("The lamp is here.", action="drop lamp", at=NOON)

    thoughts, place = think(event, read_plain(event.text), before="attic", most=9)

    assert [thought.fact.text for thought in thoughts] == ["lamp, is in, attic"]
    assert place == "attic"


def test_a_move_tells_how_two_places_lie() -> None:
    event = new_event("You are in the attic.", action="go up", at=NOON)

    thoughts, _ = think(event, Reading(place="attic", heading="up"), before="hall", most=9)

    assert [thought.fact.text for thought in thoughts] == ["attic, is up of, hall", "hall, is down of, attic"]


def test_of_two_values_of_one_slot_the_last_holds() -> None:
    moved = Reading(facts=tuple(Fact(subject="Key", relation="is on", object=o, slot="place") for o in ("bed", "mat")))

    thoughts, _ = think(new_event("seen", at=NOON), moved, before=None, most=9)

    assert [thought.fact.text for thought in thoughts] == ["key, is on, mat"]


@given(st.text(max_size=300), st.text(min_size=1, max_size=20))
def test_any_text_can_be_said(sentence: str, who: str) -> None:
    said = say(sentence, who)

    assert said is None or all(0 < len(part) <= LONGEST_NAME for part in (said.subject, said.relation, said.object))
