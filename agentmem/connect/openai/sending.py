"""HTTP clients under a client of OpenAI, through which turns go: what is sent gains what was recalled.

So whatever way the client is called - plain, streamed, parsed, raw - there is one place where a turn begins and ends.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from functools import partial
from typing import Any

import anyio
import httpx2

from agentmem.connect.turns import Turn, Turns

PATHS = ("/chat/completions", "/responses")
"""How the addresses end to which turns are sent."""
SIGNED = "aws4-"
"""How the credentials of a request begin whose body is signed: it cannot be changed any more."""


class Heard(httpx2.Client):
    """Another client, whose turns are heard by `turns`.

    Args:
        inner: Does the sending, with its own settings and connections; closed with this one.
        turns: Begun before a request is sent, and ended when its answer has come.
    """

    def __init__(self, inner: httpx2.Client, turns: Turns) -> None:
        super().__init__(transport=httpx2.MockTransport(_unused), timeout=inner.timeout)
        self._inner, self._turns = inner, turns

    @property
    def is_closed(self) -> bool:
        """Whether the other is closed."""
        return self._inner.is_closed

    def build_request(self, *args: Any, **options: Any) -> httpx2.Request:
        """Return what the other builds."""
        return self._inner.build_request(*args, **options)

    def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
        """Send a request, with what was recalled if it is a turn; raises what the other raises."""
        if (asked := _asked(request)) is None:
            return self._inner.send(request, **options)
        turn = self._turns.begin(asked)
        response = self._inner.send(_sent(request, asked, turn), **options)
        if response.is_success and response.is_closed:
            turn.end(response.content)
        elif response.is_success:
            response.stream = _Passed(response, turn)
        return response

    def close(self) -> None:
        """Close the other."""
        self._inner.close()


class HeardAsync(httpx2.AsyncClient):
    """The same for asyncio and trio: memory is asked in threads, so that nobody waits who need not."""

    def __init__(self, inner: httpx2.AsyncClient, turns: Turns) -> None:
        super().__init__(transport=httpx2.MockTransport(_unused), timeout=inner.timeout)
        self._inner, self._turns = inner, turns

    @property
    def is_closed(self) -> bool:
        """Whether the other is closed."""
        return self._inner.is_closed

    def build_request(self, *args: Any, **options: Any) -> httpx2.Request:
        """Return what the other builds."""
        return self._inner.build_request(*args, **options)

    async def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
        """Send a request, with what was recalled if it is a turn; raises what the other raises."""
        if (asked := _asked(request)) is None:
            return await self._inner.send(request, **options)
        turn = await anyio.to_thread.run_sync(self._turns.begin, asked)
        response = await self._inner.send(_sent(request, asked, turn), **options)
        if response.is_success and response.is_closed:
            await _end(turn, response.content)
        elif response.is_success:
            response.stream = _PassedAsync(response, turn)
        return response

    async def aclose(self) -> None:
        """Close the other."""
        await self._inner.aclose()


class _Passed(httpx2.SyncByteStream):
    """The bytes of a response, passed on as they come; when they end, or nobody wants more, so does the turn."""

    def __init__(self, response: httpx2.Response, turn: Turn) -> None:
        self._stream, self._turn, self._came = response.stream, turn, list[bytes]()
        self._decoded = partial(_decoded, response.headers.get("content-encoding"), self._came)

    def __iter__(self) -> Iterator[bytes]:
        assert isinstance(self._stream, httpx2.SyncByteStream)
        for piece in self._stream:
            self._came.append(piece)
            yield piece

    def close(self) -> None:
        assert isinstance(self._stream, httpx2.SyncByteStream)
        try:
            self._stream.close()
        finally:
            self._turn.end(self._decoded())


class _PassedAsync(httpx2.AsyncByteStream):
    def __init__(self, response: httpx2.Response, turn: Turn) -> None:
        self._stream, self._turn, self._came = response.stream, turn, list[bytes]()
        self._decoded = partial(_decoded, response.headers.get("content-encoding"), self._came)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        assert isinstance(self._stream, httpx2.AsyncByteStream)
        async for piece in self._stream:
            self._came.append(piece)
            yield piece

    async def aclose(self) -> None:
        assert isinstance(self._stream, httpx2.AsyncByteStream)
        try:
            await self._stream.aclose()
        finally:
            await _end(self._turn, self._decoded())


async def _end(turn: Turn, body: bytes) -> None:
    """End a turn, even where whoever waited for it is cancelled."""
    with anyio.CancelScope(shield=True):
        await anyio.to_thread.run_sync(turn.end, body)


def _asked(request: httpx2.Request) -> Mapping[str, Any] | None:
    """Return the JSON of a request that is a turn."""
    if request.method != "POST" or not request.url.path.endswith(PATHS):
        return None
    if request.headers.get("authorization", "").lower().startswith(SIGNED):
        return None
    try:
        asked = json.loads(request.content)
    except (ValueError, httpx2.RequestNotRead):
        return None
    return asked if isinstance(asked, Mapping) else None


def _sent(request: httpx2.Request, asked: Mapping[str, Any], turn: Turn) -> httpx2.Request:
    """Return the request with what was recalled; the very same where nothing was."""
    if turn.request is asked:
        return request
    headers = [(name, is_) for name, is_ in request.headers.raw if name.lower() != b"content-length"]
    content = json.dumps(turn.request, separators=(",", ":")).encode()
    return httpx2.Request(request.method, request.url, headers=headers, content=content, extensions=request.extensions)


def _decoded(encoding: str | None, came: list[bytes]) -> bytes:
    """Return what came, decompressed; nothing if that cannot be done with a part of it."""
    headers = {"content-encoding": encoding} if encoding else {}
    try:
        return httpx2.Response(200, headers=headers, content=b"".join(came)).content
    except httpx2.DecodingError:
        return b""


def _unused(request: httpx2.Request) -> httpx2.Response:
    raise AssertionError(f"sent past the client that is heard: {request.method} {request.url.path}")
