"""How OpenAI's API writes responses down, whole and streamed: the other way to ask a chat model."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count

from agentmem.testing.models.script import Asked, Said
from agentmem.testing.models.wire import PIECE, Json, usage_of


def response(asked: Asked, said: Said, *, number: int, usage: bool) -> Json:
    """Return the response that says `said`; in the call of the tool, where one was asked for."""
    took = usage_of(asked, said)
    return {
        "id": f"resp_{number}",
        "object": "response",
        "created_at": 1_700_000_000,
        "status": "completed" if said.end == "stop" else "incomplete",
        "error": None,
        "incomplete_details": None if said.end == "stop" else {"reason": _reason(said)},
        "instructions": asked.body.get("instructions"),
        "metadata": {},
        "model": asked.model,
        "output": [_item(asked, said, number)],
        "parallel_tool_calls": True,
        "previous_response_id": asked.body.get("previous_response_id"),
        "temperature": 1.0,
        "text": asked.body.get("text") or {"format": {"type": "text"}},
        "tool_choice": asked.body.get("tool_choice", "auto"),
        "tools": asked.body.get("tools") or [],
        "top_p": 1.0,
        "usage": {
            "input_tokens": took["prompt_tokens"],
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": took["completion_tokens"],
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": took["total_tokens"],
        }
        if usage
        else None,
    }


def streamed(whole: Json) -> str:
    """Return a response as the server-sent events it would come in, from the first to the last."""
    begun = whole | {"status": "in_progress", "output": [], "usage": None, "incomplete_details": None}
    events: list[Json] = [
        {"type": "response.created", "response": begun},
        {"type": "response.in_progress", "response": begun},
    ]
    for place, item in enumerate(whole["output"]):
        events += [{**event, "output_index": place} for event in _of_item(item)]
    events.append({"type": f"response.{whole['status']}", "response": whole})
    numbers = count()
    return "".join(
        f"event: {event['type']}\ndata: {json.dumps({**event, 'sequence_number': next(numbers)})}\n\n"
        for event in events
    )


def _item(asked: Asked, said: Said, number: int) -> Json:
    if said.refusal is None and asked.tool is not None and not said.in_words:
        call = {"type": "function_call", "name": asked.tool, "arguments": said.text, "status": "completed"}
        return call | {"id": f"fc_{number}", "call_id": f"call_{number}"}
    part: Json = {"type": "output_text", "text": said.text, "annotations": [], "logprobs": []}
    if said.refusal is not None:
        part = {"type": "refusal", "refusal": said.refusal}
    status = "completed" if said.end == "stop" else "incomplete"
    return {"type": "message", "id": f"msg_{number}", "role": "assistant", "status": status, "content": [part]}


def _of_item(item: Json) -> Iterator[Json]:
    """Yield the events that one item of the output comes in."""
    empty: Json = {"arguments": ""} if item["type"] == "function_call" else {"content": []}
    yield {"type": "response.output_item.added", "item": {**item, **empty, "status": "in_progress"}}
    if item["type"] == "function_call":
        yield from _told("function_call_arguments", "arguments", item["arguments"], item_id=item["id"])
    else:
        yield from _of_part(item["content"][0], item_id=item["id"])
    yield {"type": "response.output_item.done", "item": item}


def _of_part(part: Json, *, item_id: str) -> Iterator[Json]:
    where: Json = {"item_id": item_id, "content_index": 0}
    name = "refusal" if part["type"] == "refusal" else "text"
    more: Json = {} if name == "refusal" else {"logprobs": []}
    yield {"type": "response.content_part.added", "part": {**part, name: ""}, **where}
    yield from _told(part["type"], name, part[name], **where, **more)
    yield {"type": "response.content_part.done", "part": part, **where}


def _told(what: str, name: str, text: str, **where: object) -> Iterator[Json]:
    """Yield a text in pieces, and then whole."""
    for start in range(0, len(text), PIECE):
        yield {"type": f"response.{what}.delta", "delta": text[start : start + PIECE], **where}
    yield {"type": f"response.{what}.done", name: text, **where}


def _reason(said: Said) -> str:
    return "max_output_tokens" if said.end == "length" else said.end
