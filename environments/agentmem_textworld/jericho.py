"""Other people's z-machine games, played with Jericho in a process that may die."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import time
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeAlias

from agentmem.errors import EnvironmentFailed, MissingExtra
from agentmem_textworld.prose import clean
from agentmem_textworld.world import Scene

TIMEOUT_S = 10.0
START_S = 30.0
"""Beyond that for a reset: the process has to import Jericho first."""

LARGEST_SEED = 2**31 - 1
Process: TypeAlias = "subprocess.Popen[bytes]"
MACHINE = Path(__file__).with_name("machine.py")


class Jericho:
    """A `World` in another process, killed when it does not answer in time.

    No valid actions: Jericho would fetch a language model to find them.

    Args:
        path: A story file, checked already.
        timeout_s: For each command.

    Raises:
        MissingExtra: Jericho (part of TextWorld) is not installed.
    """

    def __init__(self, path: Path, *, timeout_s: float = TIMEOUT_S) -> None:
        if find_spec("jericho") is None:
            raise MissingExtra.needs("textworld", what="playing z-machine games")
        self._path = path
        self._timeout_s = timeout_s
        self._process: Process | None = None

    def reset(self, seed: int) -> Scene:
        """Start over, in a new process if the last one died."""
        process = self._process or self._start()
        # Jericho takes 0 for "no seed" and then the clock; and it counts in 32 bits.
        return self._ask(process, {"reset": seed % LARGEST_SEED + 1}, timeout_s=START_S + self._timeout_s)

    def step(self, command: str) -> Scene:
        """Type one line."""
        if self._process is None:
            raise EnvironmentFailed(f"'{self._path}' was stopped; start it again")
        return self._ask(self._process, {"step": command}, timeout_s=self._timeout_s)

    def close(self) -> None:
        """Free what is held; may be called twice."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        with suppress(BrokenPipeError):
            process.communicate()

    def _start(self) -> Process:
        # -P: the folder of the script must not hide the library `jericho`
        command = [sys.executable, "-P", str(MACHINE), str(self._path), str(self._timeout_s + START_S)]
        self._process = subprocess.Popen(  # noqa: S603 (our own script, no shell)
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        return self._process

    def _ask(self, process: Process, request: dict[str, Any], *, timeout_s: float) -> Scene:
        try:
            return _scene(json.loads(_exchange(process, json.dumps(request), timeout_s=timeout_s)))
        except TimeoutError as error:
            self.close()
            raise EnvironmentFailed(
                f"'{self._path}' did not answer {request} within {timeout_s:g} s and was stopped; start it again"
            ) from error
        except (OSError, ValueError) as error:
            self.close()
            raise EnvironmentFailed(f"'{self._path}' crashed at {request}; {_cure(request)}") from error


def _cure(request: dict[str, Any]) -> str:
    """Return what helps after a crash: a whole game starts, so one that does not is damaged."""
    return "the file is damaged; fetch or generate it again" if "reset" in request else "start it again"


def _scene(answer: dict[str, Any]) -> Scene:
    inventory = answer.pop("inventory")
    return Scene(**answer, inventory=inventory if inventory is None else clean(inventory))


def _exchange(process: Process, line: str, *, timeout_s: float) -> bytes:
    assert process.stdin
    assert process.stdout
    process.stdin.write(line.encode() + b"\n")
    process.stdin.flush()
    return _line(process.stdout.fileno(), until=time.monotonic() + timeout_s)


def _line(source: int, *, until: float) -> bytes:
    """Return the next line; raise TimeoutError when the clock passes `until`, ConnectionError when none will come."""
    parts: list[bytes] = []
    with selectors.DefaultSelector() as selector:
        selector.register(source, selectors.EVENT_READ)
        while not parts or not parts[-1].endswith(b"\n"):
            if not selector.select(max(until - time.monotonic(), 0)):
                raise TimeoutError
            part = os.read(source, 65536)
            if not part:
                raise ConnectionError("the process ended")
            parts.append(part)
    return b"".join(parts)
