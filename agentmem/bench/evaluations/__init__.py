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
    return {"ablation": _ablation, "cost": _cost, "play": _play, "recall": _recall}


def _ablation() -> Evaluation:
    from agentmem.bench.evaluations.ablation import Ablation

    return Ablation()


def _cost() -> Evaluation:
    from agentmem.bench.evaluations.cost import CostOverSize

    return CostOverSize()


def _play() -> Evaluation:
    from agentmem.bench.evaluations.play import Play

    return Play()


def _recall() -> Evaluation:
    from agentmem.bench.evaluations.recall import Recall

    return Recall()
