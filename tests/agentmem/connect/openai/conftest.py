"""A client of OpenAI with the memory of Ada, over a scripted server that repeats what it is asked last."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from openai import AsyncOpenAI, OpenAI

from agentmem import AgentMemory, Host
from agentmem.connect.openai import wrap_openai
from agentmem.testing.models.server import ModelServer


@pytest.fixture(scope="session")
def plugins() -> Host:
    """Everything that is installed."""
    return Host()


@pytest.fixture
def ada(place: str, plugins: Host) -> Iterator[AgentMemory]:
    """The memory of one user."""
    with AgentMemory(place, host=plugins, user="ada") as memory:
        yield memory


@pytest.fixture
def server() -> Iterator[ModelServer]:
    """A model that always says the same."""
    with ModelServer("Oslo is lovely in autumn, and so is the train to Bergen.") as server:
        yield server


@pytest.fixture
def bare(server: ModelServer) -> Iterator[OpenAI]:
    """The client as it is."""
    with OpenAI(base_url=server.url, api_key="a key", max_retries=1) as client:
        yield client


@pytest.fixture
def client(bare: OpenAI, ada: AgentMemory) -> OpenAI:
    """The client with memory; where that fails, so does the test."""
    return wrap_openai(bare, ada, on_error="raise")


def async_client(server: ModelServer, memory: Any, **options: Any) -> AsyncOpenAI:
    """Return an asynchronous client with memory."""
    bare = AsyncOpenAI(base_url=server.url, api_key="a key", max_retries=1)
    return wrap_openai(bare, memory, **({"on_error": "raise"} | options))


def user(text: str) -> Any:
    """Return what a user says, as a message."""
    return {"role": "user", "content": text}


def assistant(text: str) -> Any:
    """Return what was answered, as a message."""
    return {"role": "assistant", "content": text}


def kept(memory: AgentMemory) -> list[tuple[str | None, str]]:
    """Return who said what, as it is remembered."""
    return [(one.role, one.text) for one in memory.get_all()]
