"""Conversations: who answers in them.

`policy.py` is the responder; `quoting.py` answers by rule, from what was recalled alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from agentmem.hookspecs import hookimpl

if TYPE_CHECKING:
    from agentmem.agent.policy import Policy

__all__ = ["agentmem_policies"]


@hookimpl
def agentmem_policies() -> Mapping[str, Callable[[Mapping[str, Any]], Policy]]:
    """Offer `chat`."""
    return {"chat": _responder}


def _responder(settings: Mapping[str, Any]) -> Policy:
    from agentmem.settings import settings_from
    from agentmem_chat.policy import Responder, ResponderSettings

    return Responder(settings_from(ResponderSettings, settings))
