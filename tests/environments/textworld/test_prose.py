"""What is shown on the screen, and what is left of it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem_textworld.prose import clean

BANNER = r"""



                    ________  ________  __    __  ________
                   |        \|        \|  \  |  \|        \
                     \$$$$$$$$| $$$$$$$$| $$  | $$ \$$$$$$$$

"""
STATUS = ">" + 128 * " " + "-= Attic =-"


def test_the_status_line_goes_with_its_score() -> None:
    assert clean(f"\n-= Attic =-\nDark.\n\n\n{STATUS}3/7") == "-= Attic =-\nDark."


@pytest.mark.parametrize("numbers", ["0/1", "-3/12", "10/150"])
def test_any_score_may_stand_there(numbers: str) -> None:
    assert clean(f"Dark.\n\n{STATUS}{numbers}") == "Dark."


def test_the_banner_goes() -> None:
    assert clean(f"{BANNER}-= Attic =-\nDark.\n\n{STATUS}0/1") == "-= Attic =-\nDark."


def test_a_bare_prompt_goes() -> None:
    assert clean("You are in a forest.\n\n>") == "You are in a forest."


def test_nothing_else_is_changed() -> None:
    text = "Two  spaces,\ta tab,\n\n\nthree breaks > and -= dashes =-3/7 within."

    assert clean(text) == text


@given(st.text().filter(lambda text: "$$" not in text))
def test_whatever_the_prose_is_only_the_line_breaks_around_it_go(text: str) -> None:
    assert clean(f"{text}\n{STATUS}0/1") == text.strip("\r\n")


def test_control_characters_pass_through() -> None:
    text = "".join(map(chr, range(1, 32))) + "\x7f\x85\u2028 end"

    assert clean(f"a{text}\n{STATUS}0/1") == f"a{text}"


def test_an_empty_screen_is_an_empty_text() -> None:
    assert clean("") == clean("\n\n") == clean(f"\n\n{STATUS}0/1") == ""


@pytest.mark.parametrize("unit", ["x", "\n", " ", "$$\n", "> ", "-= =-", ">\n"])
def test_a_megabyte_takes_no_time(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))

    began = time.perf_counter()
    clean(text)

    assert time.perf_counter() - began < 1
