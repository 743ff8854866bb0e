"""People and a world told in plain sentences, and memories that were told of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agentmem.agent_memory import AgentMemory
from agentmem.events import Event, new_event
from agentmem.graph.contract import Node, Store, Where
from agentmem.language.contract import Language
from agentmem.language.rules import RuleLanguage
from agentmem.testing.embedding import HashEmbedder
from agentmem.testing.plain_grammar import read_plain
from agentmem_tim.memory import TiM
from agentmem_tim.settings import TiMSettings

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def people() -> Language:
    """Rules for people's prose: the host's own."""
    return RuleLanguage(HashEmbedder())


@pytest.fixture
def world() -> Language:
    """Rules for plain sentences about a world."""
    return RuleLanguage(HashEmbedder(), {"facts": [read_plain]})


@pytest.fixture
def open_memory(store: Store, people: Language) -> Callable[..., AgentMemory]:
    """Open TiM with the settings given by name."""

    def opened(*, language: Language = people, namespace: str = "test", **settings: Any) -> AgentMemory:
        return AgentMemory(store, namespace=namespace, memory=TiM(TiMSettings(**settings)), language=language)

    return opened


@pytest.fixture
def tell() -> Callable[..., list[Event]]:
    """Add what was said to a memory, as events e1, e2, ...; in one add, so in one group."""

    def told(memory: AgentMemory, *texts: str, speaker: str | None = "Ann", **fields: Any) -> list[Event]:
        first = memory.status().entries + 1
        events = [
            new_event(text, id=f"e{n}", at=START + timedelta(minutes=n), speaker=speaker, **fields)
            for n, text in enumerate(texts, first)
        ]
        added = memory.add_many(events)
        assert not added.set_aside
        return list(added.events)

    return told


@pytest.fixture
def thoughts() -> Callable[[AgentMemory], Mapping[str, Node]]:
    """Return the current thoughts of a memory, by their triple."""

    def current(memory: AgentMemory) -> Mapping[str, Node]:
        nodes = memory.graph.scan(Where(memory="tim", label="Thought"))
        return {f"{node.props['head']}, {node.props['relation']}, {node.props['tail']}": node for node in nodes}

    return current
