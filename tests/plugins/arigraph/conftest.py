"""A world told in plain sentences, and a memory that was told it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agentmem.agent_memory import AgentMemory
from agentmem.events import Event, new_event
from agentmem.graph.contract import Node, Store, Where
from agentmem.host import Host
from agentmem.language.contract import Language
from agentmem.language.rules import RuleLanguage
from agentmem.testing.embedding import HashEmbedder
from agentmem.testing.plain_grammar import read_plain
from agentmem_arigraph.memory import AriGraph
from agentmem_arigraph.settings import AriGraphSettings

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def plain() -> Language:
    """Rules for plain sentences."""
    return RuleLanguage(HashEmbedder(), {"facts": [read_plain]})


@pytest.fixture
def open_memory(store: Store, host: Host, plain: Language) -> Callable[..., AgentMemory]:
    """Open AriGraph with the settings given by name."""

    def opened(*, language: Language = plain, namespace: str = "test", **settings: Any) -> AgentMemory:
        memory = AriGraph(AriGraphSettings(**settings))
        return AgentMemory(store, namespace=namespace, memory=memory, language=language, host=host)

    return opened


@pytest.fixture
def tell() -> Callable[..., list[Event]]:
    """Add passages to a memory, as events e1, e2, ...; `> action` on the first line is what was done before."""

    def told(memory: AgentMemory, *passages: str, session: str | None = None) -> list[Event]:
        events: list[Event] = []
        for passage in passages:
            action, text = passage[2:].split("\n", 1) if passage.startswith("> ") else (None, passage)
            number = memory.status().entries + 1
            event = new_event(
                text, action=action, at=START + timedelta(minutes=number), id=f"e{number}", session=session
            )
            added = memory.add_many([event])
            assert not added.set_aside
            events += added.events
        return events

    return told


@pytest.fixture
def facts() -> Callable[[AgentMemory], Mapping[str, Node]]:
    """Return the current facts of a memory, by text."""

    def current(memory: AgentMemory) -> Mapping[str, Node]:
        return {node.text: node for node in memory.graph.scan(Where(memory="arigraph", label="Fact"))}

    return current
