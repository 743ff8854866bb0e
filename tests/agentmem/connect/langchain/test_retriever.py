"""A memory as a retriever: in a chain, awaited, and with all that is known of each document."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime

import pytest
from langchain_core.runnables import RunnableLambda
from pydantic import ValidationError

from agentmem import AgentMemory, AsyncAgentMemory
from agentmem.connect.langchain import MemoryRetriever

SAID = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def memory(ada: AgentMemory) -> AgentMemory:
    ada.add("The key is under the mat.", id="mat", at=SAID)
    ada.add("It rains in Oslo.", id="rain", at=SAID)
    return ada


def test_documents_say_where_they_come_from_and_since_when_they_hold(memory: AgentMemory) -> None:
    best = MemoryRetriever(memory=memory, limit=1).invoke("where is the key")[0]

    [recalled] = memory.search("where is the key", limit=1)
    assert best.page_content == recalled.text
    assert best.id == recalled.id
    assert best.metadata["sources"] == ["mat"]
    assert best.metadata["score"] == recalled.score
    assert best.metadata["parts"] == recalled.parts
    assert best.metadata["valid_from"] == SAID.isoformat()
    assert best.metadata["valid_until"] is None
    assert json.loads(json.dumps(best.metadata)) == best.metadata


def test_it_is_the_same_when_it_is_awaited(memory: AgentMemory) -> None:
    called = MemoryRetriever(memory=memory).invoke("where is the key")

    for one in (memory, AsyncAgentMemory(memory)):
        assert asyncio.run(MemoryRetriever(memory=one).ainvoke("where is the key")) == called
        assert MemoryRetriever(memory=one).invoke("where is the key") == called


def test_it_is_a_part_of_a_chain(memory: AgentMemory) -> None:
    chain = MemoryRetriever(memory=memory, limit=1) | RunnableLambda(lambda found: found[0].metadata["sources"])

    assert chain.invoke("where is the key") == ["mat"]
    assert chain.batch(["the key", "Oslo"]) == [["mat"], ["rain"]]


def test_what_hardly_fits_or_is_hardly_believed_can_be_left_out(memory: AgentMemory) -> None:
    memory.add("The key is with Bob.", trust="low", id="low")

    assert MemoryRetriever(memory=memory, min_score=1.0).invoke("a zebra") == []
    believed = MemoryRetriever(memory=memory, min_trust="normal").invoke("where is the key")
    assert "low" not in [document.metadata["sources"][0] for document in believed]


def test_settings_are_checked(memory: AgentMemory) -> None:
    with pytest.raises(ValidationError, match="greater than or equal to 1"):
        MemoryRetriever(memory=memory, limit=0)
