"""Whose memory: the one there is, or the one of the user that LangGraph is running for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from agentmem.agent_memory import AgentMemory, AsyncAgentMemory

if TYPE_CHECKING:
    from langgraph.runtime import Runtime

Remembering: TypeAlias = AgentMemory | AsyncAgentMemory
Whose: TypeAlias = "Remembering | Callable[[Runtime[Any]], Remembering | None]"
"""A memory; or what gives the one for a run, by its `runtime.context`, or by `langgraph.config.get_config()`."""


def memory_of(whose: Whose, runtime: Callable[[], Runtime[Any]]) -> AgentMemory | None:
    """Return the memory for a run; None where it goes without.

    Args:
        whose: A memory, or what gives one.
        runtime: What gives the run; asked only where it matters.
    """
    memory = whose if isinstance(whose, AgentMemory | AsyncAgentMemory) else whose(runtime())
    return memory.sync if isinstance(memory, AsyncAgentMemory) else memory
