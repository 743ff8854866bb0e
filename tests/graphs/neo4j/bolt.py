"""A server that speaks as much of Bolt 5.2 as it takes to answer statements as a test wants; or something else."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

Value = str | int | bool | None | Sequence["Value"]
Answer = Callable[[str], "Sequence[Sequence[Value]] | Fault"]
Talk = Callable[[socket.socket], None]
HELLO, GOODBYE, RESET, RUN, PULL = 0x01, 0x02, 0x0F, 0x10, 0x3F
ENDS = {0x11: "BEGIN", 0x12: "COMMIT", 0x13: "ROLLBACK"}
SUCCESS, RECORD, IGNORED, FAILURE = 0x70, 0x71, 0x7E, 0x7F
END = b"\0\0"
GREETING = {"server": "Neo4j/5.26.20", "connection_id": "bolt-1"}


class Fault(Exception):
    """What the server says instead of an answer: a code, such as Neo.ClientError.Security.Forbidden."""


@contextmanager
def listening(talk: Talk, *, certificate: Path | None = None) -> Iterator[str]:
    """Give "HOST:PORT" where each connection is talked to; with a certificate, by TLS."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if certificate is not None:
        tls.load_cert_chain(certificate)
    with socket.create_server(("127.0.0.1", 0)) as door:

        def serve(connection: socket.socket) -> None:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with connection, suppress(OSError):
                talk(connection if certificate is None else tls.wrap_socket(connection, server_side=True))

        def accept() -> None:
            with suppress(OSError):  # the door was closed
                while True:
                    threading.Thread(target=serve, args=(door.accept()[0],), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield f"127.0.0.1:{door.getsockname()[1]}"
        door.shutdown(socket.SHUT_RDWR)


def bolt(answer: Answer) -> Talk:
    """Return what answers each statement, BEGIN, COMMIT and ROLLBACK by its text; an OSError ends the connection."""

    def talk(connection: socket.socket) -> None:
        connection.recv(20)
        connection.sendall(b"\0\0\2\5")
        found: Sequence[Sequence[Value]] | Fault = []
        while (message := _received(connection)) and message[1] != GOODBYE:
            kind = message[1]
            if kind in ENDS:
                answer(ENDS[kind])
            found = answer(_text(message)) if kind == RUN else [] if kind == RESET else found
            _reply(connection, kind, found)

    return talk


def _reply(connection: socket.socket, kind: int, found: Sequence[Sequence[Value]] | Fault) -> None:
    if isinstance(found, Fault):
        told = {"code": str(found), "message": "it is refused"}
        _send(connection, FAILURE, told) if kind == RUN else _send(connection, IGNORED)
        return
    if kind == PULL:
        for row in found:
            _send(connection, RECORD, row)
    columns = [str(number) for number in range(len(found[0]) if found else 0)]
    _send(connection, SUCCESS, {HELLO: GREETING, RUN: {"fields": columns}}.get(kind, {}))


def says(greeting: bytes) -> Talk:
    """Return what hears the first bytes, says something, and waits for more."""

    def talk(connection: socket.socket) -> None:
        connection.recv(20)
        connection.sendall(greeting)
        while connection.recv(4096):
            pass

    return talk


def hangs_up(connection: socket.socket) -> None:
    """Hear the first bytes, and end the connection."""
    connection.recv(20)


def _received(connection: socket.socket) -> bytes:
    message = b""
    while size := _exactly(connection, 2):
        length = struct.unpack(">H", size)[0]
        if not length and message:
            break
        message += _exactly(connection, length)
    return message


def _exactly(connection: socket.socket, length: int) -> bytes:
    data = b""
    while len(data) < length:
        more = connection.recv(length - len(data))
        if not more:
            return b""
        data += more
    return data


def _text(message: bytes) -> str:
    """Return the statement of a RUN: a string, with its length in one, two or four bytes before it."""
    if message[2] < 0xD0:
        return message[3 : 3 + message[2] - 0x80].decode()
    width = {0xD0: 1, 0xD1: 2, 0xD2: 4}[message[2]]
    length = int.from_bytes(message[3 : 3 + width], "big")
    return message[3 + width : 3 + width + length].decode()


def _send(connection: socket.socket, kind: int, *fields: object) -> None:
    message = bytes([0xB0 + len(fields), kind]) + b"".join(map(_packed, fields))
    connection.sendall(struct.pack(">H", len(message)) + message + END)


def _packed(value: object) -> bytes:
    if value is None or isinstance(value, bool):
        return {None: b"\xc0", True: b"\xc3", False: b"\xc2"}[value]
    if isinstance(value, int):
        return b"\xcb" + struct.pack(">q", value)
    if isinstance(value, str):
        data = value.encode()
        return b"\xd2" + struct.pack(">I", len(data)) + data
    if isinstance(value, Mapping):
        inside = b"".join(_packed(key) + _packed(one) for key, one in value.items())
        return b"\xda" + struct.pack(">I", len(value)) + inside
    assert isinstance(value, Sequence)
    return b"\xd6" + struct.pack(">I", len(value)) + b"".join(map(_packed, value))
