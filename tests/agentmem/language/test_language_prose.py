"""The general grammar for people's prose."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.language.facts import outdates
from agentmem.language.prose import read_prose


def facts(text: str) -> list[str]:
    return [fact.text for fact in read_prose(text).facts]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ann: I live in Oslo.", ["ann, lives in, oslo"]),
        ("Ann (1:56 pm on 8 May, 2023): I went to a jazz club yesterday.", ["ann, went to, jazz club"]),
        ("I'm 34 years old and I work as a nurse.", ["user, is, 34 years old", "user, works as, nurse"]),
        ("my sister Mia is a doctor", ["user, has sister, mia", "mia, is, doctor"]),
        (
            "My best friend, Tom Baker, works at Google.",
            ["user, has best friend, tom baker", "tom baker, works at, google"],
        ),
        ("I have a dog named Rex", ["user, has dog, rex", "user, has, dog"]),
        ("My name is Ann", ["user, is called, ann"]),
        ("My favourite color is blue.", ["user, has favourite color, blue"]),
        ("I\N{RIGHT SINGLE QUOTATION MARK}m allergic to peanuts!", ["user, is allergic to, peanuts"]),
        ("Mia speaks Spanish because she lived in Lima", ["mia, speaks, spanish"]),
        ("I don't like coffee any more", ["user, does not like, coffee"]),
        ("I want to visit Japan next year.", ["user, wants, to visit japan"]),
    ],
)
def test_what_is_plainly_said_is_read(text: str, expected: list[str]) -> None:
    assert facts(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Do I live in Paris?",
        "If I lived in Rome I would be happy",
        "She works at the bank.",
        "Sounds like a plan",
        "I love it",
        "I'd love to see another painting of yours",
        "It's like therapy for me",
        "-= Kitchen =-\nYou see a fridge.",
        "",
    ],
)
def test_what_is_asked_supposed_or_unclear_is_left_alone(text: str) -> None:
    assert facts(text) == []


def test_the_speaker_changes_with_the_line() -> None:
    assert facts("Ann: I love tea.\nBob: I love rain.") == ["ann, loves, tea", "bob, loves, rain"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("I live in Oslo.", "I moved to Bergen."),
        ("I love coffee.", "I don't like coffee."),
        ("I work as a nurse.", "I work as a teacher."),
    ],
)
def test_what_can_hold_only_once_outdates_what_held_before(before: str, after: str) -> None:
    assert outdates(read_prose(after).facts[0], read_prose(before).facts[0])


def test_the_same_said_twice_is_one_fact() -> None:
    assert facts("I love tea. I love tea.") == ["user, loves, tea"]


@pytest.mark.parametrize("unit", ["a", "I like ", "my sister ", "Ann Bob Cid ", "yes, ", "I am from. ", "A: "])
@pytest.mark.timeout(10)
def test_a_megabyte_is_read_in_time(unit: str) -> None:
    read_prose(unit * (1_000_000 // len(unit)))


@given(st.text(max_size=300))
def test_no_text_breaks_it(text: str) -> None:
    read_prose(text)
