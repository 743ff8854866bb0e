"""What is left of the thoughts of events that were taken back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from agentmem.agent_memory import AgentMemory
from agentmem.events import Event, new_event
from agentmem.graph.contract import Node
from agentmem.graph.digest import digest
from agentmem.language.contract import Language

Open = Callable[..., AgentMemory]
Tell = Callable[..., list[Event]]
Thoughts = Callable[[AgentMemory], Mapping[str, Node]]
NOW = datetime(2026, 2, 1, tzinfo=UTC)
IN_ONE: Mapping[str, Any] = {"buckets": 2, "seed": 2}
"""Under this seed, what is told here falls into one of the two buckets."""


@pytest.mark.parametrize(("undone", "left"), [("e1", ("e3",)), ("e3", ("e1",))])
def test_what_two_events_told_is_of_the_one_that_is_left(
    open_memory: Open, tell: Tell, undone: str, left: tuple[str, ...]
) -> None:
    memory = open_memory()
    tell(memory, "I bake bread at dawn.", "It rains.", "I bake bread at dawn!")

    memory.undo(undone, now=NOW)

    assert memory.search("who bakes bread", limit=1, now=NOW)[0].sources == left
    before = digest(memory.graph, "tim")
    memory.rebuild()
    assert digest(memory.graph, "tim") == before


def test_what_no_event_tells_any_more_is_not_recalled(open_memory: Open, tell: Tell) -> None:
    memory = open_memory()
    tell(memory, "I bake bread at dawn.", "I bake bread at dawn!")

    memory.undo("e1", now=NOW)
    memory.undo("e2", now=NOW)

    assert memory.search("who bakes bread", now=NOW) == []


def test_a_slot_filled_again_with_an_old_value_holds_one_value_once_that_is_undone(
    open_memory: Open, tell: Tell, thoughts: Thoughts
) -> None:
    memory = open_memory()
    tell(memory, "I live in Oslo.", "I live in Rome.", "I live in Oslo.")
    assert set(thoughts(memory)) == {"ann, lives in, oslo"}

    memory.undo("e3", now=NOW)

    assert set(thoughts(memory)) == {"ann, lives in, rome"}


def test_a_merge_that_is_undone_gives_back_what_it_merged(open_memory: Open, tell: Tell, thoughts: Thoughts) -> None:
    memory = open_memory(**IN_ONE)
    tell(memory, "Ann plays jazz piano.", "Ann plays jazz guitar.", speaker=None, role="user")

    memory.undo("e2", now=NOW)

    assert set(thoughts(memory)) == {"ann, plays, jazz piano"}


def test_what_was_merged_is_told_again_without_being_said_twice(
    open_memory: Open, tell: Tell, thoughts: Thoughts
) -> None:
    memory = open_memory(**IN_ONE)
    tell(memory, "Ann plays jazz.", "Ann plays chess.", "Ann plays jazz.", speaker=None, role="user")

    assert set(thoughts(memory)) == {"ann, plays, jazz and chess"}
    assert memory.search("what does ann play", limit=1, now=NOW)[0].sources == ("e1", "e2", "e3")


@pytest.mark.parametrize("session", ["s" * 600, "one\0two"])
def test_a_session_may_have_any_name(open_memory: Open, world: Language, session: str) -> None:
    memory = open_memory(language=world)

    added = memory.add_many([new_event("You are in the hall. The key is on the table.", id="e1", session=session)])

    assert added.set_aside == ()
    assert memory.search("where am I", now=NOW)[0].text == "hall"
