"""How much may be sent at once, and how often one key may ask."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agentmem.connect.server.refusals import WORDS, problem
from agentmem.errors import TooManyRequests

BODY_BYTES = 10_000_000
READ_ON = 2
"""Times as much is read and thrown away, so that whoever is still sending hears the answer."""

BURST_S = 2.0
"""How much may be asked at once: that of so many seconds."""
MOST = 10_000
"""Buckets; the one that was not used longest is full again."""


@dataclass
class Bucket:
    """Tokens left, and when they were counted."""

    tokens: float
    at: float


class Rate:
    """Lets each key make so many requests a second, on average.

    Args:
        per_second: Above 0; 0 lets everybody do as they like.
        clock: Seconds.
    """

    def __init__(self, per_second: float, *, clock: Callable[[], float]) -> None:
        self._per_second, self._most = per_second, max(1.0, per_second * BURST_S)
        self._clock = clock
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def take(self, key: str) -> None:
        """Count one request. Called from one thread.

        Raises:
            TooManyRequests: with the seconds to wait.
        """
        if not self._per_second:
            return
        now = self._clock()
        bucket = self._buckets.setdefault(key, Bucket(self._most, now))
        self._buckets.move_to_end(key)
        if len(self._buckets) > MOST:
            self._buckets.popitem(last=False)
        bucket.tokens = min(self._most, bucket.tokens + (now - bucket.at) * self._per_second)
        bucket.at = now
        if bucket.tokens < 1:
            wait_s = (1 - bucket.tokens) / self._per_second
            raise TooManyRequests(
                f"more than {self._per_second:g} requests a second; try again in {wait_s:.1f} s", retry_after_s=wait_s
            )
        bucket.tokens -= 1


class BodyLimit:
    """Answers 413 to a body that is too long, whether or not it was announced.

    Args:
        app: What is asked otherwise.
        larger: Addresses that take more, with how many bytes.
    """

    def __init__(self, app: ASGIApp, *, larger: Mapping[str, int]) -> None:
        self._app, self._larger = app, larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or let the app answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._larger.get(scope["path"], BODY_BYTES)
        told = Headers(scope=scope).get("content-length", "0")
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > most:
                raise HTTPException(413)
            return message

        if not told.isdecimal() or int(told) <= most:
            await self._app(scope, counted, send)
            return
        while read < READ_ON * most:
            message = await receive()
            read += len(message.get("body", b""))
            if not message.get("more_body"):
                break
        scope["problem"] = WORDS[413][0]
        await problem(413, *WORDS[413])(scope, receive, send)
