"""Probes: evaluations that make their own data from a seed, offline, and say what chance and an oracle would score.

- `sort` asks which of two moments came first.

Each has a module of its own. What they share: `diary` makes up events, `cues` are what is asked
with, `choice` scores forced choices, `reading` is how an answer is read off what was recalled.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from agentmem.hookspecs import hookimpl

if TYPE_CHECKING:
    from agentmem.bench.evaluation import Evaluation

__all__ = ["agentmem_evaluations"]


@hookimpl
def agentmem_evaluations() -> Mapping[str, Callable[[], Evaluation]]:
    """Offer `sort`."""
    return {"sort": _sort}


def _sort() -> Evaluation:
    from agentmem_probes.sort import Sort

    return Sort()
