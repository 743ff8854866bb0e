"""Chats that remember: requests of OpenAI's API, sent on to a model with what bears on them, answered byte for byte."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import ExitStack
from typing import Any

import httpx
from anyio import CancelScope
from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from agentmem.connect.server.access import Reader
from agentmem.connect.server.refusals import DESCRIBED, WORDS, Answered
from agentmem.connect.server.settings import Serving
from agentmem.connect.turns import Turn, Turns
from agentmem.errors import LanguageUnavailable

CHATS = ("/v1/chat/completions", "/v1/responses")
CHAT_BYTES = 50_000_000
"""A chat may hold pictures."""
CONNECT_S, ANSWER_S = 10.0, 600.0
PASSED_ON = ("content-type", "accept", "user-agent", "idempotency-key")
PREFIXES = ("openai-", "x-stainless-")
"""Of a request: no more of it is the model's business."""
KEPT_BACK = ("connection", "keep-alive", "transfer-encoding", "content-length", "set-cookie", "server", "date")
"""Of an answer. Its length too: so it ends only when it is remembered."""
EVENTS = "text/event-stream"
"""What comes piece by piece."""
KEY = "OPENAI_API_KEY"
routes = APIRouter(tags=["chats"], responses=dict(DESCRIBED))


class Upstream:
    """The model that requests are sent on to.

    Args:
        serving: Its address, and whether callers have keys of ours: then its own key is in the environment.
    """

    def __init__(self, serving: Serving) -> None:
        self._url = (serving.upstream or "").rstrip("/")
        self._own_key = os.environ.get(KEY) if serving.keys is not None else None
        self._takes_theirs = serving.keys is None
        self._http = httpx.AsyncClient(
            timeout=httpx.Timeout(ANSWER_S, connect=CONNECT_S), limits=httpx.Limits(max_connections=None)
        )

    async def send(self, request: Request, body: bytes | None) -> httpx.Response:
        """Return the answer to a request, not read yet.

        Raises:
            LanguageUnavailable: the model cannot be reached.
        """
        path = request.url.path.removeprefix("/v1")
        headers = {"accept-encoding": "identity", **self._headers(request.headers)}
        sent = self._http.build_request(request.method, self._url + path, content=body, headers=headers)
        try:
            return await self._http.send(sent, stream=True)
        except httpx.TransportError as error:
            said = f"the model behind this server cannot be reached ({type(error).__name__})"
            raise LanguageUnavailable(f"{said}; look whether it runs, and whether --upstream names it") from None

    async def close(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    def _headers(self, given: Mapping[str, str]) -> dict[str, str]:
        headers = {name: value for name, value in given.items() if name in PASSED_ON or name.startswith(PREFIXES)}
        key = given.get("authorization") if self._takes_theirs else self._own_key and f"Bearer {self._own_key}"
        return headers | ({"authorization": key} if key else {})


class Passed(StreamingResponse):
    """An answer passed on as it comes, whatever it is.

    Args:
        answer: Not read yet; closed at the end.
        over: Called in a thread, with what came; not if the model broke off.
    """

    def __init__(self, answer: httpx.Response, over: Callable[[bytes], None]) -> None:
        super().__init__(self._pieces(), status_code=answer.status_code, headers=_passed_back(answer))
        self._answer, self._over = answer, over
        self._came: list[bytes] = []
        self._broke = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass it on; what came is told also where whoever asked has gone."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._end()

    async def _pieces(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._answer.aiter_raw():
                self._came.append(piece)
                yield piece
        except httpx.TransportError:
            self._broke = True
            raise
        await self._end()

    async def _end(self) -> None:
        over, self._over = self._over, _nothing
        with CancelScope(shield=True):
            await self._answer.aclose()
            await run_in_threadpool(over, b"" if self._broke else b"".join(self._came))


@routes.post("/v1/chat/completions", response_class=Response)
@routes.post("/v1/responses", response_class=Response)
async def chat(request: Request, caller: Reader) -> Response:
    """Send a chat on, with what bears on it; remember what was said and answered."""
    body = await request.body()
    given = _read(body)
    held = ExitStack()
    try:
        turn = await run_in_threadpool(Turns(lambda: held.enter_context(caller.open())).begin, given)
        sent = body if turn.request is given else json.dumps(turn.request).encode()
        answer = await request.app.state.upstream.send(request, sent)
    except BaseException:
        held.close()
        raise
    over = _ending(turn, held, remembers=answer.is_success and not caller.read_only)
    return Passed(answer, over) if EVENTS in answer.headers.get("content-type", "") else await _whole(answer, over)


@routes.get("/v1/models", response_class=Response)
async def models(request: Request, caller: Reader) -> Response:  # noqa: ARG001 - who asks must be let in
    """Return what the model behind this server answers."""
    return Passed(await request.app.state.upstream.send(request, None), _nothing)


async def _whole(answer: httpx.Response, over: Callable[[bytes], None]) -> Response:
    """Return an answer that comes in one piece, once it is remembered.

    Raises:
        LanguageUnavailable: the model broke off.
    """
    came = b""
    try:
        came = b"".join([piece async for piece in answer.aiter_raw()])
    except httpx.TransportError as error:
        said = f"the model behind this server broke off ({type(error).__name__})"
        raise LanguageUnavailable(f"{said}; nothing of its answer is remembered: ask again") from None
    finally:
        with CancelScope(shield=True):
            await answer.aclose()
            await run_in_threadpool(over, came)
    return Response(came, answer.status_code, _passed_back(answer))


def _passed_back(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name not in KEPT_BACK}


def _ending(turn: Turn, held: ExitStack, *, remembers: bool) -> Callable[[bytes], None]:
    """Return what ends a turn: remembers it where there is an answer, and lets go of the memory."""

    def end(body: bytes) -> None:
        with held:
            if remembers and body:
                turn.end(body)

    return end


def _read(body: bytes) -> dict[str, Any]:
    try:
        given = json.loads(body)
    except ValueError:
        raise Answered(400, *WORDS[400]) from None
    if not isinstance(given, dict):
        raise Answered(400, "BadRequest", "a chat is a JSON object with messages, or with input; send such a one")
    return given


def _nothing(body: bytes) -> None:
    """Do nothing."""
