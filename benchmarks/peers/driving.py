"""The outside of a driver: starts it in its environment, asks, and gives up on what does not answer."""

from __future__ import annotations

import json
import os
import select
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Self

from peers.served import Json, Setting, Turn

PATIENCE_S = 180.0
"""How long one answer may take."""
LAST_WORDS = 400
"""Characters of what a driver wrote to standard error, told when it dies."""
BENCHMARKS = Path(__file__).parents[1]
NOWHERE = "http://127.0.0.1:9"
"""A proxy that is not there: what honours proxies stays here."""
SILENT = {
    "ANONYMIZED_TELEMETRY": "False",
    "DO_NOT_TRACK": "1",
    "GRAPHITI_TELEMETRY_ENABLED": "false",
    "HF_HUB_OFFLINE": "1",
    "LANGCHAIN_TRACING_V2": "false",
    "LANGSMITH_TRACING": "false",
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "MEM0_TELEMETRY": "False",
    "POSTHOG_DISABLED": "1",
    "http_proxy": NOWHERE,
    "https_proxy": NOWHERE,
    "no_proxy": "127.0.0.1,localhost",
}
"""Telemetry of every peer is off, and nothing of theirs is fetched."""


class DriverFailed(Exception):
    """A driver said that something failed, died, or did not answer in time."""


class Driver:
    """A driver in a process of its own: `with Driver(python, "peers.drivers.mem0_driver", home=...) as driver:`.

    Args:
        python: Of the environment the peer is installed in.
        module: The driver.
        home: A folder it may take for the user's home.
        env: Beyond what every driver is given.
        path: Folders to import from, beside this one.
    """

    def __init__(
        self, python: Path, module: str, *, home: Path, env: Mapping[str, str] | None = None, path: Sequence[str] = ()
    ) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self._errors = home / "stderr.txt"
        given = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        given |= {"HOME": str(home), "PYTHONPATH": os.pathsep.join([str(BENCHMARKS), *path])}
        with self._errors.open("ab") as errors:
            self._process = subprocess.Popen(  # noqa: S603 - our own driver
                [str(python), "-m", module],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=given | SILENT | {"OPENAI_API_KEY": "none"} | dict(env or {}),
                bufsize=0,
            )
        self._read = b""

    def open(self, setting: Setting) -> str:
        """Open an empty memory; returns its version."""
        return str(self._ask({"do": "open", "setting": asdict(setting)})["version"])

    def add(self, turn: Turn) -> Json:
        """Tell a turn; returns what it cost: `wall_ms`, `cpu_ms`."""
        return dict(self._ask({"do": "add", "turn": asdict(turn)})["spent"])

    def search(self, text: str, *, limit: int, at: str) -> Json:
        """Ask; returns `found` and `spent`."""
        return self._ask({"do": "search", "text": text, "limit": limit, "at": at})

    def cost(self) -> Json:
        """Return `cpu_s`, `peak_mb`, and how often something was `refused` to leave the machine."""
        return self._ask({"do": "cost"})

    def close(self) -> None:
        """Let it end, or end it."""
        if self._process.stdin:
            self._process.stdin.close()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, DriverFailed):
            self._process.kill()
        self.close()

    def _ask(self, request: Json) -> Json:
        """Put one request and return its answer.

        Raises:
            DriverFailed: as it says.
        """
        if self._process.stdin is None:
            raise DriverFailed("the driver has no standard input")
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
        except BrokenPipeError:
            raise DriverFailed(f"the driver died: {self._last_words()}") from None
        answer: Json = json.loads(self._line(request["do"]))
        if "error" in answer:
            raise DriverFailed(answer["error"])
        return answer

    def _line(self, what: str) -> bytes:
        if self._process.stdout is None:
            raise DriverFailed("the driver has no standard output")
        out = self._process.stdout.fileno()
        while b"\n" not in self._read:
            if not select.select([out], [], [], PATIENCE_S)[0]:
                self._process.kill()
                raise DriverFailed(f"no answer to {what!r} within {PATIENCE_S:g} s; it was ended")
            some = os.read(out, 1 << 16)
            if not some:
                raise DriverFailed(f"the driver died during {what!r}: {self._last_words()}")
            self._read += some
        line, _, self._read = self._read.partition(b"\n")
        return line

    def _last_words(self) -> str:
        said = self._errors.read_text(encoding="utf-8", errors="replace").strip()
        return said[-LAST_WORDS:] or "it said nothing"
