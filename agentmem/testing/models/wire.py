"""How OpenAI's API writes things down: completions whole and streamed, embeddings, models, errors."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agentmem.testing.models.script import Asked, Said

Json = dict[str, Any]
Embed = Callable[[Sequence[str]], NDArray[np.float32]]
PIECE = 20
"""Characters of one piece of a streamed answer."""


def completion(asked: Asked, said: Said, *, number: int, usage: bool) -> Json:
    """Return the completion that says `said`; in the call of the tool, where one was asked for."""
    message: Json = {"role": "assistant", "content": said.text, "refusal": said.refusal}
    end = said.end
    called = _called(asked, said)
    if said.refusal is not None:
        message["content"] = None
    elif called:
        calls = [
            {"id": f"call_{number}_{place}", "type": "function", "function": {"name": name, "arguments": arguments}}
            for place, (name, arguments) in enumerate(called)
        ]
        message |= {"content": None, "tool_calls": calls}
        end = "tool_calls" if end == "stop" else end
    whole: Json = {
        "id": f"chatcmpl-{number}",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": asked.model,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": end}],
    }
    return whole | {"usage": usage_of(asked, said)} if usage else whole


def streamed(completion: Json) -> str:
    """Return a completion as the server-sent events it would come in, from the first to the last."""
    head = {key: completion[key] for key in ("id", "created", "model")} | {"object": "chat.completion.chunk"}
    events = [head | {"choices": [piece]} for choice in completion["choices"] for piece in _pieces(choice)]
    if "usage" in completion:
        events.append(head | {"choices": [], "usage": completion["usage"]})
    return "".join(f"data: {json.dumps(event)}\n\n" for event in events) + "data: [DONE]\n\n"


def embeddings(asked: Asked, embed: Embed, *, usage: bool) -> Json:
    """Return one vector for each input, as numbers or as base64 of 32-bit floats: what the client asked for."""
    texts = _inputs(asked.body.get("input", ""))
    rows = np.asarray(embed(texts), dtype="<f4")
    if dimensions := asked.body.get("dimensions"):
        rows = rows[:, : int(dimensions)]
    packed = asked.body.get("encoding_format") == "base64"
    data = [
        {
            "object": "embedding",
            "index": index,
            "embedding": base64.b64encode(row.tobytes()).decode() if packed else [float(value) for value in row],
        }
        for index, row in enumerate(rows)
    ]
    whole: Json = {"object": "list", "model": asked.model, "data": data}
    count = sum(tokens(text) for text in texts)
    return whole | {"usage": {"prompt_tokens": count, "total_tokens": count}} if usage else whole


def model(name: str) -> Json:
    """Return a model as it is listed."""
    return {"id": name, "object": "model", "created": 1_700_000_000, "owned_by": "agentmem.testing"}


def tokens(text: str) -> int:
    """Return a plain count of tokens: one for four characters begun.

    >>> tokens("a red key")
    3
    """
    return -(-len(text) // 4)


def usage_of(asked: Asked, said: Said) -> Mapping[str, int]:
    """Return how many tokens a completion took."""
    read = tokens(asked.text) if said.read is None else said.read
    written = tokens(said.text) if said.written is None else said.written
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}


def _called(asked: Asked, said: Said) -> Sequence[tuple[str, str]]:
    """Return the tools that are called, with their arguments."""
    tool = None if said.in_words else asked.tool
    return said.calls or ([] if tool is None else [(tool, said.text)])


def _pieces(choice: Json) -> list[Json]:
    message, index = choice["message"], choice["index"]
    text = message["content"] or ""
    deltas: list[Json] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": text[start : start + PIECE]} for start in range(0, len(text), PIECE)]
    if message.get("refusal"):
        deltas.append({"refusal": message["refusal"]})
    if message.get("tool_calls"):
        deltas.append({"tool_calls": [{"index": place} | call for place, call in enumerate(message["tool_calls"])]})
    pieces: list[Json] = [{"index": index, "delta": delta, "finish_reason": None} for delta in deltas]
    return [*pieces, {"index": index, "delta": {}, "finish_reason": choice["finish_reason"]}]


def _inputs(given: Any) -> list[str]:
    """Return the texts to embed; one may come alone, and any may come as numbers of tokens."""
    if isinstance(given, str) or (given and isinstance(given[0], int)):
        given = [given]
    return [text if isinstance(text, str) else " ".join(map(str, text)) for text in given]
