"""Asking the memories of a namespace: each by itself, so that one that fails does not take the others down."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from agentmem.aside import position_of
from agentmem.errors import AgentmemError, BadAnswer, LanguageUnavailable, PluginError, UnrecordedCall, WrongDimension
from agentmem.events import EVENT_PREFIX, TRUSTS, Event, Query, Recollection, Trust
from agentmem.fault import fault_of
from agentmem.fold import Fold
from agentmem.graph.contract import Graph
from agentmem.journal import Journal
from agentmem.unfolded import waiting

log = logging.getLogger(__name__)


@dataclass
class Recalled:
    """What memories recalled, by name; and the fault of the language, where one could not recall for it."""

    answers: dict[str, list[Recollection]] = field(default_factory=dict)
    out: LanguageUnavailable | BadAnswer | None = None


def recalled(folds: Sequence[Fold], query: Query, *, leaves_out: bool = True) -> Recalled:
    """Return what each memory recalls; of several, one that fails is left out, unless that is not wanted.

    Raises:
        AgentmemError: all failed, and not for want of the language; the first fault. Or one did, and is not left out.
        UnrecordedCall: a replay was asked what was not recorded.
    """
    found = Recalled()
    faults: list[AgentmemError] = []
    for fold in folds:
        try:
            found.answers[fold.memory.name] = _recalled(fold, query)
        except UnrecordedCall:
            raise  # what a replay makes up is none
        except AgentmemError as error:
            if not leaves_out:
                raise
            log.warning("memory %r is left out of this search: %s", fold.memory.name, type(error).__name__)
            if isinstance(error, LanguageUnavailable | BadAnswer):
                found.out = error
            else:
                faults.append(error)
    if faults and not found.answers and found.out is None:
        raise faults[0]
    return found


def unfolded(graph: Graph, folds: Sequence[Fold]) -> list[Event]:
    """Return the events no memory holds anything of: each of them has yet to fold it, or has set it aside."""
    journal = Journal(graph)
    stands = [(fold.cursor, {position_of(mark) for mark in fold.set_aside()}) for fold in folds]
    furthest = max(cursor for cursor, _ in stands)
    lost = {position for _, aside in stands for position in aside if position <= furthest}
    lost = {one for one in lost if all(one > cursor or one in aside for cursor, aside in stands)}
    entries = [journal.at(position) for position in sorted(lost)]
    aside = [entry for entry in entries if isinstance(entry, Event)]
    return [*waiting(graph, after=furthest), *aside] if furthest < journal.last else aside


def believed(graph: Graph, found: Sequence[Recollection], least: Trust) -> list[Recollection]:
    """Return what comes only from events that are believed as much as `least`, or more."""
    sources = sorted({f"{EVENT_PREFIX}{source}" for one in found for source in one.sources})
    trust = {node.id.removeprefix(EVENT_PREFIX): str(node.props.get("trust", "normal")) for node in graph.get(sources)}
    enough = set(TRUSTS[TRUSTS.index(least) :])
    return [one for one in found if all(trust.get(source, "normal") in enough for source in one.sources)]


def _recalled(fold: Fold, query: Query) -> list[Recollection]:
    """Ask a memory; what a plugin raises, or returns instead of recollections, is named as its fault."""
    name = fold.memory.name
    try:
        answer = fold.recall(query)
        found = list(answer) if isinstance(answer, Iterable) else [answer]
    except WrongDimension as error:
        raise PluginError(f"memory {name!r} cannot recall: {fault_of(error)}") from error
    except AgentmemError:
        raise
    except Exception as error:
        raise PluginError(f"memory {name!r} cannot recall: {fault_of(error)}") from error
    wrong = [one for one in found if not isinstance(one, Recollection)]
    if wrong:
        raise PluginError(f"memory {name!r} recalled a {type(wrong[0]).__name__}; return a list of Recollections")
    return found
