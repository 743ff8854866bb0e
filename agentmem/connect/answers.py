"""What a model answered, as messages: of a whole body, or of a stream, even one that ended half-way."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

Json = Mapping[str, Any]
ENDS = ("response.completed", "response.incomplete", "response.failed")
"""Events that hold a whole response."""


def answer_in(body: bytes) -> list[Json]:
    """Return what a body answers, as messages or items; none if it is no answer, or one of several to choose from.

    A stream that ended half-way answers what came: the text so far. A call that was not complete was not made.

    Args:
        body: JSON, or server-sent events, of a chat completion or of a response; decoded, and maybe cut off.

    >>> answer_in(b'{"choices": [{"message": {"role": "assistant", "content": "Oslo."}}]}')
    [{'role': 'assistant', 'content': 'Oslo.'}]
    """
    if body.lstrip()[:1] == b"{":
        with suppress(ValueError):  # it was cut off
            return _whole(json.loads(body))
        return []
    events = list(_events(body))
    return _of_response(events) if any("type" in event for event in events) else _of_chunks(events)


def _whole(body: Json) -> list[Json]:
    """Return the answer of a completion with one choice, or of a response."""
    if "choices" in body:
        choices = body["choices"] or []
        return [choices[0]["message"]] if len(choices) == 1 else []
    return [item for item in body.get("output") or () if item.get("type") in ("message", "function_call")]


def _events(body: bytes) -> Iterator[Json]:
    """Yield the server-sent events that hold a JSON object; the last one may be cut off."""
    for block in body.decode("utf-8", "replace").replace("\r\n", "\n").split("\n\n"):
        data = "\n".join(line[5:].strip() for line in block.split("\n") if line.startswith("data:"))
        with suppress(ValueError):  # "[DONE]", or the end of a stream that was cut
            event = json.loads(data)
            if isinstance(event, Mapping):
                yield event


def _of_chunks(events: list[Json]) -> list[Json]:
    """Return the message that the chunks of a completion come to."""
    choices = [choice for event in events for choice in event.get("choices") or ()]
    if any(choice.get("index") for choice in choices):
        return []  # several answers to choose from: the one that is taken comes back with the next turn
    deltas = [choice.get("delta") or {} for choice in choices]
    message: dict[str, Any] = {"role": "assistant"}
    message |= {name: text for name in ("content", "refusal") if (text := _joined(deltas, name))}
    if any(choice.get("finish_reason") for choice in choices) and (calls := _calls(deltas)):
        message["tool_calls"] = calls
    return [message] if len(message) > 1 else []


def _joined(deltas: list[Json], name: str) -> str:
    return "".join(delta.get(name) or "" for delta in deltas)


def _calls(deltas: list[Json]) -> list[Json]:
    """Return the calls of tools, whose arguments come in pieces."""
    pieces: dict[int, list[Json]] = {}
    for delta in deltas:
        for piece in delta.get("tool_calls") or ():
            pieces.setdefault(piece.get("index", 0), []).append(piece.get("function") or {})
    return [
        {"type": "function", "function": {"name": _joined(one, "name"), "arguments": _joined(one, "arguments")}}
        for _, one in sorted(pieces.items())
    ]


def _of_response(events: list[Json]) -> list[Json]:
    """Return the items that the events of a response come to."""
    whole = next((event["response"] for event in events if event["type"] in ENDS), None)
    if whole and whole.get("output"):
        return _whole(whole)
    items: dict[int, dict[str, Any]] = {}
    for event in events:
        place = event.get("output_index", 0)
        if event.get("type") == "response.output_text.delta":
            item = items.setdefault(place, {"type": "message", "role": "assistant", "content": ""})
            item["content"] += event.get("delta", "")
        elif event.get("type") == "response.output_item.done":
            items[place] = dict(event["item"])
    return _whole({"output": [item for _, item in sorted(items.items())]})
