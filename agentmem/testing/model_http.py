"""The sockets under a `ModelServer`: HTTP/1.1 with connections kept alive, that can be refused and cut."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any, NamedTuple

POLL_S = 0.02
"""How soon a listener hears that it is to stop."""
PATIENCE_S = 5.0
"""How long open connections may take to end."""


class Response(NamedTuple):
    """What is sent back; of all of it, headers included, only `cut_after` bytes where that is given."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cut_after: int | None = None

    @property
    def sent(self) -> bytes:
        """The bytes on the line."""
        headers = {"Server": "agentmem.testing", "Content-Length": str(len(self.body)), **self.headers}
        lines = [f"HTTP/1.1 {self.status} {_phrase(self.status)}", *(f"{name}: {is_}" for name, is_ in headers.items())]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + self.body


Handle = Callable[[str, str, dict[str, str], bytes], Response]
"""Answers method, path, headers (names in lower case) and body."""


class Listener:
    """A loopback port, listened to until it is closed, or refused for a while.

    Args:
        handle: Answers requests, each connection in a thread of its own.
        failed: Told of what `handle` raises; the connection is then ended.
    """

    def __init__(self, handle: Handle, *, failed: Callable[[Exception], None]) -> None:
        self._handle, self._failed = handle, failed
        self._http = _Http(0, handle, failed)
        self.port = int(self._http.server_address[1])
        self._thread: threading.Thread | None = None
        self.listen()

    def listen(self) -> None:
        """Accept connections."""
        self._http.server_activate()
        self._thread = threading.Thread(target=self._http.serve_forever, args=(POLL_S,), daemon=True)
        self._thread.start()

    def refuse(self) -> None:
        """Accept none, and end those there are. The port stays bound, so that nobody else gets it."""
        self.close()
        self._http = _Http(self.port, self._handle, self._failed)

    def close(self) -> None:
        """Free the port and end all connections; may be called twice."""
        if self._thread is not None:
            self._http.shutdown()
            self._thread.join()
            self._thread = None
        self._http.server_close()
        self._http.hang_up()


class _Http(ThreadingHTTPServer):
    """A bound port with its open connections; refuses them until it is activated."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, handle: Handle, failed: Callable[[Exception], None]) -> None:
        self.handle_, self.failed = handle, failed
        self._open: set[socket.socket] = set()
        self._changed = threading.Condition()
        super().__init__(("127.0.0.1", port), _Handler, bind_and_activate=False)
        self.server_bind()

    def server_bind(self) -> None:
        """Bind, without looking up the name of this machine, which may take seconds."""
        TCPServer.server_bind(self)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._changed:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        super().shutdown_request(request)
        with self._changed:
            self._open.discard(request)
            self._changed.notify_all()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - the library's
        """Let clients go away when they like; tell of anything else."""
        error = sys.exc_info()[1]
        if isinstance(error, Exception) and not isinstance(error, OSError):
            self.failed(error)

    def hang_up(self) -> None:
        """End all connections, and wait until their threads have seen it."""
        with self._changed:
            for connection in self._open:
                _shut(connection)
            self._changed.wait_for(lambda: not self._open, timeout=PATIENCE_S)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Http

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing: headers hold keys."""

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        response = self.server.handle_(self.command, self.path, headers, body)
        self.wfile.write(response.sent[: response.cut_after])
        if response.cut_after is not None:
            self.close_connection = True
            _shut(self.connection)


def _shut(connection: socket.socket) -> None:
    with suppress(OSError):  # the other side was faster
        connection.shutdown(socket.SHUT_RDWR)


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Unknown"
