"""What each memory and each evaluation is, read off its class: what it does, its powers, its settings."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from pydantic import BaseModel

from agentmem.errors import AgentmemError
from agentmem.host import Host
from agentmem.memory import Consolidates, Forgets, Prepares, Reinforces, Shows
from agentmem.settings import Setting, settings_in

POWERS: Mapping[str, type] = {
    "prepare": Prepares,
    "reinforce": Reinforces,
    "consolidate": Consolidates,
    "forget": Forgets,
    "show": Shows,
}
"""The optional powers of memories, and the contract that declares each."""


@dataclass(frozen=True)
class Description:
    """What one memory is.

    Attributes:
        name: As typed after `--memory`.
        plugin, distribution: Who offers it.
        about: In one line: its name, the paper, what it does.
        more: What else its docstring says.
        powers: The optional powers it has, in the order of `POWERS`.
        settings: What can be set, in its own order.
        fault: Why it cannot be built without settings; "" if it can.
    """

    name: str
    plugin: str
    distribution: str
    about: str = ""
    more: str = ""
    powers: tuple[str, ...] = ()
    settings: tuple[Setting, ...] = ()
    fault: str = ""


def describe(host: Host, name: str) -> Description:
    """Return what the memory of this name is. It is built with its defaults, and asked nothing.

    Raises:
        UnknownName: nobody offers it. PluginError: the plugin that would is broken.
    """
    try:
        memory = host.memory(name)
    except AgentmemError as error:
        if name not in host.memories:
            raise
        return replace(_offered(host, name), fault=str(error))
    about, _, more = inspect.cleandoc(type(memory).__doc__ or "").partition("\n")
    model = type(getattr(memory, "settings", None))
    return replace(
        _offered(host, name),
        about=about,
        more=more.strip(),
        powers=tuple(power for power, contract in POWERS.items() if isinstance(memory, contract)),
        settings=tuple(settings_in(model)) if issubclass(model, BaseModel) else (),
    )


def _offered(host: Host, name: str) -> Description:
    offer = host.memories[name]
    return Description(name, offer.plugin, offer.distribution)


@dataclass(frozen=True)
class DescribedEvaluation:
    """What one evaluation is.

    Attributes:
        name: As typed.
        plugin, distribution: Who offers it.
        about: What is measured, in one line.
        more: What its docstring says.
        measure: What the score is.
        is_seeded: Whether a seed changes anything.
        options: What can be chosen, in its own order.
        fault: Why it cannot be built; "" if it can.
    """

    name: str
    plugin: str
    distribution: str
    about: str = ""
    more: str = ""
    measure: str = ""
    is_seeded: bool = False
    options: tuple[Setting, ...] = ()
    fault: str = ""

    def as_data(self) -> dict[str, Any]:
        """Return it as plain data, each option with its names."""
        return {**asdict(self), "options": [one._asdict() for one in self.options]}


def describe_evaluation(host: Host, name: str) -> DescribedEvaluation:
    """Return what the evaluation of this name is; nothing is measured.

    Raises:
        UnknownName: nobody offers it. PluginError: the plugin that would is broken.
    """
    try:
        evaluation = host.evaluation(name)
    except AgentmemError as error:
        if name not in host.evaluations:
            raise
        offer = host.evaluations[name]
        return DescribedEvaluation(name, offer.plugin, offer.distribution, fault=str(error))
    offer = host.evaluations[name]
    return DescribedEvaluation(
        name,
        offer.plugin,
        offer.distribution,
        about=evaluation.about,
        more=inspect.cleandoc(type(evaluation).__doc__ or ""),
        measure=evaluation.measure,
        is_seeded=evaluation.is_seeded,
        options=tuple(settings_in(evaluation.options)),
    )
