"""Conversations over several days, and a bank that was told them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agentmem.agent_memory import AgentMemory
from agentmem.events import Event, new_event
from agentmem.graph.contract import Store
from agentmem.host import Host
from agentmem.language.contract import Language
from agentmem.language.rules import RuleLanguage
from agentmem.testing.embedding import HashEmbedder
from agentmem_memorybank.memory import MemoryBank
from agentmem_memorybank.settings import MemoryBankSettings

MONDAY = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture
def rules() -> Language:
    return RuleLanguage(HashEmbedder())


@pytest.fixture
def open_bank(store: Store, host: Host, rules: Language) -> Callable[..., AgentMemory]:
    """Open a bank with the settings given by name."""

    def opened(*, language: Language = rules, namespace: str = "test", **settings: Any) -> AgentMemory:
        bank = MemoryBank(MemoryBankSettings(**settings))
        return AgentMemory(store, namespace=namespace, memory=bank, language=language, host=host)

    return opened


@pytest.fixture
def tell() -> Callable[..., list[Event]]:
    """Add what people say to a bank, "Ann: ..." each, a minute apart, so many days after Monday noon."""

    def told(memory: AgentMemory, *said: str, day: int = 0) -> list[Event]:
        events: list[Event] = []
        for line in said:
            number = memory.status().entries + 1
            speaker, _, text = line.rpartition(": ")
            at = MONDAY + timedelta(days=day, minutes=number)
            event = new_event(text, at=at, id=f"e{number}", role="user", speaker=speaker or None)
            events += memory.add_many([event]).events
        return events

    return told


@pytest.fixture
def after() -> Callable[..., datetime]:
    """Return the time so many days after Monday noon."""

    def later(days: float) -> datetime:
        return MONDAY + timedelta(days=days)

    return later
