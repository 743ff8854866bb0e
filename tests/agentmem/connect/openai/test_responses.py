"""Responses with memory: recalled into the instructions."""

from __future__ import annotations

from typing import Any

from openai import OpenAI
from pydantic import BaseModel

from agentmem import AgentMemory
from agentmem.connect.openai import wrap_openai
from agentmem.context import OPENING
from agentmem.testing.models.script import Said
from agentmem.testing.models.server import ModelServer
from tests.agentmem.connect.openai.conftest import kept, user

ANSWER = "Oslo is lovely in autumn, and so is the train to Bergen."


class Visit(BaseModel):
    """Where to go."""

    city: str


def test_what_was_said_before_stands_in_the_instructions(client: OpenAI, ada: AgentMemory, server: ModelServer) -> None:
    ada.add("My sister Mia moved to Oslo.")

    said = client.responses.create(model="any", instructions="Be brief.", input="Where does Mia live?")

    asked = server.asked[0].body
    assert said.output_text == ANSWER
    assert asked["instructions"].startswith(f"Be brief.\n\n{OPENING}")
    assert asked["input"] == "Where does Mia live?"
    assert kept(ada)[1:] == [("user", "Where does Mia live?"), ("assistant", ANSWER)]


def test_a_history_of_items_is_remembered_once(client: OpenAI, ada: AgentMemory) -> None:
    history: list[Any] = [{"role": "developer", "content": "You are a guide."}, user("I like trains.")]
    history += client.responses.create(model="any", input=history).output
    client.responses.create(model="any", input=[*history, user("And ships.")])

    assert kept(ada) == [
        ("user", "I like trains."), ("assistant", ANSWER), ("user", "And ships."), ("assistant", ANSWER),
    ]  # fmt: skip


def test_what_follows_an_earlier_response_is_new_though_the_same_words(client: OpenAI, ada: AgentMemory) -> None:
    first = client.responses.create(model="any", input="yes")
    for _ in range(2):
        client.responses.create(model="any", input="yes", previous_response_id=first.id)

    assert [text for role, text in kept(ada) if role == "user"] == ["yes", "yes"], "the third was sent again"


def test_what_is_sent_to_a_stored_conversation_is_always_new(client: OpenAI, ada: AgentMemory) -> None:
    for _ in range(2):
        client.responses.create(model="any", input="yes", conversation="conv_1")

    assert [text for role, text in kept(ada) if role == "user"] == ["yes", "yes"]


def test_calls_of_functions_are_kept_and_recalled_for(ada: AgentMemory) -> None:
    def script(asked: object) -> Said:
        return Said('{"city": "Oslo"}') if len(server.asked) == 1 else Said("It rains.", in_words=True)

    tools: Any = [{"type": "function", "name": "weather", "parameters": {"type": "object"}}]
    with ModelServer(script) as server, OpenAI(base_url=server.url, api_key="a key") as bare:
        client = wrap_openai(bare, ada, on_error="raise")
        first = client.responses.create(model="any", input="How is the weather in Oslo?", tools=tools)
        call: Any = first.output[0]
        gave: Any = {"type": "function_call_output", "call_id": call.call_id, "output": "rain in Oslo"}
        client.responses.create(model="any", input=[gave], previous_response_id=first.id, tools=tools)

    assert kept(ada) == [
        ("user", "How is the weather in Oslo?"),
        ("assistant", 'calls weather({"city": "Oslo"})'),
        ("tool", "rain in Oslo"),
        ("assistant", "It rains."),
    ]
    assert "How is the weather in Oslo?" in server.asked[1].body["instructions"]


def test_a_stream_is_remembered_when_it_is_complete(client: OpenAI, ada: AgentMemory) -> None:
    events = list(client.responses.create(model="any", input="I like trains.", stream=True))

    assert events[-1].type == "response.completed"
    assert kept(ada) == [("user", "I like trains."), ("assistant", ANSWER)]


def test_of_a_stream_that_is_abandoned_the_text_so_far_is_remembered(client: OpenAI, ada: AgentMemory) -> None:
    with client.responses.stream(model="any", input="I like trains.") as stream:
        assert next(event for event in stream if event.type == "response.output_text.delta")

    assert kept(ada)[0] == ("user", "I like trains.")


def test_parsing_works(ada: AgentMemory) -> None:
    with ModelServer({"city": "Oslo"}) as server, OpenAI(base_url=server.url, api_key="a key") as bare:
        client = wrap_openai(bare, ada, on_error="raise")
        parsed = client.responses.parse(model="any", input="Where to?", text_format=Visit)

    assert parsed.output_parsed == Visit(city="Oslo")
    assert kept(ada) == [("user", "Where to?"), ("assistant", '{"city": "Oslo"}')]
