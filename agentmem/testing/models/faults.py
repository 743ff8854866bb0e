"""What can go wrong with an answer of a model that is asked over HTTP, by name.

Each is a value; a `ModelServer` has it happen to the next request, or for a while.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from json import dumps
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agentmem.testing.models.script import Asked

Json = dict[str, Any]


def _always(asked: Asked) -> bool:  # noqa: ARG001
    return True


def _of_chat(asked: Asked) -> bool:
    return asked.is_chat


@dataclass(frozen=True)
class Fault:
    """What happens to one answer on its way.

    Attributes:
        status, headers: Of the HTTP response.
        body: Sent in place of the answer; None lets it pass.
        kind: The content type.
        change: What is made of a completion, as JSON, before it is sent; it may look at what was asked.
        wait_s: How long it is held back.
        cut_after: Bytes of the response, headers included, after which the line is dead.
        when: Which requests it happens to; the others are answered as if there were no fault.
    """

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    kind: str = "application/json"
    change: Callable[[Asked, Json], Json] | None = None
    wait_s: float = 0.0
    cut_after: int | None = None
    when: Callable[[Asked], bool] = _always


def slow(seconds: float) -> Fault:
    """Answer late, and rightly."""
    return Fault(wait_s=seconds)


def error(status: int, message: str, *, code: str | None = None, headers: Mapping[str, str] | None = None) -> Fault:
    """Answer with an error in the form that OpenAI gives it."""
    said = {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": code}}
    return Fault(status, headers or {}, dumps(said))


def too_many_requests(retry_after_s: float | None = None, *, as_date: bool = False) -> Fault:
    """Answer 429; with a time to wait where one is given, in seconds or as the date it ends at."""
    headers = (
        {} if retry_after_s is None else {"Retry-After": _when(retry_after_s) if as_date else f"{retry_after_s:g}"}
    )
    return error(429, "Rate limit reached for requests", code="rate_limit_exceeded", headers=headers)


def server_error(status: int = 500) -> Fault:
    """Answer 500, or 502, 503 or 504."""
    return error(status, "The server had an error while processing your request. Sorry about that!")


def unauthorised() -> Fault:
    """Answer 401; what OpenAI says then repeats parts of the key, and so does this."""
    return error(401, "Incorrect API key provided: sk-12***6789.", code="invalid_api_key")


def unknown_model(model: str = "gpt-none") -> Fault:
    """Answer 404."""
    return error(404, f"The model `{model}` does not exist or you do not have access to it.", code="model_not_found")


def refuses_form(*forms: str) -> Fault:
    """Answer 400 to those who ask for one of `forms`: `json_schema`, unless told otherwise, `json_object`, `tool`."""
    wrong = forms or ("json_schema",)
    refused = error(400, "Invalid parameter: 'response_format' of this type is not supported with this model.")
    return Fault(refused.status, body=refused.body, when=lambda asked: asked.form in wrong)


def disconnect(after: int = 250) -> Fault:
    """Hang up after this many bytes of the response: 0 is before any, 250 amid the answer."""
    return Fault(cut_after=after)


def cut_short(share: float = 0.5) -> Fault:
    """Stop at the token limit, when this share of the text is written."""
    return _rewritten(lambda text: text[: int(len(text) * share)], end="length")


def refusal(why: str = "I'm sorry, I can't assist with that.") -> Fault:
    """Let the model say no."""
    message = {"role": "assistant", "content": None, "refusal": why}
    return Fault(
        change=lambda asked, whole: {**whole, "choices": [{**one, "message": message} for one in whole["choices"]]},  # noqa: ARG005
        when=_of_chat,
    )


def content_filter() -> Fault:
    """Let the provider's filter take the answer away."""
    return _rewritten(lambda text: "", end="content_filter")  # noqa: ARG005


def no_choices() -> Fault:
    """Answer without any choice."""
    return Fault(change=lambda asked, completion: {**completion, "choices": []}, when=_of_chat)  # noqa: ARG005


def says(text: str) -> Fault:
    """Let the model say something else: not what was asked for, not JSON, too long, in another language."""
    return rewrites(lambda asked, right: text)  # noqa: ARG005


def rewrites(change: Callable[[Asked, str], str]) -> Fault:
    """Let the model say what `change` makes of what was asked and of its right answer."""
    return Fault(change=lambda asked, whole: _changed(whole, lambda text: change(asked, text)), when=_of_chat)


def huge(size: int = 10_000_000) -> Fault:
    """Answer with this many characters, that are no JSON until the end."""
    return says('{"text": "' + "a" * size + '"}')


def html_page() -> Fault:
    """Answer as a web site does, or a proxy on the way."""
    return Fault(body="<!DOCTYPE html><html><body><h1>Welcome to nginx!</h1></body></html>", kind="text/html")


def not_json() -> Fault:
    """Answer something that calls itself JSON, and is not."""
    return Fault(body='{"id": "chatcmpl-1", "choices": [')


def _when(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


def _rewritten(change: Callable[[str], str], *, end: str | None = None) -> Fault:
    return Fault(change=lambda asked, whole: _changed(whole, change, end=end), when=_of_chat)  # noqa: ARG005


def _changed(completion: Json, change: Callable[[str], str], *, end: str | None = None) -> Json:
    """Return a completion whose choices say something else."""
    return {**completion, "choices": [_with_text(choice, change, end=end) for choice in completion["choices"]]}


def _with_text(choice: Json, change: Callable[[str], str], *, end: str | None) -> Json:
    """Return a choice that says something else, be it in words or in the call of a tool."""
    message = dict(choice["message"])
    if message.get("tool_calls"):
        calls = [
            {**call, "function": {**call["function"], "arguments": change(call["function"]["arguments"])}}
            for call in message["tool_calls"]
        ]
        message["tool_calls"] = calls
    else:
        message["content"] = change(message["content"] or "")
    return {**choice, "message": message, "finish_reason": end or choice["finish_reason"]}
