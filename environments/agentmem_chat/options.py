"""What a conversation may be opened with."""

from __future__ import annotations

from pydantic import Field

from agentmem.events import Value


class Simulated(Value):
    """How a simulated user talks.

    Attributes:
        seed: Makes the talk; the same seed, the same talk.
        turns: What the user tells, questions not counted.
        facts: How many facts are told, and asked for later.
        changes: The share of them that change later.
        undone: The share of the changes that are taken back later.
        unknown: How many questions are asked that nothing said answers.
    """

    seed: int = Field(default=1, ge=0)
    turns: int = Field(default=60, ge=1, le=10_000)
    facts: int = Field(default=12, ge=1, le=40)
    changes: float = Field(default=0.5, ge=0, le=1)
    undone: float = Field(default=0.34, ge=0, le=1)
    unknown: int = Field(default=4, ge=0, le=16)

    @property
    def changed(self) -> int:
        """How many facts change."""
        return round(self.facts * self.changes)

    @property
    def taken_back(self) -> int:
        """How many changes are taken back."""
        return round(self.changed * self.undone)


class Recorded(Value):
    """How a recorded conversation is played.

    Attributes:
        seed: Changes nothing: what was said was said.
        conversation: Which one of the file, by name; the first by default.
        questions: The most questions asked; all by default.
    """

    seed: int = Field(default=1, ge=0)
    conversation: str = ""
    questions: int | None = Field(default=None, ge=1)
