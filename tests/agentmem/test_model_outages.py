"""An outage in time: what is waited out, what waits, and when it is taken in. No second is slept: a clock is set."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from agentmem.agent_memory import AgentMemory
from agentmem.events import Event, new_event
from agentmem.graph.changes import Changes
from agentmem.graph.sqlite import SQLiteStore
from agentmem.graph.view import MemoryGraph
from agentmem.language.chat_answers import ChatAnswers
from agentmem.language.contract import Language
from agentmem.language.facts_task import FACTS
from agentmem.language.model import ModelLanguage
from agentmem.language.openai_chat import OpenAIChat
from agentmem.testing import model_faults as faults
from agentmem.testing.embedding import HashEmbedder
from agentmem.testing.memory_world import installed
from agentmem.testing.model_server import ModelServer
from agentmem.testing.notebook import Notebook

NOTHING: dict[str, object] = {"facts": [], "place": None, "heading": None}
START = datetime(2026, 1, 1, tzinfo=UTC)


class Reader(Notebook):
    """A notebook that asks for the facts of each event."""

    name = "reader"

    def write(self, event: Event, graph: MemoryGraph, language: Language) -> Changes:
        language.ask(FACTS, text=event.said, action=event.action)
        return super().write(event, graph, language)


class Clock:
    """The time, which passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server(clock: Clock) -> Iterator[ModelServer]:
    with ModelServer(lambda asked: NOTHING, clock=clock) as server:
        yield server


@pytest.fixture
def memory(server: ModelServer, clock: Clock) -> Iterator[AgentMemory]:
    chat = OpenAIChat("tiny", base_url=server.url, api_key=SecretStr("a key"))
    language = ModelLanguage(ChatAnswers(chat, tries=3, wait_s=60, sleep=clock.sleep), embedder=HashEmbedder())
    store = SQLiteStore.in_memory()
    yield AgentMemory(store, memory=Reader(), language=language, host=installed())
    store.close()
    language.close()


def event(number: int) -> Event:
    return new_event(f"note number {number}", id=f"e{number}", at=START + timedelta(minutes=number))


def test_a_provider_that_says_when_to_come_back_is_asked_again_then(
    server: ModelServer, clock: Clock, memory: AgentMemory
) -> None:
    server.fail(faults.too_many_requests(20), times=2)

    memory.add_many([event(1)])

    assert clock.slept == [20, 20]
    assert memory.status().folded == 1


def test_a_provider_that_wants_to_be_left_alone_for_long_is_and_the_event_waits(
    server: ModelServer, clock: Clock, memory: AgentMemory
) -> None:
    server.fail(faults.too_many_requests(3600), times=None)

    added = memory.add_many([event(1)])

    assert clock.slept == []
    assert added.receipt.deferred == 1


def test_a_minute_of_500_makes_events_wait_and_the_next_one_takes_them_along_in_their_order(
    server: ModelServer, clock: Clock, memory: AgentMemory
) -> None:
    server.fail(faults.server_error(), seconds=60)
    memory.add_many([event(1)])
    memory.add_many([event(2)])
    assert (memory.status().folded, memory.status().set_aside) == (0, {})
    assert [one.text for one in memory.search("note number 2", limit=1)] == ["note number 2"]
    clock.now = 60

    memory.add_many([event(3)])

    assert memory.status().folded == 3
    notes = sorted((one.position, one.text) for one in memory.search("note number", limit=9))
    assert notes == [(1, "note number 1"), (2, "note number 2"), (3, "note number 3")]


def test_an_outage_of_seconds_is_waited_out(server: ModelServer, clock: Clock, memory: AgentMemory) -> None:
    server.fail(faults.server_error(), times=2)

    memory.add_many([event(1)])

    assert memory.status().folded == 1
    assert len(clock.slept) == 2
