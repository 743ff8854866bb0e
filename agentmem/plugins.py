"""Admitting plugins: each is checked by itself, and asked once what it offers.

A plugin is admitted whole or not at all: one that is broken offers nothing,
and its report says why.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Literal, NamedTuple, TypeVar

import pluggy

from agentmem import hookspecs
from agentmem.asked import asked, log
from agentmem.discovery import Found, code_of
from agentmem.fault import fault_of, in_words

if TYPE_CHECKING:
    from agentmem.language.contract import Rule

Factory = TypeVar("Factory")
Kind = Literal["memory", "store", "embedder", "language", "environment", "policy", "rule", "evaluation"]
HOOK_OF: Mapping[Kind, str] = {
    "memory": "agentmem_memories",
    "store": "agentmem_stores",
    "embedder": "agentmem_embedders",
    "language": "agentmem_languages",
    "environment": "agentmem_environments",
    "policy": "agentmem_policies",
    "rule": "agentmem_rules",
    "evaluation": "agentmem_evaluations",
}
PUBLIC_NAME = re.compile(r"[^\s:,=+]{1,100}")


@dataclass(frozen=True)
class Offer(Generic[Factory]):
    """Something a plugin offers by a public name, and who offers it."""

    name: str
    factory: Factory
    plugin: str
    distribution: str


@dataclass(frozen=True)
class PluginReport:
    """What became of one plugin.

    Attributes:
        name: As typed after `-p`.
        distribution, version, source: Where it comes from.
        state: "works", "broken" or "blocked".
        offers: Public names by kind; of a broken one, what it would have offered, as far as it got.
        hooks: The hooks it implements.
        code: Where that source is on the disk: a file, or the folder of a package; None for the host's own.
        reason: Why it is broken, in a sentence.
        trace: The traceback, where there was one.
    """

    name: str
    distribution: str
    version: str
    source: str
    state: Literal["works", "broken", "blocked"]
    offers: Mapping[Kind, tuple[str, ...]] = field(default_factory=dict)
    hooks: tuple[str, ...] = ()
    code: Path | None = None
    reason: str = ""
    trace: str = ""


class EventHook(NamedTuple):
    """One plugin's function for an event hook, with the arguments it wants."""

    plugin: str
    function: Callable[..., Any]
    arguments: tuple[str, ...]


class _Refused(Exception):
    """Why a plugin is not admitted, in a sentence."""


