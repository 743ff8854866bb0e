"""AgentMemory: what an application holds. A thin face; each verb is one call inwards."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from agentmem.aside import position_of
from agentmem.errors import AgentmemError, PluginError
from agentmem.events import Event, Query, Recollection, Role, Value, new_event, new_query
from agentmem.explain import Explanation, explain
from agentmem.fold import GROUP, Fold, Outcome
from agentmem.graph.contract import Graph, Store
from agentmem.graph.view import MemoryGraph
from agentmem.host import Host
from agentmem.journal import Journal
from agentmem.language.contract import Language, Receipt
from agentmem.memory import Consolidates, Forgets, Memory, Reinforces
from agentmem.same_embedder import is_noted, note
from agentmem.unfolded import recall_unfolded, waiting


class Added(Value):
    """What a write did: the events that are new, durable from now on, what it cost, what was set aside."""

    events: tuple[Event, ...]
    receipt: Receipt
    set_aside: tuple[str, ...] = ()


class Status(Value):
    """How a memory stands: entries in the journal, how many it has folded, what it set aside and why."""

    namespace: str
    memory: str
    entries: int
    folded: int
    set_aside: dict[str, str]


class AgentMemory:
    """One namespace of one store, remembered by one memory.

    May be used from many threads; several processes may share one store file.

    Args:
        store: A path (`chat.db`), a URI, or an open store, which stays the caller's to close.
        namespace: Whose memory this is. Given once, here; no method takes one.
        memory: A memory, or the name of one a plugin offers.
        settings: Settings for a memory given by name.
        language: A language, or its name; `rules` needs no key and no network.
        host: Where plugins come from; by default all that are installed.

    Raises:
        UnknownName, UnknownSetting: with the nearest name, and the cure.
        StoreUnavailable, StoreRefused: the store cannot be used; nothing was changed.
    """

    def __init__(
        self,
        store: str | Path | Store,
        *,
        namespace: str = "default",
        memory: str | Memory = "arigraph",
        settings: Mapping[str, Any] | None = None,
        language: str | Language = "rules",
        host: Host | None = None,
    ) -> None:
        self._host = Host() if host is None else host
        self.memory = self._host.memory(memory, settings or {}) if isinstance(memory, str) else memory
        self.language = self._host.language(language) if isinstance(language, str) else language
        self._writing = threading.RLock()
        self._opened: Store | None = None
        if isinstance(store, str | Path):
            store = self._opened = self._host.store(str(store))
        try:
            self.graph: Graph = store.graph(namespace)
            self._journal = Journal(self.graph)
            self._fold = Fold(self.graph, self.memory, self.language)
            is_noted(self.graph, self.language.embedder)
            self.catch_up()
        except Exception:
            self.close()
            raise

    def add(
        self,
        text: str,
        *,
        at: datetime | None = None,
        id: str | None = None,  # noqa: A002 - the word every peer uses
        role: Role = "user",
        speaker: str | None = None,
    ) -> Added:
        """Remember one thing; durable when this returns.

        Args:
            text: What was said or seen.
            at: The world's time, aware; now by default.
            id: Adding a known id again changes nothing.
            role: Who it is from.
            speaker: Their name.

        Raises:
            InvalidInput: with the cure; nothing was written.
            StoreUnavailable: nothing was acknowledged.
        """
        return self.add_many([new_event(text, at=at, id=id, role=role, speaker=speaker)])

    def add_many(self, events: Iterable[Event]) -> Added:
        """Remember events in this order, each group of them in one transaction."""
        waiting = [self._host.before_write(event) for event in events]
        fresh: list[Event] = []
        outcome = Outcome()
        with self._writing:
            before = self.language.receipt()
            note(self.graph, self.language.embedder)
            for start in range(0, len(waiting), GROUP):
                new, done = self._fold.append(waiting[start : start + GROUP])
                fresh += new
                outcome.set_aside += done.set_aside
                outcome.unavailable = done.unavailable
            receipt = self._cost(before, outcome)
        for event in fresh:
            self._host.after_write(event, receipt)
        return Added(events=tuple(fresh), receipt=receipt, set_aside=tuple(outcome.set_aside))

    def search(
        self,
        query: str | Query,
        *,
        limit: int = 10,
        now: datetime | None = None,
        as_of: int | None = None,
        min_score: float = 0.0,
    ) -> list[Recollection]:
        """Return what the memory recalls, pinned first, then best first; `min_score` keeps out what hardly fits.

        Events the memory has not folded yet, or could not, are searched by text and
        vector, and marked as such (`parts["unfolded"]`): a dead model hides nothing.

        Args:
            query: Words, or a whole `Query` (then the other arguments are not read).
            limit: At least 1.
            now: The world's time of the asking; now by default.
            as_of: Answer as if only the journal up to this position existed.
            min_score: In [0, 1]; leave out what scores lower.

        Raises:
            InvalidInput: naming what is wrong with the query.
            PluginError: the memory failed; the events are safe.
        """
        if not isinstance(query, Query):
            query = new_query(query, limit=limit, now=now, as_of=as_of, min_score=min_score)
        query = self._host.before_recall(query)
        view = self._fold.view(as_of=query.as_of)
        found = self._recall(query, view)
        if query.as_of is None and (unfolded := self._unfolded(view.position)):
            found = recall_unfolded(self.graph, query, self.language, unfolded=unfolded, beside=found)
        return list(self._host.after_recall(query, found))

    def why(self, id: str) -> Explanation:  # noqa: A002
        """Return where a recollection (or an event's derived nodes) came from, and its history.

        Raises:
            InvalidInput: nothing has this id here.
        """
        return explain(self.graph, id)

    def status(self) -> Status:
        """Return how far the memory has come, and what it could not take in."""
        aside = {str(node.props["entry"]): str(node.props["reason"]) for node in self._fold.set_aside()}
        return Status(
            namespace=self.graph.namespace,
            memory=self.memory.name,
            entries=self._journal.last,
            folded=self._fold.cursor,
            set_aside=aside,
        )

    def catch_up(self) -> Receipt:
        """Fold what waits, after an outage or another process's writes; return what it cost."""
        with self._writing:
            before = self.language.receipt()
            if self._fold.cursor < self._journal.last:
                note(self.graph, self.language.embedder)
            return self._cost(before, self._fold.catch_up())

    def rebuild(self) -> Receipt:
        """Derive everything again from the journal; with the same rules, the same graph byte for byte."""
        with self._writing:
            before = self.language.receipt()
            note(self.graph, self.language.embedder)
            return self._cost(before, self._fold.rebuild())

    def retry(self, *, now: datetime | None = None) -> Receipt:
        """Fold again what was set aside."""
        return self._operate("retry", [{"mark": mark.id} for mark in self._fold.set_aside()], now)

    def undo(self, event_id: str, *, now: datetime | None = None) -> Receipt:
        """Take back what an event changed in this memory. The event itself stays in the journal."""
        positions = self._fold.folded_at(self._journal.event(event_id))
        return self._operate("undo", [{"position": position} for position in reversed(positions)], now)

    def reinforce(self, used: Iterable[Recollection], *, now: datetime | None = None) -> Receipt:
        """Tell the memory what was used of what it recalled; a memory that does not care does nothing."""
        ids: list[Any] = [one.id for one in used]
        return self._operate("reinforce", [{"used": ids}] if isinstance(self.memory, Reinforces) else [], now)

    def consolidate(self, *, now: datetime | None = None) -> Receipt:
        """Let the memory tidy up; one that has nothing to tidy does nothing."""
        return self._operate("consolidate", [{}] if isinstance(self.memory, Consolidates) else [], now)

    def forget(self, *, now: datetime | None = None) -> Receipt:
        """Let the memory archive what has faded by `now`; one that never forgets does nothing."""
        return self._operate("forget", [{}] if isinstance(self.memory, Forgets) else [], now)

    def close(self) -> None:
        """Close the store, if it was opened here."""
        if self._opened is not None:
            self._opened.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _recall(self, query: Query, view: MemoryGraph) -> list[Recollection]:
        """Ask the memory; what a plugin raises, or returns instead of recollections, is named as its fault."""
        try:
            found = list(self.memory.recall(query, view, self.language))
        except AgentmemError:
            raise
        except Exception as error:
            raise PluginError(f"memory {self.memory.name!r} cannot recall: {type(error).__name__}: {error}") from error
        wrong = next((one for one in found if not isinstance(one, Recollection)), None)
        if wrong is not None:
            raise PluginError(f"memory {self.memory.name!r} recalled a {type(wrong).__name__}; return Recollections")
        return found

    def _unfolded(self, cursor: int) -> list[Event]:
        """Return the events the memory holds nothing of: those that wait, and those set aside."""
        entries = [self._journal.at(position_of(mark)) for mark in self._fold.set_aside()]
        aside = [entry for entry in entries if isinstance(entry, Event)]
        return [*waiting(self.graph, after=cursor), *aside] if cursor < self._journal.last else aside

    def _operate(self, verb: str, calls: list[dict[str, Any]], now: datetime | None) -> Receipt:
        """Write operations to the journal, then fold them like everything else."""
        with self._writing:
            for arguments in calls:
                self._journal.record(verb, self.memory.name, at=now or datetime.now(UTC), arguments=arguments)
            return self.catch_up()

    def _cost(self, before: Receipt, outcome: Outcome) -> Receipt:
        deferred = self._journal.last - self._fold.cursor if outcome.unavailable else 0
        spent = self.language.receipt().since(before)
        if not deferred and not outcome.set_aside:
            return spent
        return spent.model_copy(update={"deferred": deferred, "set_aside": len(outcome.set_aside)})
