"""LangChain and LangGraph with our memory in them. Each name is imported when it is first used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from agentmem.errors import MissingExtra

if TYPE_CHECKING:
    from agentmem.connect.langchain.middleware import MemoryMiddleware
    from agentmem.connect.langchain.retriever import MemoryRetriever
    from agentmem.connect.langchain.store import GraphStore
    from agentmem.connect.langchain.tools import memory_tools

__all__ = ["GraphStore", "MemoryMiddleware", "MemoryRetriever", "memory_tools"]

_HOMES = {
    "GraphStore": "store",
    "MemoryMiddleware": "middleware",
    "MemoryRetriever": "retriever",
    "memory_tools": "tools",
}
_OPTIONAL = ("langchain", "langgraph")


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used.

    Raises:
        MissingExtra: LangChain or LangGraph is not installed.
    """
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}; its names are: {', '.join(__all__)}")
    try:
        value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    except ModuleNotFoundError as absent:
        if (absent.name or "").partition(".")[0] not in _OPTIONAL:
            raise
        raise MissingExtra.needs("langchain", what=f"{__name__}.{name}") from absent
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
