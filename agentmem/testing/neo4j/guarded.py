"""A process that does not outlive the one that started it, however that one ends."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

GUARD = 'read -r _; kill -9 "$0"'
"""Waits until nobody holds the other end of its input any more."""


class Guarded:
    """A process, and a guard beside it that kills it when this process has ended; its output goes to a log."""

    def __init__(self, command: Sequence[str], log: Path) -> None:
        # Sessions of their own: Ctrl-C is for whoever started them, and it ends them in its own time.
        with log.open("wb") as said:
            self._process = subprocess.Popen(  # noqa: S603 - the command is ours
                command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True
            )
        self._guard = subprocess.Popen(  # noqa: S603
            ["/bin/sh", "-c", GUARD, str(self._process.pid)],
            stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip

    @property
    def is_running(self) -> bool:
        """Whether it lives; a frozen one does."""
        return self._process.poll() is None

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self._process.send_signal(number)

    def kill(self) -> None:
        """Kill it at once (SIGKILL). May be called twice."""
        if not self.is_running:
            self._guard.kill()  # that number may be somebody else's by now
        self._guard.communicate()
        self._process.wait()
