"""MemoryBank."""

from __future__ import annotations

from collections.abc import Mapping

from agentmem.hookspecs import hookimpl
from agentmem.memory import MemoryFactory

__all__ = ["agentmem_memories"]


@hookimpl
def agentmem_memories() -> Mapping[str, MemoryFactory]:
    """Offer `memorybank`."""
    return {}
