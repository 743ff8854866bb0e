"""The contract of a policy: from an observation and what was recalled to an action.

A policy holds no state between steps: what it knows is what it is shown now, what
the memory recalls, and the last few turns, which are its working memory. So another
memory is another score, and a recorded episode says all that a decision was made of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable

from pydantic import Field

from agentmem.agent.environment import Observation
from agentmem.errors import InvalidInput
from agentmem.events import Query, Recollection, Value
from agentmem.language.contract import Language

MADE_FOR = {"game": "games", "chat": "conversations"}


class Leg(Value):
    """One move of a way: the action, and the place it is expected to lead to."""

    action: str
    place: str


class Decision(Value):
    """What a policy decided, and why.

    Attributes:
        action: What to do.
        reason: Why.
        plan: The open sub-goals, first the one worked on.
        progress: For each of `plan`, why it is open and how far it got; empty where the policy does not say.
        goal: What it is all for, in the policy's words, where the environment names no goal.
        route: Where the action is the first move of a longer way: all its moves, this one included.
        mended: How often an answer broke a rule and was mended, by what was wrong.
        is_news: In a conversation, whether what is said is more than what was recalled: else no memory is told of it.
    """

    action: str
    reason: str = ""
    plan: tuple[str, ...] = ()
    progress: tuple[str, ...] = ()
    goal: str = ""
    route: tuple[Leg, ...] = ()
    mended: Mapping[str, int] = Field(default_factory=dict)
    is_news: bool = True

    def follows(self, before: Decision) -> bool:
        """Return whether this is the next move of a way that `before` set out on, and not a new thought."""
        return bool(self.route) and self.route == before.route[1:]


class Turn(Value):
    """A step that is past: what was seen, and what was decided on it."""

    observation: Observation
    decision: Decision


@dataclass(frozen=True)
class Mind:
    """What a policy thinks with: a language, and its last turns, oldest first."""

    language: Language
    turns: Sequence[Turn] = ()


class Policy(Protocol):
    """Decides one action at a time.

    Attributes:
        name: As typed after `--policy`.
        looks_back: How many of its last decisions it is shown again.
    """

    name: str
    looks_back: int

    def query(self, observation: Observation, now: datetime, mind: Mind) -> Query:
        """Return what to ask the memory before acting."""
        ...

    def act(self, observation: Observation, recollections: Sequence[Recollection], mind: Mind) -> Decision:
        """Return the action. Sees nothing but its arguments.

        Raises:
            LanguageUnavailable, BadAnswer: the language could not help. The episode ends
                there: no action is taken that nobody decided.
        """
        ...


@runtime_checkable
class PlaysOneKind(Protocol):
    """A policy for games, or for conversations, and not for both: an optional power.

    Attributes:
        plays: Which; as `EnvSpec.kind`.
    """

    plays: Literal["game", "chat"]


def check_plays(policy: Policy, kind: Literal["game", "chat"]) -> None:
    """Refuse a policy that is made for something else.

    Raises:
        InvalidInput: it is.
    """
    if isinstance(policy, PlaysOneKind) and policy.plays != kind:
        made_for, this = MADE_FOR[policy.plays], "a game" if kind == "game" else "a conversation"
        raise InvalidInput(f"policy {policy.name!r} is made for {made_for}, and this is {this}; leave --policy out")


@runtime_checkable
class Draws(Protocol):
    """A policy that may draw what it does: an optional power, so that a game can be told to be another one each time.

    Attributes:
        draws: Whether it does, from `random`.
    """

    draws: bool


def last_turns(turns: Sequence[Turn], decisions: int) -> Sequence[Turn]:
    """Return the end of `turns` that holds the last `decisions`; moves that follow one are with it."""
    left = decisions
    for at in range(len(turns) - 1, -1, -1):
        if left == 0:
            return turns[at + 1 :]
        is_a_thought = at == 0 or not turns[at].decision.follows(turns[at - 1].decision)
        left -= is_a_thought
    return turns
