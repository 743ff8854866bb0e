"""What goes wrong, in one sentence for whoever called a tool; only kinds of errors are logged."""

from __future__ import annotations

import logging

from pydantic import ValidationError

from agentmem.errors import AgentmemError
from agentmem.events import in_one_sentence

log = logging.getLogger(__name__)


def sentence(error: BaseException) -> str:
    """Return what went wrong in one sentence, for whoever called a tool."""
    if isinstance(error, ValidationError):
        return f"this tool cannot be called so: {in_one_sentence(error)}"
    if isinstance(error, AgentmemError):
        return " ".join(str(error).split())
    log.error("a tool failed: %s", type(error).__name__)
    return f"this should not happen ({type(error).__name__}); please report it"
