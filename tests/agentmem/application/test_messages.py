"""Messages of all shapes become the same events."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from openai.types.chat import ChatCompletionMessage
from openai.types.responses import ResponseFunctionToolCall, ResponseOutputMessage, ResponseOutputText

from agentmem import AgentMemory, Event
from agentmem.errors import InvalidInput
from agentmem.messages import event_of, messages_of

CALL = {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Oslo"}'}}
SHAPES: list[tuple[Any, str, str]] = [
    ("Hello!", "user", "Hello!"),
    ({"role": "user", "content": "Hello!"}, "user", "Hello!"),
    ({"role": "developer", "content": "Be kind."}, "system", "Be kind."),
    ({"role": "user", "content": [{"type": "text", "text": "Look:"}, {"type": "image_url", "image_url": {}}]}, "user",
     "Look:\n[image]"),
    ({"role": "assistant", "content": None, "tool_calls": [CALL]}, "assistant", 'calls weather({"city": "Oslo"})'),
    ({"role": "tool", "tool_call_id": "c1", "content": "-3"}, "tool", "-3"),
    ({"type": "function_call", "name": "weather", "arguments": "{}", "call_id": "c1"}, "assistant",
     "calls weather({})"),
    ({"type": "function_call_output", "call_id": "c1", "output": "-3"}, "tool", "-3"),
    ({"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hello!"}]}, "user", "Hello!"),
    (HumanMessage("Hello!", id="h1"), "user", "Hello!"),
    (SystemMessage("Be kind."), "system", "Be kind."),
    (AIMessage("", tool_calls=[{"name": "weather", "args": {"city": "Oslo"}, "id": "c1"}]), "assistant",
     'calls weather({"city": "Oslo"})'),
    (AIMessage([{"type": "text", "text": "It is cold."}, {"type": "tool_use", "id": "c1", "name": "x", "input": {}}]),
     "assistant", "It is cold."),
    (ToolMessage("-3", tool_call_id="c1"), "tool", "-3"),
    (ChatCompletionMessage(role="assistant", content="It is cold."), "assistant", "It is cold."),
    (ResponseFunctionToolCall(arguments="{}", call_id="c1", name="weather", type="function_call"), "assistant",
     "calls weather({})"),
    (ResponseOutputMessage(id="r1", role="assistant", status="completed", type="message", content=[
        ResponseOutputText(annotations=[], text="It is cold.", type="output_text")]), "assistant", "It is cold."),
]  # fmt: skip


@pytest.mark.parametrize(("message", "role", "text"), SHAPES, ids=lambda value: type(value).__name__)
def test_a_message_of_any_shape_is_one_event(message: Any, role: str, text: str) -> None:
    event = event_of(message)

    assert (event.role, event.text) == (role, text)
    assert messages_of(message) == [message]


def test_a_message_keeps_its_own_id_and_name(ada: AgentMemory) -> None:
    ada.add([HumanMessage("Hello!", id="h1", name="Ada"), {"role": "assistant", "content": "Hello, Ada!", "id": "a1"}])

    assert [(one.id, one.speaker) for one in ada.get_all()] == [("h1", "Ada"), ("a1", None)]


def test_what_a_tool_said_is_believed_less(ada: AgentMemory) -> None:
    ada.add([{"role": "tool", "content": "-3"}, "It is cold."])

    assert [one.trust for one in ada.get_all()] == ["low", "normal"]


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("", "the event is empty"),
        ("  \n", "the event is empty"),
        ({"role": "user", "content": ""}, "the event is empty"),
        ({"role": "user", "content": b"\x00\x01"}, "is a bytes; give a text"),
        (b"\x00\x01", "a bytes is no message"),
        ({"role": "wizard", "content": "Hello!"}, "the role 'wizard' is none; use user, assistant"),
        ({"content": "Hello!"}, "the role 'None' is none"),
        (7, "a int is no message"),
        ("x" * 10_000_000, "at most 2000000 characters"),
        ({"role": "user", "content": "Hello!", "at": datetime(2026, 1, 1)}, "timezone"),  # noqa: DTZ001
        ({"role": "user", "content": "Hello!", "at": "yesterday"}, "at:"),
        ({"role": "user", "content": "Hello!", "trust": "blind"}, "trust:"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_no_message_is_refused_in_one_sentence_and_nothing_is_written(
    ada: AgentMemory, message: Any, said: str
) -> None:
    with pytest.raises(InvalidInput, match=said) as refused:
        ada.add(message)

    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 400
    assert ada.status().entries == 0


def test_of_a_list_with_one_that_cannot_be_used_nothing_is_written(ada: AgentMemory) -> None:
    with pytest.raises(InvalidInput):
        ada.add(["Hello!", ""])

    assert ada.get_all() == []


def test_one_id_is_not_given_to_several(ada: AgentMemory) -> None:
    with pytest.raises(InvalidInput, match="one id is given for 2 messages"):
        ada.add(["Hello!", "Good-bye!"], id="m1")


def test_an_event_is_taken_as_it_is(ada: AgentMemory) -> None:
    event = event_of("Hello!", id="m1")

    added = ada.add(event).events[0]

    assert isinstance(added, Event)
    assert added.model_copy(update={"position": 0, "at": event.at}) == event
