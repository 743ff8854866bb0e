"""What is added can be told apart by session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentmem.journal import Journal

if TYPE_CHECKING:
    from tests.agentmem.conftest import Open


def test_the_session_of_what_is_added_is_kept(open_memory: Open) -> None:
    memory = open_memory()

    (event,) = memory.add("Hi!", speaker="Ann", session="monday").events
    memory.add("it rains", id="alone")

    assert event.session == "monday"
    assert Journal(memory.graph).event(event.id).session == "monday"
    assert Journal(memory.graph).event("alone").session is None