class Plugins:
    """The plugins of one host: those admitted with their offers, and a report on each."""

    def __init__(self) -> None:
        self.reports: list[PluginReport] = []
        self._manager = pluggy.PluginManager("agentmem")
        self._manager.add_hookspecs(hookspecs)
        self._offers: dict[Kind, dict[str, Offer[Any]]] = {kind: {} for kind in HOOK_OF}
        self._rules: list[tuple[tuple[bool, bool, str], str, Rule]] = []

    def admit(self, found: Found) -> PluginReport:
        """Check one plugin, take what it offers, and report."""
        offered: dict[Kind, dict[str, Any]] = {}
        reason, trace = found.reason, found.trace
        if found.plugin is not None:
            try:
                self._register(found.name, found.plugin)
                self._collect(found, offered)
                self._refuse_clashes(offered)
                self._take(found, offered)
            except _Refused as refusal:
                reason = str(refusal)
                trace = "".join(traceback.format_exception(refusal.__cause__)) if refusal.__cause__ else ""
        report = self._report(found, offered, reason=reason, trace=trace)
        if reason and found.plugin is not None and self._manager.get_plugin(found.name) is found.plugin:
            self._manager.unregister(name=found.name)
        self.reports.append(report)
        if reason:
            log.debug("plugin %s is broken: %s", found.name, reason)
        return report

    def offers(self, kind: Kind) -> Mapping[str, Offer[Any]]:
        """Return what is offered of one kind, by public name."""
        return self._offers[kind]

    def rules(self) -> Mapping[str, list[Rule]]:
        """Return the rules for each task in the order they are asked: strangers' first, the host's own last."""
        by_task: dict[str, list[Rule]] = {}
        for _, task, rule in sorted(self._rules, key=lambda entry: entry[0]):
            by_task.setdefault(task, []).append(rule)
        return by_task

    def event_hooks(self, name: str) -> tuple[EventHook, ...]:
        """Return who hears an event hook, in the order they are called."""
        impls = getattr(self._manager.hook, name).get_hookimpls()
        return tuple(EventHook(impl.plugin_name, impl.function, tuple(impl.argnames)) for impl in reversed(impls))

    def _register(self, name: str, plugin: object) -> None:
        taken = self._manager.get_name(plugin)
        if taken is not None:
            raise _Refused(f"is the same code as the plugin {taken!r}; name it once")
        if self._manager.has_plugin(name):
            raise _Refused(f"the plugin name {name!r} is taken; rename the file or object")
        try:
            self._manager.register(plugin, name=name)
            self._manager.check_pending()
        except Exception as error:
            raise _Refused(_why_refused(error)) from error
        callers = self._manager.get_hookcallers(plugin)
        if not callers:
            raise _Refused("answers no hook; mark its functions with @hookimpl")
        for caller in callers:
            if any(impl.plugin is plugin and (impl.wrapper or impl.hookwrapper) for impl in caller.get_hookimpls()):
                raise _Refused(f"its {caller.name} is a wrapper; write a plain function that returns its answer")

    def _collect(self, found: Found, offered: dict[Kind, dict[str, Any]]) -> None:
        for kind, hook in HOOK_OF.items():
            for impl in getattr(self._manager.hook, hook).get_hookimpls():
                if impl.plugin is found.plugin:
                    offered[kind] = dict(_checked(found.name, hook, impl.function))

    def _refuse_clashes(self, offered: Mapping[Kind, Mapping[str, Any]]) -> None:
        for kind, named in offered.items():
            for name in named:
                rival = self._offers[kind].get(name)
                if rival is not None:
                    who = f"{rival.plugin!r} ({rival.distribution or 'a file or object'})"
                    raise _Refused(f"offers the {kind} {name!r}, which {who} offers already; block or uninstall one")

    def _take(self, found: Found, offered: Mapping[Kind, Mapping[str, Any]]) -> None:
        for kind, named in offered.items():
            for name, factory in named.items():
                if kind == "rule":
                    self._rules.append(((found.is_ours, found.name == "defaults", found.name), name, factory))
                else:
                    self._offers[kind][name] = Offer(name, factory, found.name, found.distribution)

    def _report(
        self, found: Found, offered: Mapping[Kind, Mapping[str, Any]], *, reason: str, trace: str
    ) -> PluginReport:
        callers = self._manager.get_hookcallers(found.plugin) if found.plugin is not None else None
        return PluginReport(
            name=found.name,
            distribution=found.distribution,
            version=found.version,
            source=found.source,
            state="blocked" if found.blocked else "broken" if reason else "works",
            offers={kind: tuple(sorted(named)) for kind, named in offered.items() if named},
            hooks=tuple(sorted(caller.name for caller in callers or ())),
            code=code_of(found.plugin),
            reason=reason,
            trace=trace,
        )


def _checked(plugin: str, hook: str, function: Callable[[], object]) -> Iterator[tuple[str, Any]]:
    """Yield what a naming hook answers, or refuse it."""
    try:
        answer = asked(plugin, hook, function)
    except (Exception, SystemExit) as error:
        raise _Refused(f"its {hook} raised {fault_of(error)}") from error
    if not isinstance(answer, Mapping):
        raise _Refused(f"its {hook} returned a {type(answer).__name__}; return a mapping of names to factories")
    for name, factory in answer.items():
        if not isinstance(name, str) or not PUBLIC_NAME.fullmatch(name):
            raise _Refused(f"its {hook} offers {name!r}; a public name has no spaces, colons, commas, '+' or '='")
        if not callable(factory):
            raise _Refused(f"its {hook} offers {name!r} as a {type(factory).__name__}; give a function that builds it")
        yield name, factory


def _why_refused(error: Exception) -> str:
    """Return why pluggy refused a plugin, suggesting the hook that was meant."""
    said = " ".join(str(error).split())
    unknown = re.search(r"unknown hook '(\w+)'", said)
    if unknown is None:
        return in_words(error)
    hooks = [name for name in vars(hookspecs) if name.startswith("agentmem_")]
    near = get_close_matches(unknown[1], hooks, n=1)
    hint = f"did you mean {near[0]!r}?" if near else "the hooks are in agentmem.hookspecs"
    return f"there is no hook named {unknown[1]!r}; {hint}"
