"""Streams with memory: not a byte of them is touched."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
from openai import APIConnectionError, OpenAI

from agentmem import AgentMemory
from agentmem.connect.openai import wrap_openai
from agentmem.testing.models import wire
from agentmem.testing.models.faults import disconnect
from agentmem.testing.models.script import Asked, Said
from agentmem.testing.models.server import ModelServer
from tests.agentmem.connect.openai.conftest import kept, user

ANSWER = "Oslo is lovely in autumn, and so is the train to Bergen."
ASK: dict[str, Any] = {"model": "any", "messages": [user("I like trains.")], "stream": True}
TOOLS = [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}]


def chat(client: OpenAI, **more: Any) -> Any:
    """Stream a chat completion."""
    return client.chat.completions.create(**ASK, **more)


def response(client: OpenAI) -> Any:
    """Stream a response."""
    return client.responses.create(model="any", input="I like trains.", stream=True)


def chat_with_tools(client: OpenAI) -> Any:
    """Stream the call of a tool."""
    return chat(client, tools=TOOLS)


@pytest.mark.parametrize("ask", [chat, chat_with_tools, response])
def test_chunks_are_the_same_with_and_without_memory(ask: Callable[[OpenAI], Any], ada: AgentMemory) -> None:
    def chunks(wrap: Callable[[OpenAI], OpenAI]) -> list[Any]:
        with ModelServer(ANSWER) as server, OpenAI(base_url=server.url, api_key="a key") as bare:
            return [chunk.model_dump() for chunk in ask(wrap(bare))]

    assert chunks(lambda bare: wrap_openai(bare, ada, on_error="raise")) == chunks(lambda bare: bare)
    assert len(kept(ada)) == 2


@pytest.mark.parametrize("resource", ["chat.completions", "responses"])
def test_bytes_are_the_same_with_and_without_memory(resource: str, ada: AgentMemory) -> None:
    asked = ASK if resource == "chat.completions" else {"model": "any", "input": "I like trains.", "stream": True}

    def sent(wrap: Callable[[OpenAI], OpenAI]) -> tuple[bytes, dict[str, str]]:
        with ModelServer(ANSWER) as server, OpenAI(base_url=server.url, api_key="a key") as bare:
            client: Any = wrap(bare)
            for name in resource.split("."):
                client = getattr(client, name)
            with client.with_streaming_response.create(**asked) as raw:
                return b"".join(raw.iter_bytes()), dict(raw.headers)

    assert sent(lambda bare: wrap_openai(bare, ada, on_error="raise")) == sent(lambda bare: bare)
    assert kept(ada) == [("user", "I like trains."), ("assistant", ANSWER)]


def test_a_streamed_call_of_a_tool_is_kept(client: OpenAI, ada: AgentMemory) -> None:
    assert list(chat_with_tools(client))

    assert kept(ada)[1] == ("assistant", f"calls weather({ANSWER})")


def test_of_a_stream_that_is_abandoned_what_came_is_remembered(ada: AgentMemory) -> None:
    pieces = [ANSWER[:20], ANSWER[20:40], ANSWER[40:]]

    def streamed(request: httpx2.Request) -> httpx2.Response:
        said = wire.completion(Asked("POST", "", {}, {}, 0.0), Said(ANSWER), number=1, usage=False)
        events = [f"{event}\n\n".encode() for event in wire.streamed(said).split("\n\n") if event]
        return httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=iter(events))

    with httpx2.Client(transport=httpx2.MockTransport(streamed)) as http:
        client = wrap_openai(OpenAI(api_key="a key", http_client=http), ada, on_error="raise")
        with chat(client) as stream:
            for chunk in stream:
                if chunk.choices[0].delta.content == pieces[1]:
                    break

        assert kept(ada) == [("user", "I like trains."), ("assistant", ANSWER[:40])]


def test_of_a_stream_that_dies_what_came_is_remembered(client: OpenAI, ada: AgentMemory, server: ModelServer) -> None:
    server.fail(disconnect(after=700))

    with pytest.raises((APIConnectionError, httpx2.RemoteProtocolError)):
        list(chat(client))

    (_, question), (_, came) = kept(ada)
    assert question == "I like trains."
    assert ANSWER.startswith(came)


def test_a_compressed_stream_is_remembered(ada: AgentMemory) -> None:
    def compressed(request: httpx2.Request) -> httpx2.Response:
        said = wire.completion(Asked("POST", "", {}, {}, 0.0), Said(ANSWER), number=1, usage=False)
        packed = gzip.compress(wire.streamed(said).encode())
        headers = {"content-encoding": "gzip", "content-type": "text/event-stream"}
        return httpx2.Response(200, headers=headers, stream=httpx2.ByteStream(packed))

    with httpx2.Client(transport=httpx2.MockTransport(compressed)) as http:
        client = wrap_openai(OpenAI(api_key="a key", http_client=http), ada, on_error="raise")
        text = "".join(chunk.choices[0].delta.content or "" for chunk in chat(client))

    assert text == ANSWER
    assert kept(ada)[1] == ("assistant", ANSWER)


@pytest.fixture
def helped(client: OpenAI) -> Iterator[Any]:
    """The client's own helper for streams."""
    with client.chat.completions.stream(model="any", messages=ASK["messages"]) as stream:
        yield stream


def test_the_helper_for_streams_works(helped: Any, ada: AgentMemory) -> None:
    helped.until_done()

    assert helped.get_final_completion().choices[0].message.content == ANSWER
    assert kept(ada) == [("user", "I like trains."), ("assistant", ANSWER)]


def test_one_of_several_answers_is_remembered_when_it_comes_back(ada: AgentMemory) -> None:
    def several(request: httpx2.Request) -> httpx2.Response:
        said = wire.completion(Asked("POST", "", {}, {}, 0.0), Said("This."), number=1, usage=False)
        return httpx2.Response(200, json={**said, "choices": [{**said["choices"][0], "index": at} for at in range(2)]})

    with httpx2.Client(transport=httpx2.MockTransport(several)) as http:
        client = wrap_openai(OpenAI(api_key="a key", http_client=http), ada, on_error="raise")
        client.chat.completions.create(model="any", messages=ASK["messages"], n=2)

    assert kept(ada) == [("user", "I like trains.")]
