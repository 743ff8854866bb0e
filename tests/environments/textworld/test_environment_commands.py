"""What is typed, before the interpreter sees it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem_textworld.commands import LONGEST, one_line, refusal


@given(st.text())
def test_whatever_is_typed_becomes_one_line_without_control_characters(action: str) -> None:
    line = one_line(action)

    assert line == one_line(line) == line.strip()
    assert line.isprintable()


@given(st.text())
def test_what_the_interpreter_gets_fits_into_its_buffer(action: str) -> None:
    command = one_line(action)

    assert refusal(command) is not None or len(command.encode()) <= LONGEST


@pytest.mark.parametrize("command", ["take red apple", "unlock chest with key 1", "look.", "north", "saver", "query"])
def test_what_is_meant_for_the_world_passes(command: str) -> None:
    assert refusal(command) is None
