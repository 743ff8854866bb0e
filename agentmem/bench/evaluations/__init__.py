"""The evaluations that come with the host: each in a module of its own, offered as a plugin offers them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from agentmem.hookspecs import hookimpl

if TYPE_CHECKING:
    from agentmem.bench.evaluation import Evaluation


@hookimpl
def agentmem_evaluations() -> Mapping[str, Callable[[], Evaluation]]:
    """Name what can be measured; nothing is imported until it is asked for."""
    return {"play": _play}


def _play() -> Evaluation:
    from agentmem.bench.evaluations.play import Play

    return Play()
