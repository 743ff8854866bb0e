"""Where a request comes from: a web page must not reach a memory through the browser of whoever visits it.

A name that was made to point at this machine (DNS rebinding) is seen in `Host`, another page in `Origin`.
"""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from agentmem.connect.server.refusals import problem


class SameOrigin:
    """Refuses requests to a name that is not this server's, and from pages that are not.

    Args:
        app: What is asked otherwise.
        hosts: Names this server answers to; none for any, which is safe only where keys are asked for.
        origins: Pages elsewhere that may ask.
    """

    def __init__(self, app: ASGIApp, *, hosts: Collection[str], origins: Collection[str]) -> None:
        self._app = app
        self._hosts = {host.lower() for host in hosts}
        self._origins = {origin.lower().rstrip("/") for origin in origins}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or let the app answer."""
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            if said := self._wrong(headers.get("host", ""), headers.get("origin")):
                scope["problem"] = "Refused"
                await problem(403, "Refused", said)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _wrong(self, host: str, origin: str | None) -> str:
        """Return what is wrong with where a request comes from; "" if nothing is."""
        if self._hosts and _name(host) not in self._hosts:
            return "this server does not answer to the name in Host; allow it with --allow-host NAME"
        if origin is None or origin.lower() in self._origins or urlsplit(origin).netloc.lower() == host.lower():
            return ""
        return "the page in Origin may not ask this server; allow it with --allow-origin URL"


def _name(host: str) -> str:
    """Return the name in a Host header, without the port.

    >>> _name("LOCALHOST:8765"), _name("[::1]:8765"), _name("a b")
    ('localhost', '::1', '')
    """
    try:
        return urlsplit(f"//{host}").hostname or "" if not any(sign in host for sign in "@/?# ") else ""
    except ValueError:
        return ""
