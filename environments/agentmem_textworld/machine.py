"""The script that plays one story file with Jericho, in a process of its own: `python machine.py PATH SECONDS`.

Reads one JSON request per line, answers with one JSON line. A process of its
own, because the interpreter may hang or crash at an odd command. It imports
nothing of ours.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import warnings
from typing import Any

SCORE = re.compile(r"(-?\d+)\s+(?:points?\s+)?(?:out of|of) a (?:possible|maximum)(?: of)? (-?\d+)")
OVER = re.compile(r"\bRESTART\b.{0,80}\bQUIT\b", re.IGNORECASE | re.DOTALL)
BROKEN = "Emulator halted due to runtime error"
WON = re.compile(r"\*\*\*\s*(?:you have won|the end)\b", re.IGNORECASE)


class Machine:
    """One story in Jericho's interpreter."""

    def __init__(self, path: str) -> None:
        import jericho  # type: ignore[import-untyped]

        warnings.simplefilter("ignore", jericho.UnsupportedGameWarning)
        self._frotz = jericho.FrotzEnv(path)
        self._best = (0, 0)

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return the scene after one request: `{"reset": seed}` or `{"step": command}`."""
        if "reset" in request:
            self._frotz.seed(request["reset"])
            screen, _ = self._frotz.reset()
            self._best = (0, 0)
            if self._frotz._emulator_halted():
                raise SystemExit("the story does not start")
            return self._scene(screen, is_over=False)
        screen, _, is_over, _ = self._frotz.step(request["step"])
        if BROKEN in screen:
            raise SystemExit(screen)
        return self._scene(screen, is_over=is_over)

    def _scene(self, screen: str, *, is_over: bool) -> dict[str, Any]:
        known = self._frotz.is_fully_supported
        over = is_over or self._frotz._emulator_halted() or bool(OVER.search(screen))
        won = self._frotz.victory() if known else over and bool(WON.search(screen))
        score, best = self._score(screen, over=over)
        return {
            "screen": screen,
            "inventory": None if over else self._ask("inventory"),
            "score": score,
            "max_score": best,
            "won": won,
            "lost": over and not won,
            "over": over,
        }

    def _score(self, screen: str, *, over: bool) -> tuple[int, int]:
        if self._frotz.is_fully_supported:
            return self._frotz.get_score(), self._frotz.get_max_score()
        # Jericho does not know where this game keeps its score; the game does.
        if said := SCORE.search(screen if over else self._ask("score")):
            self._best = (int(said[1]), int(said[2]))
        return self._best

    def _ask(self, question: str) -> str:
        """Return what the game answers to `question`, as if it had never been asked."""
        before = self._frotz.get_state()
        reply: str = self._frotz.step(question)[0]
        self._frotz.set_state(before)
        return reply


def serve(path: str, timeout_s: float) -> None:
    """Answer requests until there are no more."""
    # The interpreter prints its complaints where our answers go, so they get a way of their own.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    machine = Machine(path)
    for line in sys.stdin:
        # Ends this process even inside the interpreter, also when nobody is left to kill it.
        signal.setitimer(signal.ITIMER_REAL, timeout_s)
        answers.write(json.dumps(machine.answer(json.loads(line))) + "\n")
        answers.flush()
        signal.setitimer(signal.ITIMER_REAL, 0)


if __name__ == "__main__":
    serve(sys.argv[1], float(sys.argv[2]))
