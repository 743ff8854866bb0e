"""What each memory is, read off its class: the paper, its powers, its settings."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, replace

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
