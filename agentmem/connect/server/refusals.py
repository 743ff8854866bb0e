"""What is answered when something goes wrong: a status for each error of ours, and always a body of one form.

The body is `{"error": {"type": ..., "message": ...}}`, which clients of OpenAI's API understand as well.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from agentmem import errors
from agentmem.errors import AgentmemError, LanguageUnavailable, TooManyRequests

STATUS: Mapping[type[AgentmemError], int] = {
    errors.AgentmemError: 500,
    errors.InvalidInput: 422,
    errors.MissingExtra: 501,
    errors.PluginError: 500,
    errors.StoreError: 500,
    errors.StoreUnavailable: 503,
    errors.StoreRefused: 503,
    errors.WrongDimension: 409,
    errors.UnknownNode: 404,
    errors.CursorMoved: 409,
    errors.LanguageError: 502,
    errors.LanguageUnavailable: 503,
    errors.BudgetExceeded: 429,
    errors.UnrecordedCall: 500,
    errors.Refused: 403,
    errors.UnknownKey: 401,
    errors.TooManyRequests: 429,
}
"""An error that is not named here has the status of the one it is a kind of."""
WORDS: Mapping[int, tuple[str, str]] = {
    400: ("BadRequest", "the body cannot be read: send JSON in UTF-8, with Content-Type: application/json"),
    404: ("NotFound", "there is nothing at this address; what there is stands in /openapi.json"),
    405: ("MethodNotAllowed", "this address cannot be used so; how it can stands in /openapi.json"),
    413: ("TooLarge", "the body is longer than this server takes; send less at once"),
}
"""What the library refuses, in our words."""
DESCRIBED: Mapping[int | str, dict[str, Any]] = {
    status: {"description": said, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    for status, said in {
        400: "The body cannot be read, or the request names no user where it must.",
        401: "No key, a wrong one, or one that has expired or was revoked.",
        403: "The key does not allow this, or the request comes from where it must not.",
        404: "Nothing has this id.",
        409: "Something else changed meanwhile; look again.",
        413: "The body is too large.",
        422: "What was sent cannot be used; nothing was changed.",
        429: "Too many requests, or the budget is used up.",
        503: "The store, or the model, cannot be reached now.",
    }.items()
}
"""What every address may answer, for OpenAPI."""
PROBLEM: Mapping[str, Any] = {
    "title": "Problem",
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["type", "message"],
            "properties": {"type": {"type": "string"}, "message": {"type": "string"}},
        }
    },
}


UNNAMED = ("body", "query", "one", "many")
"""Parts of a place that nobody typed."""


class Answered(AgentmemError):
    """A refusal whose status is known where it is raised."""

    def __init__(self, status: int, kind: str, said: str) -> None:
        super().__init__(said)
        self.status, self.kind = status, kind


def status_of(error: AgentmemError) -> int:
    """Return the status that an error is answered with.

    >>> status_of(errors.UnknownName("no memory named 'amen'"))
    422
    """
    if isinstance(error, Answered):
        return error.status
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def problem(status: int, kind: str, said: str, *, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Return the answer that says what is wrong."""
    return JSONResponse({"error": {"type": kind, "message": said}}, status_code=status, headers=headers)


def refused(error: AgentmemError) -> JSONResponse:
    """Return the answer to an error of ours."""
    kind = error.kind if isinstance(error, Answered) else type(error).__name__
    headers = {"WWW-Authenticate": "Bearer"} if isinstance(error, errors.UnknownKey) else {}
    if isinstance(error, TooManyRequests | LanguageUnavailable) and error.retry_after_s is not None:
        headers["Retry-After"] = str(math.ceil(error.retry_after_s))
    return problem(status_of(error), kind, " ".join(str(error).split()), headers=headers)


def answer_errors(app: FastAPI) -> None:
    """Let an app answer every error so."""

    async def ours(request: Request, error: Exception) -> JSONResponse:
        request.scope["problem"] = type(error).__name__
        assert isinstance(error, AgentmemError)
        return refused(error)

    async def invalid(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        request.scope["problem"] = "InvalidInput"
        found = error.errors()
        if any(one["type"] == "json_invalid" for one in found):
            return problem(400, *WORDS[400])
        return problem(422, "InvalidInput", f"this cannot be used: {_in_one_sentence(found)}")

    async def theirs(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        words = WORDS.get(error.status_code, ("Refused", str(error.detail)))
        request.scope["problem"] = words[0]
        return problem(error.status_code, *words, headers=error.headers)

    async def unforeseen(request: Request, error: Exception) -> JSONResponse:
        request.scope["problem"] = type(error).__name__
        return problem(500, "Unforeseen", "this should not happen; the log of the server says where it did")

    app.add_exception_handler(AgentmemError, ours)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, theirs)
    app.add_exception_handler(Exception, unforeseen)


def _in_one_sentence(found: Sequence[Any]) -> str:
    """Return what is wrong and where, without what was sent: it may be long, and a log may keep it."""
    where = [".".join(str(part) for part in one["loc"] if part not in UNNAMED) or "the body" for one in found]
    return "; ".join(f"{place}: {one['msg']}" for place, one in zip(where, found, strict=True))
