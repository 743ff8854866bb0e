"""What is logged: one line of JSON for each request, with no user's name, no text and no key in it."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from traceback import walk_tb
from types import TracebackType
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOGGER = "agentmem.server"
log = logging.getLogger(LOGGER)


class Lines(logging.Formatter):
    """Lines of JSON. Of an exception it tells the kind and where it was raised, never what it says."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a record as a line."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "pid": record.process,
            "what": record.getMessage() if record.exc_info is None else "failed",
        }
        line |= getattr(record, "told", {})
        if record.exc_info is not None and record.exc_info[0] is not None:
            line |= {"error": record.exc_info[0].__name__, "where": _where(record.exc_info[2])}
        return json.dumps(line, ensure_ascii=False)


CONFIG: Mapping[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {"()": f"{__name__}.Lines"}},
    "handlers": {"lines": {"class": "logging.StreamHandler", "formatter": "lines", "stream": "ext://sys.stderr"}},
    "loggers": {
        name: {"handlers": ["lines"], "level": level, "propagate": False}
        for name, level in {LOGGER: "INFO", "uvicorn": "INFO", "uvicorn.access": "CRITICAL"}.items()
    },
}
"""For `logging.config.dictConfig`."""


class Logged:
    """Logs each request once it is answered: method, route, status, milliseconds, the id of the key, what was wrong."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the app answer, and log that."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            route = scope.get("route")
            told = {
                "method": scope["method"],
                "route": getattr(route, "path", None),  # never the path: ids are a user's
                "status": status,
                "ms": round((time.perf_counter() - started) * 1000, 1),
                "key": scope.get("key"),
                "error": scope.get("problem"),
            }
            log.info("request", extra={"told": {name: value for name, value in told.items() if value is not None}})


def _where(trace: TracebackType | None) -> list[str]:
    """Return the last places of a traceback, as `file:line function`."""
    places = [f"{frame.f_code.co_filename}:{line} {frame.f_code.co_name}" for frame, line in walk_tb(trace)]
    return places[-5:]
