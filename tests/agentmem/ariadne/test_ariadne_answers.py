"""An action is one of those offered, or the answer is bad: never another, and never "look" in its place."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from agentmem.agent.ariadne.answers import act_among

OFFERED = ("take Key 1", "go west", "go to room b", "unlock White locker with Key 1")


def chosen(action: str, *, is_free: bool = False) -> str:
    return act_among(OFFERED, is_free=is_free)(reason="", action=action).action


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("go west", "go west"),
        (" Take the key 1. ", "take Key 1"),
        ("Go to Room B", "go to room b"),
        ("unlock the white locker with the Key 1", "unlock White locker with Key 1"),
    ],
)
def test_an_action_in_other_letters_is_the_one_it_means(said: str, meant: str) -> None:
    assert chosen(said) == meant
    assert chosen(said, is_free=True) == meant


def test_an_action_that_was_not_offered_is_refused_with_the_nearest() -> None:
    with pytest.raises(
        ValidationError, match="'take Key 2' is none of the actions that were offered; the nearest are: take"
    ):
        chosen("take Key 2")


def test_an_action_that_two_could_mean_is_refused() -> None:
    with pytest.raises(ValidationError, match="none of the actions"):
        act_among(("take Key", "take the key"), is_free=False)(reason="", action="TAKE KEY")


def test_who_is_free_may_say_anything_in_one_line() -> None:
    assert chosen("sing\n a song", is_free=True) == "sing a song"


def test_to_say_nothing_is_no_action() -> None:
    with pytest.raises(ValidationError):
        chosen(" ", is_free=True)
