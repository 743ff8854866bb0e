"""The scripted server answers requests for responses as OpenAI does: the real client reads all of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from openai import OpenAI
from openai.types.responses import Response, ResponseFunctionToolCall, ResponseStreamEvent
from pydantic import TypeAdapter

from agentmem.testing.models.script import Said
from agentmem.testing.models.server import ModelServer

TOOLS: Any = [{"type": "function", "name": "weather", "parameters": {"type": "object"}}]
ANSWERS = {
    "words": Said("Oslo is lovely in autumn.", in_words=True),
    "call": Said('{"city": "Oslo, or any other"}'),
    "refusal": Said("", refusal="I'm sorry, I can't assist with that."),
    "cut": Said("Oslo is", end="length", in_words=True),
}


@pytest.fixture(params=ANSWERS)
def client(request: pytest.FixtureRequest) -> Iterator[OpenAI]:
    """The real client, of a server with one answer."""
    with ModelServer(ANSWERS[request.param]) as server, OpenAI(base_url=server.url, api_key="a key") as client:
        yield client


def test_a_response_is_what_the_client_knows(client: OpenAI) -> None:
    raw = client.responses.with_raw_response.create(model="any", input="How is it?", tools=TOOLS)

    assert Response.model_validate_json(raw.content)


def test_a_streamed_response_is_what_the_client_knows(client: OpenAI) -> None:
    events: TypeAdapter[ResponseStreamEvent] = TypeAdapter(ResponseStreamEvent)

    with client.responses.with_streaming_response.create(model="any", input="?", tools=TOOLS, stream=True) as raw:
        told = [events.validate_json(line[6:]) for line in raw.iter_lines() if line.startswith("data: ")]

    assert [event.sequence_number for event in told] == list(range(len(told)))


def test_a_streamed_response_can_be_gathered(client: OpenAI) -> None:
    with client.responses.stream(model="any", input="How is it?", tools=TOOLS) as stream:
        *_, last = stream

    assert last.type in ("response.completed", "response.incomplete")


def test_the_pieces_of_a_streamed_answer_come_to_the_whole() -> None:
    with ModelServer(ANSWERS["words"]) as server, OpenAI(base_url=server.url, api_key="a key") as client:
        events = list(client.responses.create(model="any", input="How is it?", stream=True))

    told = [event.delta for event in events if event.type == "response.output_text.delta"]
    assert len(told) > 1
    assert "".join(told) == ANSWERS["words"].text


def test_a_tool_that_is_offered_is_called_unless_the_script_answers_in_words() -> None:
    with ModelServer([ANSWERS["call"], ANSWERS["words"]]) as server, OpenAI(base_url=server.url, api_key="k") as client:
        call = client.responses.create(model="any", input="How is it?", tools=TOOLS).output[0]
        words = client.responses.create(model="any", input="How is it?", tools=TOOLS)

    assert isinstance(call, ResponseFunctionToolCall)
    assert (call.name, call.arguments) == ("weather", ANSWERS["call"].text)
    assert words.output_text == ANSWERS["words"].text
    assert server.asked[0].text == "How is it?"
