"""All there is to say of a memory: its promises, its powers, its cost, and what else its author may want to know."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from agentmem.conformance.costs import Cost, cost
from agentmem.conformance.verdicts import Promised, Spoken, Verdict, by_rules, promises, verdicts
from agentmem.described import Description, describe
from agentmem.errors import UnknownSetting
from agentmem.events import Value
from agentmem.fault import fault_of
from agentmem.host import Host
from agentmem.testing.models.scripted import NAME, scripted_language

LANGUAGES: Mapping[str, Spoken] = {"rules": by_rules, NAME: scripted_language}
STEPS = len(LANGUAGES) * (len(promises()) + 1)
"""How often a whole check moves on."""
Moved = Callable[[str, int], None]


class Conformance(Value):
    """What was found out about one memory.

    Attributes:
        memory, plugin, distribution, about: What it is, and who offers it.
        powers: The optional powers it declares.
        promises: By language, what became of each promise.
        costs: By language; none where it could not be told or asked.
        remarks: What is no broken promise, and may be a mistake.
    """

    memory: str
    plugin: str
    distribution: str
    about: str
    powers: tuple[str, ...]
    promises: Mapping[str, tuple[Verdict, ...]]
    costs: tuple[Cost, ...]
    remarks: tuple[str, ...]

    @property
    def is_kept(self) -> bool:
        """Whether no promise is broken."""
        return all(one.state != "broken" for of_one in self.promises.values() for one in of_one)


def check(host: Host, name: str, settings: Mapping[str, Any], *, moved: Moved) -> Conformance:
    """Try all promises of the memory `name`, and measure it, with rules and with a scripted model.

    Args:
        host: Offers the memory.
        name: Which one.
        settings: What is set of it.
        moved: Is told what is done, and how many of `STEPS` were done since.

    Raises:
        UnknownName, UnknownSetting, PluginError: it cannot be built.
    """
    host.memory(name, settings)
    told = describe(host, name)
    kept = {language: tuple(_tried(host, name, settings, language, moved)) for language in LANGUAGES}
    costs, failed = [], []
    for language, spoken in LANGUAGES.items():
        moved(f"what it costs, {language}", 1)
        try:
            costs.append(cost(host.memory(name, settings), spoken(host.language("rules")), host))
        except Exception as error:  # noqa: BLE001 - a stranger's memory may raise anything; it is reported
            failed.append(f"with {language} its cost cannot be measured: {fault_of(error)}")
    return Conformance(
        memory=name,
        plugin=told.plugin,
        distribution=told.distribution,
        about=told.about,
        powers=told.powers,
        promises=kept,
        costs=tuple(costs),
        remarks=(*failed, *_remarks(host, told, settings, costs)),
    )


def _tried(host: Host, name: str, settings: Mapping[str, Any], language: str, moved: Moved) -> Iterator[Verdict]:
    for one in verdicts(Promised(host, name, settings, LANGUAGES[language])):
        moved(f"{one.promise}, {language}", 1)
        yield one


def _remarks(host: Host, told: Description, settings: Mapping[str, Any], costs: list[Cost]) -> Iterator[str]:
    memory = host.memory(told.name, settings)
    if memory.name != told.name:
        yield f"it is offered as {told.name!r} and its `name` is {memory.name!r}; call it the same"
    if not inspect.getdoc(type(memory)):
        yield f"the class {type(memory).__name__} has no docstring; `agentmem memories` shows its first line"
    if costs and not any(one.recalled for one in costs):
        kept = ", ".join(costs[0].labels) or "no nodes"
        yield f"it recalled nothing of a chat, of which it keeps {kept}; look at what `recall` searches for"
    if answer := _unknown_setting(host, told.name):
        yield f"a setting it does not know is {answer}; check settings with agentmem.settings.settings_from"


def _unknown_setting(host: Host, name: str) -> str:
    """Return what becomes of a setting nobody knows; "" where it is refused as it should be."""
    try:
        host.memory(name, {"no_such_setting": "1"})
    except UnknownSetting:
        return ""
    except Exception as error:  # noqa: BLE001 - a stranger's factory may raise anything; it is reported
        return f"refused in other words: {fault_of(error.__cause__ or error)}"
    return "taken without a word"
