"""The contract of a policy: from an observation and what was recalled to an action.

A policy holds no state between steps: what it knows is what it is shown now
and what the memory recalls. So another memory is another score.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from agentmem.agent.environment import Observation
from agentmem.events import Query, Recollection, Value


class Decision(Value):
    """What a policy decided, and why: `plan` is the open sub-goals, first the one worked on."""

    action: str
    reason: str = ""
    plan: tuple[str, ...] = ()


class Policy(Protocol):
    """Decides one action at a time."""

    name: str

    def query(self, observation: Observation, now: datetime) -> Query:
        """Return what to ask the memory before acting."""
        ...

    def act(self, observation: Observation, recollections: Sequence[Recollection]) -> Decision:
        """Return the action. Sees nothing but its arguments."""
        ...
