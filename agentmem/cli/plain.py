"""An episode as plain lines: off a terminal, one block per step, each line with its step's number."""

from __future__ import annotations

import sys

from agentmem.cli.ending import Told
from agentmem.cli.shown import Reason, Shown


class Plain:
    r"""Writes lines that `grep` likes; `grep '^\[12\]'` gives step 12, `grep '\] does'` every action."""

    def opening(self, *, title: str, goal: str) -> None:
        """Write what is played."""
        self._write(title)
        if goal:
            self._write(f"goal: {goal}")

    def step(self, step: Shown) -> None:
        """Write one block."""
        said = [
            ("place", step.place),
            ("did", step.did),
            ("saw", " / ".join(step.saw)),
            ("recalled", step.recalled if step.does else ""),
            *(("recalled", _recalled(one)) for one in step.best),
            ("plan", " > ".join(step.plan)),
            ("does", step.does + (f"   ({step.because})" if step.because else "")),
            ("score", step.score),
            ("trouble", step.trouble),
        ]
        self._write("")
        for name, value in said:
            if value:
                self._write(f"[{step.number}] {name}: {value}")

    def ending(self, told: Told) -> None:
        """Write how it went."""
        self._write("")
        for name, value in told.facts:
            self._write(f"{name}: {value}")
        for command, what in told.tries:
            self._write(f"try: {command}   # {what}")

    def _write(self, line: str) -> None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


def _recalled(one: Reason) -> str:
    return f"{one.score:.2f} {one.kind}: {one.text}" + (f"   ({one.parts})" if one.parts else "")
