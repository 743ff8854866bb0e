"""Baselines: what an agent does without a graph, to show what a memory is worth.

- `none` recalls nothing.
- `window` recalls the newest events, as a short context would.
- `full` recalls every event, the newest where they do not all fit.
- `summary` condenses every few events into a running summary, and recalls it with the newest ones.
- `rag` recalls the events nearest to the question in meaning: one flat vector search.
- `bm25` recalls the events that share words with the question: one full-text search.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agentmem.hookspecs import hookimpl
from agentmem.memory import Memory, MemoryFactory

__all__ = ["agentmem_memories"]


@hookimpl
def agentmem_memories() -> Mapping[str, MemoryFactory]:
    """Offer `none`, `window`, `full`, `summary`, `rag` and `bm25`."""
    return {"bm25": _bm25, "full": _full, "none": _none, "rag": _rag, "summary": _summary, "window": _window}


def _none(settings: Mapping[str, Any]) -> Memory:
    from agentmem.settings import settings_from
    from agentmem_baselines.nothing import Nothing, NothingSettings

    settings_from(NothingSettings, settings)
    return Nothing()


def _window(settings: Mapping[str, Any]) -> Memory:
    from agentmem.settings import settings_from
    from agentmem_baselines.newest import Window, WindowSettings

    return Window(settings_from(WindowSettings, settings))


def _full(settings: Mapping[str, Any]) -> Memory:
    from agentmem.settings import settings_from
    from agentmem_baselines.newest import Full, FullSettings

    settings_from(FullSettings, settings)
    return Full()


def _summary(settings: Mapping[str, Any]) -> Memory:
    from agentmem.settings import settings_from
    from agentmem_baselines.summary import Summary, SummarySettings

    return Summary(settings_from(SummarySettings, settings))


def _rag(settings: Mapping[str, Any]) -> Memory:
    from agentmem.settings import settings_from
    from agentmem_baselines.rag import RAG, RAGSettings

    settings_from(RAGSettings, settings)
    return RAG()


def _bm25(settings: Mapping[str, Any]) -> Memory:
    from agentmem.settings import settings_from
    from agentmem_baselines.bm25 import BM25, BM25Settings

    settings_from(BM25Settings, settings)
    return BM25()
