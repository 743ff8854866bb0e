"""A memory of notes, what is said to it, and a model that says what a test wants it to say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agentmem.agent_memory import AgentMemory
from agentmem.events import new_event
from agentmem.graph.contract import Node, Store, Where
from agentmem.host import Host
from agentmem.language.contract import Language
from agentmem.language.recording.replay import RecordedLanguage
from agentmem.language.rules import RuleLanguage
from agentmem.testing.embedding import HashEmbedder
from agentmem.vectors import Vectors
from agentmem_amem.memory import AMem
from agentmem_amem.settings import AMemSettings

START = datetime(2026, 1, 1, 9, tzinfo=UTC)
Evolve = Callable[[Mapping[str, Any]], Mapping[str, Any]]


class CountingEmbedder(HashEmbedder):
    """Remembers which texts it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.given: list[str] = []

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.given += texts
        return super().embed(texts)


@pytest.fixture
def embedder() -> CountingEmbedder:
    return CountingEmbedder()


@pytest.fixture
def rules(embedder: CountingEmbedder) -> Language:
    return RuleLanguage(embedder)


@pytest.fixture
def model(embedder: CountingEmbedder) -> Callable[[Evolve], Language]:
    """A model that describes a text by its words, and evolves as it is told."""

    def scripted(evolve: Evolve) -> Language:
        def answer(task: str, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
            if task == "amem.evolve":
                return evolve(inputs)
            words = inputs["text"].lower().split()
            return {"keywords": words, "context": f"It is about {words[-1]}.", "tags": ["said"]}

        return RecordedLanguage(answer, embedder=embedder)

    return scripted


@pytest.fixture
def open_memory(store: Store, rules: Language, host: Host) -> Callable[..., AgentMemory]:
    """Open A-MEM with the settings given by name."""

    def opened(*, language: Language = rules, namespace: str = "test", **settings: Any) -> AgentMemory:
        memory = AMem(AMemSettings(**settings))
        return AgentMemory(store, namespace=namespace, memory=memory, language=language, host=host)

    return opened


@pytest.fixture
def say() -> Callable[..., None]:
    """Say texts to a memory one by one, as events e1, e2, ..., a minute apart."""

    def said(memory: AgentMemory, *texts: str, speaker: str | None = None) -> None:
        for text in texts:
            number = memory.status().entries + 1
            event = new_event(text, id=f"e{number}", at=START + timedelta(minutes=number), speaker=speaker)
            assert not memory.add_many([event]).set_aside

    return said


@pytest.fixture
def notes() -> Callable[[AgentMemory], Mapping[str, Node]]:
    """Return the current notes of a memory, by the event they are of."""

    def current(memory: AgentMemory) -> Mapping[str, Node]:
        return {str(node.props["source"]): node for node in memory.graph.scan(Where(memory="amem", label="Note"))}

    return current


@pytest.fixture
def vectors() -> Callable[[AgentMemory], Mapping[str, list[float]]]:
    """Return the vectors of the current notes, by the event they are of."""

    def current(memory: AgentMemory) -> Mapping[str, list[float]]:
        found = memory.graph.scan(Where(memory="amem", label="Note"), vectors=True)
        return {str(node.props["source"]): node.vector.tolist() for node in found if node.vector is not None}

    return current


@pytest.fixture
def links() -> Callable[[AgentMemory], set[tuple[str, str]]]:
    """Return which events' notes are linked, as (later, earlier)."""

    def current(memory: AgentMemory) -> set[tuple[str, str]]:
        event = {node.id: str(node.props["source"]) for node in memory.graph.scan(Where(memory="amem", label="Note"))}
        edges = memory.graph.edges(list(event), types=["LINKED_TO"])
        return {(event[edge.source], event[edge.target]) for edge in edges}

    return current
