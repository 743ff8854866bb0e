"""A memory of a chat application, opened by what an application passes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from agentmem import AgentMemory, Host

Remember = Callable[..., AgentMemory]


@pytest.fixture(scope="session")
def plugins() -> Host:
    """Everything that is installed."""
    return Host()


@pytest.fixture
def remember(place: str, plugins: Host) -> Iterator[Remember]:
    """Open a memory in the store of the test, for whoever is named; all are closed at the end."""
    with ExitStack() as opened:
        yield lambda **scope: opened.enter_context(AgentMemory(place, host=plugins, **scope))


@pytest.fixture
def ada(remember: Remember) -> AgentMemory:
    """The memory of one user."""
    return remember(user="ada")


def texts(found: list[Any]) -> list[str]:
    """Return what was found, as it was said."""
    return [one.text for one in found]
