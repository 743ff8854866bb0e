"""A conversation, and an episodic memory that was told it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agentmem.agent_memory import AgentMemory
from agentmem.events import Event, new_event
from agentmem.graph.contract import Store
from agentmem.graph.sqlite import SQLiteStore
from agentmem_episodic.memory import Episodic
from agentmem_episodic.settings import EpisodicSettings

START = datetime(2023, 5, 8, 13, 56, tzinfo=UTC)


@pytest.fixture
def store() -> Iterator[Store]:
    store = SQLiteStore.in_memory()
    yield store
    store.close()


@pytest.fixture
def open_memory(store: Store) -> Callable[..., AgentMemory]:
    """Open an episodic memory with the settings given by name."""

    def opened(namespace: str = "test", **settings: Any) -> AgentMemory:
        return AgentMemory(store, namespace=namespace, memory=Episodic(EpisodicSettings(**settings)))

    return opened


@pytest.fixture
def say() -> Callable[..., list[Event]]:
    """Add lines "Ann: ..." to a memory, as events e1, e2, ... of one session, a day after each other."""

    def said(memory: AgentMemory, *lines: str, session: str | None = "1") -> list[Event]:
        events: list[Event] = []
        for line in lines:
            speaker, _, text = line.partition(": ")
            number = memory.status().entries + len(events) + 1
            at = START + timedelta(days=number)
            events.append(new_event(text, speaker=speaker or None, session=session, at=at, id=f"e{number}"))
        assert memory.add_many(events).set_aside == ()
        return events

    return said
