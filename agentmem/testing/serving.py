"""`agentmem serve` in processes of its own, to be asked over real sockets, and killed.

>>> import tempfile, httpx
>>> with tempfile.TemporaryDirectory() as folder, MemoryServer(f"{folder}/chat.db") as server:
...     answer = httpx.get(f"{server.url}/ready")
>>> answer.json()
{'status': 'ready'}
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

PATIENCE_S = 60.0
"""How long a server may take to start, or to end."""
POLL_S = 0.02
UP = "Application startup complete."
"""What a worker logs when it answers."""


class MemoryServer:
    """A server and its workers, stopped at the end. All of them answer once this is made.

    Args:
        store: What is served.
        options: More words of the command line: `"--keys", "keys.jsonl"`.
        workers: How many processes answer.
        environment: Variables, beside those of this process.

    Attributes:
        url: Its address, with no slash at the end.
        pid: Of the process that watches over the workers.

    Raises:
        RuntimeError: it ended before it answered; with what it said.
    """

    def __init__(
        self, store: str | Path, *options: str, workers: int = 1, environment: Mapping[str, str] | None = None
    ) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="agentmem-")
        self._said, self._logged = (Path(self._folder.name) / name for name in ("said", "log"))
        command = [sys.executable, "-m", "agentmem.cli", "serve", str(store), "--port", "0", "--workers", str(workers)]
        with self._said.open("wb") as said, self._logged.open("wb") as logged:
            self._process = subprocess.Popen(  # noqa: S603 - our own command
                [*command, *options],
                stdin=subprocess.DEVNULL, stdout=said, stderr=logged, env={**os.environ, **(environment or {})},
            )  # fmt: skip
        self.pid = self._process.pid
        try:
            self.wait_for(lambda: len(self.workers) == workers)
        except BaseException:
            self.close()
            raise
        self.url = next(word for word in self._said.read_text().split() if word.startswith("http://"))

    @property
    def said(self) -> str:
        """What it printed so far, beside its log."""
        return self._said.read_text()

    @property
    def log(self) -> list[dict[str, Any]]:
        """What it logged so far, line by line; a line that is no JSON is under `"text"`."""
        return [_read(line) for line in self._logged.read_text().splitlines(keepends=True) if line.endswith("\n")]

    @property
    def workers(self) -> list[int]:
        """The processes that answer now, the oldest first."""
        started = [line["pid"] for line in self.log if line.get("what") == UP]
        return [pid for pid in started if _is_alive(pid)]

    def wait_for(self, condition: Callable[[], bool]) -> None:
        """Wait until a condition holds.

        Raises:
            RuntimeError: the server has ended, or it takes too long.
        """
        until = time.monotonic() + PATIENCE_S
        while not condition():
            if self._process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"the server does not answer; it said: {self._logged.read_text()[-2000:]}")
            time.sleep(POLL_S)

    def wait_until_gone(self) -> None:
        """Wait until no worker answers, whatever became of the process that watches over them.

        Raises:
            RuntimeError: it takes too long.
        """
        until = time.monotonic() + PATIENCE_S
        while self.workers:
            if time.monotonic() > until:
                raise RuntimeError(f"workers are still there: {self.workers}")
            time.sleep(POLL_S)

    def kill_worker(self) -> int:
        """Kill the oldest worker (SIGKILL), and return which it was; it will be replaced."""
        pid = self.workers[0]
        os.kill(pid, signal.SIGKILL)
        return pid

    def stop(self) -> int:
        """Tell it to end (SIGTERM), wait until it has, and return the exit code."""
        self._process.terminate()
        return self._process.wait(PATIENCE_S)

    def close(self) -> None:
        """End it, and forget what it logged; may be called twice."""
        if self._process.poll() is None:
            try:
                self.stop()
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _is_alive(pid: int) -> bool:
    """Return whether a process runs: one that has ended and is not waited for yet does not."""
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _read(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {"text": line}
    return found if isinstance(found, dict) else {"text": line}
