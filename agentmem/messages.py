"""Messages as people have them - a text, a dict, LangChain's or OpenAI's - as events. Nobody's package is imported."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from agentmem.errors import InvalidInput
from agentmem.events import Event, Role, Trust, new_event

Message: TypeAlias = "str | Mapping[str, Any] | Event | object"
"""A text; {"role": ..., "content": ...}; an event; a message of LangChain; one of OpenAI, or an item of a response."""
ROLES: Mapping[str, Role] = {
    "user": "user", "human": "user",
    "assistant": "assistant", "ai": "assistant", "AIMessageChunk": "assistant", "function_call": "assistant",
    "system": "system", "developer": "system",
    "tool": "tool", "function": "tool", "function_call_output": "tool",
    "environment": "environment",
}  # fmt: skip
"""What others call a role, and what we do."""
KINDS = ("role", "type")


def event_of(  # noqa: PLR0913 - what a message may not say itself
    message: Message,
    *,
    at: datetime | None = None,
    id: str | None = None,  # noqa: A002 - the word every peer uses
    role: str = "user",
    speaker: str | None = None,
    session: str | None = None,
    trust: Trust | None = None,
) -> Event:
    """Return a message as an event. What it says itself goes before what is given here.

    What a tool said is believed less than what people say: its trust is "low", unless another is given.

    Raises:
        InvalidInput: it is none, is empty, or has a role nobody knows.

    >>> said = event_of({"role": "assistant", "content": None, "tool_calls": [
    ...     {"function": {"name": "weather", "arguments": '{"city": "Oslo"}'}}]})
    >>> said.role, said.text
    ('assistant', 'calls weather({"city": "Oslo"})')
    """
    if isinstance(message, Event):
        return message if trust is None else message.model_copy(update={"trust": trust})
    given = {"role": role, "content": message} if isinstance(message, str) else _fields(message)
    who = _role(given)
    return new_event(
        _text(given),
        at=at or _time(given),
        id=id or given.get("id") or None,
        role=who,
        speaker=given.get("speaker") or given.get("name") or speaker,
        session=given.get("session") or session,
        trust=trust or given.get("trust") or ("low" if who == "tool" else "normal"),
    )


def messages_of(messages: Message | Iterable[Message]) -> list[Message]:
    """Return one message, or several, as a list.

    >>> messages_of("Hi!"), messages_of(["Hi!", {"role": "user", "content": "Ho!"}])
    (['Hi!'], ['Hi!', {'role': 'user', 'content': 'Ho!'}])
    """
    if isinstance(messages, str | bytes | Mapping | Event) or not isinstance(messages, Iterable) or _is_one(messages):
        return [messages]
    return list(messages)


def _is_one(message: object) -> bool:
    """Return whether this is a message, though one can iterate over it: pydantic's models are so."""
    return hasattr(message, "content") or any(hasattr(message, name) for name in KINDS)


def _fields(message: object) -> Mapping[str, Any]:
    if isinstance(message, Mapping):
        return message
    if _is_one(message):
        names = ("role", "type", "content", "id", "name", "tool_calls", "refusal", "arguments", "output")
        return {name: found for name in names if (found := getattr(message, name, None)) is not None}
    raise InvalidInput(
        f"a {type(message).__name__} is no message; give a text, "
        '{"role": "user", "content": "..."}, or a message of LangChain or OpenAI'
    )


def _time(given: Mapping[str, Any]) -> Any:
    """Return when it was said, if it says so; checked with the rest of the event."""
    return given.get("at")


def _role(given: Mapping[str, Any]) -> Role:
    named = str(next((given[name] for name in KINDS if given.get(name) and given[name] != "message"), None))
    if named == "chat":  # LangChain's message with a role of one's own
        named = str(given.get("role"))
    if named not in ROLES:
        known = ", ".join(dict.fromkeys(ROLES.values()))
        raise InvalidInput(f"this message cannot be remembered: the role {named[:40]!r} is none; use {known}")
    return ROLES[named]


def _text(given: Mapping[str, Any]) -> str:
    """Return all that a message says, parts and calls of tools included, as one text."""
    said = [_content(given.get(name)) for name in ("content", "refusal", "output")]
    calls = [_call(one) for one in given.get("tool_calls") or ()]
    if given.get("type") == "function_call":
        calls.append(_call(given))
    return "\n".join(part for part in (*said, *calls) if part)


def _content(content: object) -> str:
    if content is None or isinstance(content, str):
        return content or ""
    if isinstance(content, Sequence) and not isinstance(content, bytes | bytearray):
        return "\n".join(part for part in map(_part, content) if part)
    raise InvalidInput(f"the content of a message is a {type(content).__name__}; give a text, or a list of parts")


def _part(part: object) -> str:
    """Return what one part says; what is no text is named."""
    if isinstance(part, str):
        return part
    said = part if isinstance(part, Mapping) else {"type": getattr(part, "type", ""), "text": getattr(part, "text", "")}
    if isinstance(text := said.get("text") or said.get("refusal"), str):
        return text
    kind = str(said.get("type") or "part").removeprefix("input_").removesuffix("_url")
    return "" if kind in ("reasoning", "thinking", "tool_use", "tool_call", "text", "output_text") else f"[{kind}]"


def _call(call: object) -> str:
    """Return a call of a tool in words: `calls name(arguments)`."""
    given = call if isinstance(call, Mapping) else vars(call)
    function = given.get("function") or given
    named = function if isinstance(function, Mapping) else vars(function)
    arguments = named.get("arguments") or named.get("args") or ""
    told = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False, default=str)
    return f"calls {named.get('name', 'a tool')}({told})"
