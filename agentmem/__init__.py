"""Agents with graph memory: published memory algorithms as plugins, behind one contract."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agentmem.agent_memory import AgentMemory, AsyncAgentMemory
    from agentmem.errors import AgentmemError
    from agentmem.events import Event, Fact, Query, Recollection
    from agentmem.hookspecs import hookimpl
    from agentmem.host import Host
    from agentmem.language.contract import Task
    from agentmem.language.prompting import prompt_beside
    from agentmem.scope import Scope
    from agentmem.spending.budget import Budget, Budgets
    from agentmem.spending.prices import Prices

__all__ = [
    "AgentMemory",
    "AgentmemError",
    "AsyncAgentMemory",
    "Budget",
    "Budgets",
    "Event",
    "Fact",
    "Host",
    "Prices",
    "Query",
    "Recollection",
    "Scope",
    "Task",
    "hookimpl",
    "prompt_beside",
]

_HOMES = {
    "AgentMemory": "agent_memory",
    "AgentmemError": "errors",
    "AsyncAgentMemory": "agent_memory",
    "Budget": "spending.budget",
    "Budgets": "spending.budget",
    "Event": "events",
    "Fact": "events",
    "Host": "host",
    "Prices": "spending.prices",
    "Query": "events",
    "Recollection": "events",
    "Scope": "scope",
    "Task": "language.contract",
    "hookimpl": "hookspecs",
    "prompt_beside": "language.prompting",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: `import agentmem` itself costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'agentmem' has no attribute {name!r}; its names are: {', '.join(__all__)}")
    value = getattr(import_module(f"agentmem.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
