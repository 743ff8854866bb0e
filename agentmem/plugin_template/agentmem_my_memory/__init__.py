"""my_memory: a memory for agentmem. Say here what it is, and where it was published."""

from collections.abc import Mapping
from typing import Any

from agentmem import hookimpl
from agentmem.memory import Memory, MemoryFactory

__all__ = ["agentmem_memories"]


@hookimpl
def agentmem_memories() -> Mapping[str, MemoryFactory]:
    """Offer `my_memory`."""
    return {"my_memory": _built}


def _built(settings: Mapping[str, Any]) -> Memory:
    from agentmem.settings import settings_from

    from agentmem_my_memory.memory import MyMemory, MyMemorySettings

    return MyMemory(settings_from(MyMemorySettings, settings))
