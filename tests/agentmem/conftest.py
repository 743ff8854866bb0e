"""Memories opened in a temporary folder, and closed at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from agentmem.agent_memory import AgentMemory
from agentmem.graph.contract import Store
from agentmem.host import Host
from agentmem.testing.notebook import Notebook

Open = Callable[..., AgentMemory]
collect_ignore = ["crash_driver.py", "reembed_crash_driver.py"]  # scripts, which import what is beside them


@pytest.fixture(scope="session")
def installed() -> Host:
    """Everything that is installed."""
    return Host()


@pytest.fixture
def open_memory(open_store: Callable[..., Store], place: str, store_kind: str, installed: Host) -> Iterator[Open]:
    """Open a memory in the store of the test, or in another one beside it."""
    opened: list[AgentMemory] = []

    def open_(beside: str = "", **options: Any) -> AgentMemory:
        store = open_store(beside) if store_kind == "repeating" else place + beside
        given: dict[str, Any] = {"memory": Notebook(), "host": installed} | options
        memory = AgentMemory(store, **given)
        opened.append(memory)
        return memory

    yield open_
    for memory in opened:
        memory.close()
