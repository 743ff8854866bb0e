"""Memories opened in a temporary folder, and closed at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agentmem.agent_memory import AgentMemory
from agentmem.host import Host
from agentmem.testing.notebook import Notebook

Open = Callable[..., AgentMemory]
collect_ignore = ["reembed_crash_driver.py"]  # a script, which imports the one beside it


@pytest.fixture(scope="session")
def installed() -> Host:
    """Everything that is installed."""
    return Host()


@pytest.fixture
def open_memory(tmp_path: Path, installed: Host) -> Iterator[Open]:
    opened: list[AgentMemory] = []

    def open_(file: str = "memory.db", **options: object) -> AgentMemory:
        memory = AgentMemory(tmp_path / file, **({"memory": Notebook(), "host": installed} | options))  # type: ignore[arg-type]
        opened.append(memory)
        return memory

    yield open_
    for memory in opened:
        memory.close()
