"""A script: what is said to the agent, line by line, and what a right answer to each question is."""

from __future__ import annotations

import hashlib

from pydantic import AwareDatetime

from agentmem.agent.environment import Observation
from agentmem.events import Role, Value

GOAL = "Remember what you are told, and answer what you are asked from it."


class Expected(Value):
    """What a right answer is.

    Attributes:
        answer: What it must say; None: that it is not known.
        others: What it must not say: values that are outdated, or somebody else's.
    """

    answer: str | None
    others: tuple[str, ...] = ()


class Line(Value):
    """One thing said.

    Attributes:
        text: In words.
        at: When.
        session: In which session.
        speaker, role: By whom.
        is_overheard: Whether no answer is awaited.
        expected: For a question that is scored.
    """

    text: str
    at: AwareDatetime
    session: str | None = None
    speaker: str | None = None
    role: Role = "user"
    is_overheard: bool = False
    expected: Expected | None = None

    def shown(self, step: int) -> Observation:
        """Return the line as the agent sees it: without what is expected."""
        said = self.model_dump(exclude={"expected"})
        return Observation(goal=GOAL, step=step, **said)


class Script(Value):
    """All that is said, in order; nothing is answered to the last line."""

    lines: tuple[Line, ...]

    @property
    def most(self) -> int:
        """How many questions are scored."""
        return sum(line.expected is not None for line in self.lines)

    @property
    def fingerprint(self) -> str:
        """A hash of every line."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()
