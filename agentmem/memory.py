"""Memory: the contract a plugin author fulfils.

A memory is a fold over the journal: `write` looks at one event and the graph
as it stands, and proposes changes. It keeps no state of its own, reads no
clock, draws no random numbers. So it can be killed at any point, rebuilt,
undone and compared, and no author has to think of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from agentmem.events import Event, Query, Recollection
from agentmem.graph.changes import Changes
from agentmem.graph.contract import Node
from agentmem.graph.view import MemoryGraph
from agentmem.language.contract import Language
from agentmem.shape import Group
from agentmem.vectors import Vectors


class Memory(Protocol):
    """The two methods every memory has. `name` is an identifier in lower case."""

    name: str

    def write(self, event: Event, graph: MemoryGraph, language: Language) -> Changes:
        """Propose what `event` changes. Called once per event, in the order of the journal.

        Raises:
            LanguageUnavailable: the event waits, and is written later.
            Exception: anything else sets the event aside; it stays in the journal.
        """
        ...

    def recall(self, query: Query, graph: MemoryGraph, language: Language) -> list[Recollection]:
        """Return at most `query.limit` recollections, pinned ones first, then best first.

        Pure: it changes nothing, and the same graph gives the same answer.
        """
        ...


@runtime_checkable
class Prepares(Protocol):
    """A memory whose language work partly needs no graph, and can run for many events at once."""

    def prepare(self, events: Sequence[Event], language: Language) -> None:
        """Ask ahead, with `language.prefetch` and `language.embed`, what `write` will ask."""
        ...


@runtime_checkable
class Reinforces(Protocol):
    """A memory that is strengthened by use."""

    def reinforce(self, used: Sequence[str], graph: MemoryGraph, now: datetime) -> Changes:
        """Propose what changes because the nodes with the ids `used` were recalled and used."""
        ...


@runtime_checkable
class Consolidates(Protocol):
    """A memory that tidies up now and then, with language."""

    def consolidate(self, graph: MemoryGraph, language: Language, now: datetime) -> Changes:
        """Propose summaries, merges, links; called on request or by schedule, never inside `write`."""
        ...


@runtime_checkable
class Forgets(Protocol):
    """A memory that lets go with time."""

    def forget(self, graph: MemoryGraph, now: datetime) -> Changes:
        """Propose what to archive at `now`; twice at one `now` is the same as once."""
        ...


@runtime_checkable
class Shows(Protocol):
    """A memory that says how what it holds is arranged, for people to look at."""

    def show(self, graph: MemoryGraph, now: datetime) -> Sequence[Group]:
        """Return what is held now, in the memory's own groups and order. Pure, like `recall`."""
        ...


@runtime_checkable
class EmbedsOther(Protocol):
    """A memory some of whose vectors are of other texts than their nodes say: with keywords added, for instance."""

    def embedded_text(self, node: Node) -> str:
        """Return the text that the vector of one of this memory's nodes is of. Pure."""
        ...


@runtime_checkable
class MakesVectors(Protocol):
    """A memory with vectors made of those of other nodes, such as the mean of a chunk; their nodes have no text."""

    def made_vector(self, node: Node, graph: MemoryGraph) -> Vectors | None:
        """Return what `write` made for this node of the vectors in `graph`, which is as it was then, if anything."""
        ...


class Unprepared:
    """Another memory with only the two methods every memory has: nothing is asked or embedded ahead."""

    def __init__(self, memory: Memory) -> None:
        self.name = memory.name
        self._memory = memory

    def write(self, event: Event, graph: MemoryGraph, language: Language) -> Changes:
        """Propose what the other proposes."""
        return self._memory.write(event, graph, language)

    def recall(self, query: Query, graph: MemoryGraph, language: Language) -> list[Recollection]:
        """Return what the other returns."""
        return self._memory.recall(query, graph, language)


MemoryFactory = Callable[[Mapping[str, Any]], Memory]
"""Builds a memory from its settings, refusing unknown ones by name (`settings_from` helps)."""
