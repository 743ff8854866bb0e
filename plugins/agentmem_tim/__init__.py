"""TiM."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agentmem.hookspecs import hookimpl
from agentmem.memory import Memory, MemoryFactory

__all__ = ["agentmem_memories"]


@hookimpl
def agentmem_memories() -> Mapping[str, MemoryFactory]:
    """Offer `tim`."""
    return {"tim": _tim}


def _tim(settings: Mapping[str, Any]) -> Memory:
    from agentmem.settings import settings_from
    from agentmem_tim.memory import TiM
    from agentmem_tim.settings import TiMSettings

    return TiM(settings_from(TiMSettings, settings))
