"""A driver of a memory that calls another machine when it is asked, and prints what nobody wants to know."""

import socket
from collections.abc import Iterator

from peers.served import Found, Setting, Turn, serve


class Leaving:
    def open(self, setting: Setting) -> str:
        print("hello")
        return "leaving 1"

    def add(self, turn: Turn) -> None:
        print(turn.text)

    def search(self, text: str, limit: int, at: str) -> Iterator[Found]:
        socket.create_connection(("192.0.2.1", 80), timeout=1)
        yield Found([], "")

    def close(self) -> None:
        pass


if __name__ == "__main__":
    serve(Leaving())
