"""A memory in chunks, and how it is told something."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agentmem.agent_memory import AgentMemory
from agentmem.events import Role, new_event
from agentmem.graph.contract import Store
from agentmem.host import Host
from agentmem.language.rules import RuleLanguage
from agentmem.testing.embedding import HashEmbedder
from agentmem_hcam.memory import HCAM
from agentmem_hcam.settings import HCAMSettings

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def open_memory(store: Store, host: Host) -> Callable[..., AgentMemory]:
    """Open HCAM with the settings given by name."""

    def opened(*, namespace: str = "test", **settings: Any) -> AgentMemory:
        memory = HCAM(HCAMSettings(**settings))
        return AgentMemory(store, namespace=namespace, memory=memory, language=RuleLanguage(HashEmbedder()), host=host)

    return opened


@pytest.fixture
def tell() -> Callable[..., None]:
    """Add texts to a memory, as events e1, e2, ..."""

    def told(memory: AgentMemory, *texts: str, session: str | None = None, role: Role = "environment") -> None:
        first = memory.status().entries + 1
        events = [
            new_event(text, id=f"e{number}", at=START + timedelta(minutes=number), session=session, role=role)
            for number, text in enumerate(texts, first)
        ]
        assert not memory.add_many(events).set_aside

    return told
