"""episodic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agentmem.hookspecs import hookimpl
from agentmem.memory import Memory, MemoryFactory

__all__ = ["agentmem_memories"]


@hookimpl
def agentmem_memories() -> Mapping[str, MemoryFactory]:
    """Offer `episodic`."""
    return {"episodic": _episodic}


def _episodic(settings: Mapping[str, Any]) -> Memory:
    from agentmem.settings import settings_from
    from agentmem_episodic.memory import Episodic
    from agentmem_episodic.settings import EpisodicSettings

    return Episodic(settings_from(EpisodicSettings, settings))
