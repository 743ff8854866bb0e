"""The inside of a driver: lines of JSON in, lines of JSON out, each answer with what it cost this process.

Stands on nothing but Python, since it runs where only a peer is installed.

    {"do": "open", "setting": {...}}        {"version": "mem0ai 2.2.1"}
    {"do": "add", "turn": {...}}            {"spent": {"wall_ms": 9.1, "cpu_ms": 4.2}}
    {"do": "search", "text": ..., "limit"}  {"found": [{"sources": ["D1:3"], "text": ...}], "spent": {...}}
    {"do": "cost"}                          {"cpu_s": ..., "peak_mb": ..., "refused": 0}

What fails is answered with {"error": "Kind: what it said"}, and the next line is read. Whatever a
peer prints goes to standard error. Nothing leaves the machine: see `stay_here`.
"""

from __future__ import annotations

import json
import logging
import os
import resource
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

Json = dict[str, Any]
LOOPBACK = ("127.", "localhost", "::1", "0.0.0.0")  # noqa: S104 - nothing is bound here
LONGEST_ERROR = 300


@dataclass(frozen=True)
class Turn:
    """One thing that was said. `at` is ISO 8601 with its zone."""

    id: str
    speaker: str
    text: str
    at: str
    session: str

    @property
    def line(self) -> str:
        """What is told to peers, as mem0's own program for LoCoMo does: who said it, and what."""
        return f"{self.speaker}: {self.text}"


@dataclass(frozen=True)
class Setting:
    """What a memory is opened with.

    Attributes:
        folder: The memory's own, empty.
        model: Base URL of the model server, which makes vectors too.
        who: Whose memory it is; one conversation.
        dim: Numbers of a vector.
        options: Of the peer; names of variants, and the address of a Neo4j.
    """

    folder: str
    model: str
    who: str
    dim: int = 256
    options: Json = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """One memory that was found: the ids of the turns it was made of, and what it says."""

    sources: Sequence[str]
    text: str


class Driven(Protocol):
    """What a driver makes of a peer."""

    def open(self, setting: Setting) -> str:
        """Open an empty memory; returns what it is and its version."""
        ...

    def add(self, turn: Turn) -> None:
        """Tell one turn; when this returns it is as safe as the peer makes it, and can be found."""
        ...

    def search(self, text: str, limit: int, at: str) -> Iterable[Found]:
        """Return up to `limit` memories, best first."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


class Server:
    """Answers requests with a driver, one after the other."""

    def __init__(self, driven: Driven) -> None:
        self._driven = driven
        self._is_open = False
        self._refused: list[str] = []
        self._does: dict[str, Callable[[Json], Json]] = {
            "open": self._open,
            "add": self._add,
            "search": self._search,
            "cost": self._cost,
        }

    def answer(self, asked: Json) -> Json:
        """Return the answer to one request; what fails is said, and not raised."""
        try:
            return self._does[asked["do"]](asked)
        except Exception as error:  # noqa: BLE001 - whatever a peer raises is shown, and does not stop the rest
            return {"error": f"{type(error).__name__}: {error}"[:LONGEST_ERROR]}

    def stay_here(self) -> None:
        """Refuse every connection and look-up that would leave this machine, and count them."""

        def heard(event: str, args: tuple[Any, ...]) -> None:
            if event not in ("socket.connect", "socket.getaddrinfo"):
                return
            address = args[1] if event == "socket.connect" else args[0]
            host = address[0] if isinstance(address, tuple) else address
            if isinstance(host, bytes):
                host = host.decode("ascii", "replace")
            if isinstance(host, str) and not host.startswith(("/", *LOOPBACK)):
                self._refused.append(host)
                raise ConnectionRefusedError(f"nothing leaves this machine; {host} was called")

        sys.addaudithook(heard)

    def close(self) -> None:
        """Close the memory, if it was opened."""
        if self._is_open:
            self._driven.close()

    def _open(self, asked: Json) -> Json:
        version = self._driven.open(Setting(**asked["setting"]))
        self._is_open = True
        return {"version": version}

    def _add(self, asked: Json) -> Json:
        turn = Turn(**asked["turn"])
        started = _now()
        self._driven.add(turn)
        return {"spent": _since(started)}

    def _search(self, asked: Json) -> Json:
        started = _now()
        found = list(self._driven.search(asked["text"], asked["limit"], asked["at"]))
        spent = _since(started)
        return {"found": [{"sources": list(one.sources), "text": one.text} for one in found], "spent": spent}

    def _cost(self, asked: Json) -> Json:  # noqa: ARG002 - every request is asked alike
        return {
            "cpu_s": _now()[1],
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "refused": len(self._refused),
        }


def serve(driven: Driven) -> None:
    """Answer every line of standard input until it ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    logging.disable(logging.INFO)
    server = Server(driven)
    server.stay_here()
    for line in sys.stdin:
        answers.write(json.dumps(server.answer(json.loads(line))) + "\n")
        answers.flush()
    server.close()


def _now() -> tuple[float, float]:
    """Return seconds on the wall, and of the processor: all threads of this process, and its children that ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter(), time.process_time() + children.ru_utime + children.ru_stime


def _since(started: tuple[float, float]) -> Json:
    wall, cpu = _now()
    return {"wall_ms": (wall - started[0]) * 1e3, "cpu_ms": (cpu - started[1]) * 1e3}
