"""Every question the host asks of plugins.

A plugin is a module (or any object) with functions marked `@hookimpl`, named
in the entry-point group `agentmem`. Naming hooks are asked once, at start-up:
return factories and do no work; no model, file or database may be opened, and
nothing heavy imported, until a factory is called. Event hooks are asked each
time something is written or recalled.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from agentmem.agent.environment import EnvironmentFamily
    from agentmem.agent.policy import Policy
    from agentmem.bench.evaluation import Evaluation
    from agentmem.events import Event, Query, Recollection
    from agentmem.graph.contract import StoreFactory
    from agentmem.language.contract import Embedder, Language, Receipt, Rule
    from agentmem.memory import MemoryFactory

hookspec = pluggy.HookspecMarker("agentmem")
hookimpl = pluggy.HookimplMarker("agentmem")


@hookspec
def agentmem_memories() -> Mapping[str, MemoryFactory]:
    """Name the memories this plugin offers.

    Returns:
        Public name, as typed after `--memory`, to the factory that builds it from settings.
    """
    raise NotImplementedError


@hookspec
def agentmem_stores() -> Mapping[str, Callable[[], StoreFactory]]:
    """Name the kinds of store this plugin offers; which one opens a URI is asked of each."""
    raise NotImplementedError


@hookspec
def agentmem_embedders() -> Mapping[str, Callable[[str], Embedder]]:
    """Name the embedders this plugin offers.

    Returns:
        Name, as typed before the colon in `--embedder NAME:ARGUMENT`, to a factory that takes
        the argument; "" where none is given.
    """
    raise NotImplementedError


@hookspec
def agentmem_languages() -> Mapping[str, Callable[[str, Embedder, Mapping[str, Sequence[Rule]]], Language]]:
    """Name the languages this plugin offers.

    Returns:
        Name, as typed before the colon in `--language NAME:ARGUMENT`, to a factory that
        takes the argument, the embedder, and the rules all plugins offer, by task.
    """
    raise NotImplementedError


@hookspec
def agentmem_rules() -> Mapping[str, Rule]:
    """Offer rules that answer a task without a model, by the task's name.

    A rule returns None for a text that is not of its kind; the next one is asked then.
    """
    raise NotImplementedError


@hookspec
def agentmem_environments() -> Mapping[str, Callable[[], EnvironmentFamily]]:
    """Name the families of environments this plugin offers."""
    raise NotImplementedError


@hookspec
def agentmem_policies() -> Mapping[str, Callable[[Mapping[str, Any]], Policy]]:
    """Name the policies this plugin offers, as typed after `--policy`; built from settings."""
    raise NotImplementedError


@hookspec
def agentmem_evaluations() -> Mapping[str, Callable[[], Evaluation]]:
    """Name the evaluations this plugin offers: what can be measured of any memory."""
    raise NotImplementedError


@hookspec
def agentmem_before_write(event: Event) -> Event | None:
    """See an event before it is appended; return another to replace it, or None to leave it.

    Redaction and trust marks belong here. Raising refuses the event: nothing is written.
    """
    raise NotImplementedError


@hookspec
def agentmem_after_write(event: Event, receipt: Receipt) -> None:
    """Hear that an event is durable, and what folding it cost."""
    raise NotImplementedError


@hookspec
def agentmem_before_recall(query: Query) -> Query | None:
    """See a query before it is asked; return another to replace it, or None to leave it."""
    raise NotImplementedError


@hookspec
def agentmem_after_recall(query: Query, recollections: Sequence[Recollection]) -> Sequence[Recollection] | None:
    """See what was recalled; return what may be shown instead, or None to leave it. Guards belong here."""
    raise NotImplementedError
