"""What each evaluation is, read off its class: what it measures, and its options."""

from __future__ import annotations

import inspect
from dataclasses import asdict, dataclass
from typing import Any

from agentmem.bench.evaluation import HasOptions
from agentmem.errors import AgentmemError
from agentmem.host import Host
from agentmem.settings import Setting, settings_in


@dataclass(frozen=True)
class Description:
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


def describe(host: Host, name: str) -> Description:
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
        return Description(name, offer.plugin, offer.distribution, fault=str(error))
    offer = host.evaluations[name]
    return Description(
        name,
        offer.plugin,
        offer.distribution,
        about=evaluation.about,
        more=inspect.cleandoc(type(evaluation).__doc__ or ""),
        measure=evaluation.measure,
        is_seeded=evaluation.is_seeded,
        options=tuple(settings_in(evaluation.options)) if isinstance(evaluation, HasOptions) else (),
    )
