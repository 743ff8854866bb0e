"""Conversations as environments, and who answers in them.

A conversation, from what the user types to what the agent sees:

- `family.py`: what can be opened; `options.py`: what with.
- `simulated.py` makes up a user who tells, changes, takes back and asks (`attributes.py`: the
  sentences); `recorded.py` plays a file of conversations, and asks its questions.
- To `dialogue.py` both are a `Script` (`script.py`); `scoring.py` says whether an answer is right.

`policy.py` has the responders; `quoting.py` answers by rule, from what was recalled alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from agentmem.hookspecs import hookimpl

if TYPE_CHECKING:
    from agentmem.agent.environment import EnvironmentFamily
    from agentmem.agent.policy import Policy

__all__ = ["agentmem_environments", "agentmem_policies"]


@hookimpl
def agentmem_environments() -> Mapping[str, Callable[[], EnvironmentFamily]]:
    """Offer `chat`: a simulated user, and files of conversations."""
    return {"chat": _family}


@hookimpl
def agentmem_policies() -> Mapping[str, Callable[[Mapping[str, Any]], Policy]]:
    """Offer `chat` and `quote`."""
    return {"chat": _responder, "quote": _quoter}


def _family() -> EnvironmentFamily:
    from agentmem_chat.family import ChatFamily

    return ChatFamily()


def _quoter(settings: Mapping[str, Any]) -> Policy:
    from agentmem.settings import settings_from
    from agentmem_chat.policy import Quoter, QuoterSettings

    return Quoter(settings_from(QuoterSettings, settings))


def _responder(settings: Mapping[str, Any]) -> Policy:
    from agentmem.settings import settings_from
    from agentmem_chat.policy import Responder, ResponderSettings

    return Responder(settings_from(ResponderSettings, settings))
