"""A LangGraph store on our graph, and a user's memory, in the store of the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agentmem import AgentMemory, Host
from agentmem.connect.langchain import GraphStore
from agentmem.graph.contract import Store
from agentmem.testing.embedding import HashEmbedder

OpenItems = Callable[..., GraphStore]


class Clock:
    """A clock that is set by the test."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def later(self, *, minutes: float) -> None:
        self.now += timedelta(minutes=minutes)


@pytest.fixture(scope="session")
def plugins() -> Host:
    """Everything that is installed."""
    return Host()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def open_items(open_store: Callable[[], Store], plugins: Host, clock: Clock) -> OpenItems:
    """Open a LangGraph store in the store of the test, as often as wanted."""
    usual: dict[str, Any] = {"host": plugins, "clock": clock, "embedder": HashEmbedder()}
    return lambda **options: GraphStore(open_store(), **(usual | options))


@pytest.fixture
def items(open_items: OpenItems) -> GraphStore:
    return open_items()


@pytest.fixture
def remember(place: str, plugins: Host) -> Iterator[Callable[..., AgentMemory]]:
    """Open a memory in the store of the test, for whoever is named; all are closed at the end."""
    with ExitStack() as opened:
        yield lambda **scope: opened.enter_context(AgentMemory(place, host=plugins, **scope))


@pytest.fixture
def ada(remember: Callable[..., AgentMemory]) -> AgentMemory:
    """The memory of one user."""
    return remember(user="ada")
