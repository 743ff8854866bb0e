"""The contract of an environment: what an agent acts in, and what it may see of it.

The agent gets observations and nothing else: never the environment, its own
facts, the walkthrough, or the score. So it cannot peek, by construction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol, runtime_checkable

from pydantic import AwareDatetime, Field

from agentmem.events import Role, Value


class Observation(Value):
    """What an agent sees at one step.

    Attributes:
        text: What a player reads, without banner, prompt and status line.
        goal: What is to be done; may be empty.
        inventory: What is carried, in the environment's words, if it says.
        valid_actions: What may be done, where the environment tells (off by default).
        step: 0 after reset, then one more per action.
        speaker, session, role: In a conversation: who says it to the agent, and in which session.
        at: When it was said, where a conversation has times of its own; else the loop's clock tells.
        is_overheard: Said, but not to the agent: it is remembered, and neither recalled for nor answered.
    """

    text: str
    goal: str = ""
    inventory: str | None = None
    valid_actions: tuple[str, ...] | None = None
    step: int = 0
    speaker: str | None = None
    session: str | None = None
    role: Role = "environment"
    at: AwareDatetime | None = None
    is_overheard: bool = False

    @property
    def is_said(self) -> bool:
        """Whether somebody says it, so that an action is an answer, and not what led to the next observation."""
        return self.role != "environment"


class StepResult(Value):
    """What one action led to. `reward` is the change of the score, for the log: no policy sees it."""

    observation: Observation
    reward: float = 0.0
    done: bool = False


class EvalInfo(Value):
    """How it went, told to the evaluation only.

    Attributes:
        score, max_score: The points so far, and the most there are.
        normalized: score / max_score in [0, 1]; None where nothing is scored, as in a conversation without answers.
        won, lost: Whether it is over so.
        steps: Actions taken.
    """

    score: float
    max_score: float
    normalized: float | None
    won: bool
    lost: bool
    steps: int


class EnvSpec(Value):
    """What is needed to open the same environment again.

    Attributes:
        name: As typed: `cook:4`, or a path.
        kind: "game" or "chat".
        options: What it was opened with (seed, goal style, ...), JSON values only.
        fingerprint: Hash of the game file, to notice another one at replay.
    """

    name: str
    kind: Literal["game", "chat"]
    options: dict[str, Any]
    fingerprint: str = ""


class Defaults(Value):
    """What an environment is played with where the user chooses nothing.

    Attributes:
        policy: Who decides, by name.
        memory: The memory, by name.
        max_steps: The most actions.
    """

    policy: str = "rules"
    memory: str = "arigraph"
    max_steps: int = Field(default=150, ge=1)


class Environment(Protocol):
    """A world one episode long."""

    @property
    def spec(self) -> EnvSpec:
        """What is needed to open it again."""
        ...

    def reset(self, seed: int | None = None) -> Observation:
        """Start over and return the first observation.

        Raises:
            EnvironmentFailed: the world does not start.
        """
        ...

    def step(self, action: str) -> StepResult:
        """Do one thing. An action that makes no sense is answered in words, not by an error.

        Raises:
            EnvironmentFailed: before `reset`, after the end, or the world broke.
        """
        ...

    def evaluate(self) -> EvalInfo:
        """Return how it went so far; for evaluation, never for the agent."""
        ...

    def close(self) -> None:
        """Free what is held; may be called twice."""
        ...


@runtime_checkable
class HasNotes(Protocol):
    """An environment that has something to say to whoever watches, and not to the agent: an optional power."""

    @property
    def notes(self) -> Sequence[str]:
        """What is to be known of it, a sentence each."""
        ...


class EnvironmentFamily(Protocol):
    """What a plugin offers under `agentmem_environments`: a family of environments, opened by what the user types."""

    def claims(self, spec: str) -> bool:
        """Return whether `spec` ("cook:4", "game.z8") is one of ours; opens nothing."""
        ...

    def open(self, spec: str, options: Mapping[str, Any]) -> Environment:
        """Return the environment, made or loaded as needed.

        Args:
            spec: One that `claims` accepts.
            options: `seed`, `goal` (replaces the world's own), `goal_style`
                ("brief" or "full"); unknown ones are refused by name.

        Raises:
            InvalidInput, MissingExtra, EnvironmentFailed: with the cure.
        """
        ...

    def catalogue(self) -> Sequence[Mapping[str, Any]]:
        """Return one row per level on offer: name, what it is, seconds to make, what is cached."""
        ...


@runtime_checkable
class HasDefaults(Protocol):
    """A family whose environments are not played by `rules` with `arigraph`, unless it is chosen."""

    @property
    def defaults(self) -> Defaults:
        """What its environments are played with."""
        ...


@runtime_checkable
class ChecksFirst(Protocol):
    """A family that can say what is wrong before anything is opened: an optional power, for who plays many."""

    def check(self, spec: str, options: Mapping[str, Any]) -> None:
        """Refuse what `open` would refuse, as far as that shows at once: nothing is made.

        Raises:
            InvalidInput, MissingExtra, EnvironmentFailed: with the cure.
        """
        ...


@runtime_checkable
class HasFixed(Protocol):
    """A family of which some environments are the same whatever the seed: an optional power, for who plays several."""

    def is_fixed(self, spec: str) -> bool:
        """Return whether a seed changes nothing of `spec`; opens nothing."""
        ...


def defaults_of(family: EnvironmentFamily) -> Defaults:
    """Return what environments of a family are played with where nothing is chosen."""
    return family.defaults if isinstance(family, HasDefaults) else Defaults()
