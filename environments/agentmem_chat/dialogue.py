"""A dialogue: the environment that says a script line by line, and scores the answers."""

from __future__ import annotations

from typing import Any

from agentmem.agent.environment import EnvSpec, EvalInfo, Observation, StepResult
from agentmem.errors import EnvironmentFailed
from agentmem_chat.scoring import is_right
from agentmem_chat.script import Line, Script


class Dialogue:
    """An `Environment` in which somebody talks to the agent, and goes on whatever it answers.

    Args:
        script: What is said.
        name: As typed by the user.
        options: What it was opened with.
    """

    def __init__(self, script: Script, *, name: str, options: dict[str, Any]) -> None:
        self._script = script
        self._spec = EnvSpec(name=name, kind="chat", options=options, fingerprint=script.fingerprint)
        self._place: int | None = None
        self._right = 0
        self._is_closed = False

    @property
    def spec(self) -> EnvSpec:
        """What is needed to open it again."""
        return self._spec

    def reset(self, seed: int | None = None) -> Observation:  # noqa: ARG002
        """Start over and return the first line; the script stays the same, whatever `seed` is.

        Raises:
            EnvironmentFailed: it was closed.
        """
        if self._is_closed:
            raise EnvironmentFailed(f"{self._spec.name} is closed; open it again")
        self._place, self._right = 0, 0
        return self._script.lines[0].shown(0)

    def step(self, action: str) -> StepResult:
        """Take `action` as the answer to the last line, and return the next one; any answer will do.

        Raises:
            EnvironmentFailed: before `reset`, after the end, or after closing.
        """
        line = self._now()
        assert self._place is not None
        point = int(line.expected is not None and is_right(action, line.expected))
        self._right += point
        self._place += 1
        shown = self._script.lines[self._place].shown(self._place)
        return StepResult(observation=shown, reward=point, done=self._is_over)

    def evaluate(self) -> EvalInfo:
        """Return how many questions were answered right so far, of all that are scored; none may be."""
        most = self._script.most
        return EvalInfo(
            score=self._right,
            max_score=most,
            normalized=self._right / most if most else None,
            won=self._is_over and self._right == most > 0,
            lost=False,
            steps=self._place or 0,
        )

    def close(self) -> None:
        """Let nothing be said any more; may be called twice. What `evaluate` tells stays."""
        self._is_closed = True

    @property
    def _is_over(self) -> bool:
        return self._place == len(self._script.lines) - 1

    def _now(self) -> Line:
        name = self._spec.name
        if self._is_closed:
            raise EnvironmentFailed(f"{name} is closed; open it again")
        if self._place is None:
            raise EnvironmentFailed(f"{name} has not been started; call reset first")
        if self._is_over:
            raise EnvironmentFailed(f"{name} is over; call reset to begin again")
        return self._script.lines[self._place]
