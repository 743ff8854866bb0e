"""Folding the journal into a memory: the one place where memories are called to write.

A fold keeps a cursor in the store. With rules, an event and all that is derived
from it are one transaction. With a model, the event is durable first, the model
is asked outside any transaction, and what follows from it is committed together
with the cursor, compared and swapped: two processes cannot fold an event twice.
What a model is asked is paid by the account, and kept in its ledger with what it led to.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, TypeVar

from agentmem.aside import Aside, position_of
from agentmem.asked import asked
from agentmem.commit import commit
from agentmem.errors import (
    AgentmemError,
    CursorMoved,
    InvalidInput,
    LanguageError,
    LanguageUnavailable,
    PluginError,
    StoreUnavailable,
    UnrecordedCall,
)
from agentmem.events import Event, Query, Recollection
from agentmem.fault import fault_of, in_words
from agentmem.graph.changes import AddNode, Changes, ReviseNode
from agentmem.graph.contract import Graph, Node, Where
from agentmem.graph.view import MemoryGraph
from agentmem.journal import Journal, Operation
from agentmem.language.contract import Language, may_leave
from agentmem.memory import Consolidates, Forgets, Memory, Prepares, Reinforces
from agentmem.same_embedder import note
from agentmem.spending.account import Account
from agentmem.undo import undo
from agentmem.vectors import has_unit_length, shape_of

GROUP = 256
"""Entries folded in one transaction when many wait."""
AHEAD = 32
"""Entries a model is asked about ahead. The answers would be paid for nothing if it, or the budget, is out by then."""
Made = TypeVar("Made")
log = logging.getLogger(__name__)


@dataclass
class Outcome:
    """What folding came to: entries folded, ids of events set aside, and what the language was out with."""

    folded: int = 0
    set_aside: list[str] = field(default_factory=list)
    unavailable: LanguageUnavailable | None = None

    def add(self, more: Outcome) -> None:
        """Add what more folding came to."""
        self.folded += more.folded
        self.set_aside += [name for name in more.set_aside if name not in self.set_aside]
        self.unavailable = more.unavailable or self.unavailable


class Proposal(NamedTuple):
    """What a memory proposed for one entry, if anything, and who said so; or why it could not."""

    changes: Changes | None = None
    by: str = ""
    fault: str = ""


class Fold:
    """One memory, fed from one journal.

    Attributes:
        waits: Why the fold stopped when it was last at work; "" if it did not.
    """

    waits = ""

    def __init__(self, graph: Graph, memory: Memory, language: Language, account: Account) -> None:
        self._graph, self._memory, self._language, self._account = graph, memory, language, account
        self._leaves = may_leave(language)
        self._prepares = memory if isinstance(memory, Prepares) else None
        self._journal = Journal(graph)
        self._counter = f"cursor/{memory.name}"
        self._aside = Aside(graph, memory.name)

    @property
    def memory(self) -> Memory:
        """The memory that is fed."""
        return self._memory

    @property
    def cursor(self) -> int:
        """The position of the last entry folded."""
        return self._graph.counter(self._counter)

    def view(self, *, as_of: int | None = None) -> MemoryGraph:
        """Return what the memory sees: the graph as folded so far, or as it was once `as_of` was folded."""
        return MemoryGraph(self._graph, self._memory.name, self.cursor, as_of)

    def prepare(self, events: Sequence[Event]) -> None:
        """Let the memory ask ahead.

        What the language fails at, it fails at again in `write`, where it is dealt with; a fault of the memory's own
        costs the time that was to be saved, and is told.
        """
        if self._prepares is None:
            return
        prepare, new = self._prepares.prepare, [event for event in events if event.is_news]
        try:
            self._asked(lambda language: asked(self._memory.name, "prepare", lambda: prepare(new, language)))
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything
            level = logging.DEBUG if isinstance(error, LanguageError) else logging.WARNING
            log.log(level, "memory %r could not prepare: %s", self._memory.name, type(error).__name__)

    def take(self, fresh: Sequence[Event], outcome: Outcome, *, after: int) -> bool:
        """Fold events just appended behind the entry `after`, inside the batch that appends them.

        Returns:
            False, and nothing is folded, where this memory has not come as far as `after`.

        Raises:
            Refused, LanguageUnavailable: the batch must be undone.
        """
        self._note_embedder()
        if self.cursor < after:
            return False
        for event in fresh:
            self._fold(event, outcome)
        if fresh:
            self._graph.advance(self._counter, expected=after, value=fresh[-1].position)
        return True

    def recall(self, query: Query) -> list[Recollection]:
        """Return what the memory recalls; raises whatever it raises."""
        view = self.view(as_of=query.as_of)
        memory, name = self._memory, self._memory.name
        return self._asked(lambda language: asked(name, "recall", lambda: memory.recall(query, view, language)))[0]

    def catch_up(self) -> Outcome:
        """Fold everything the cursor has not passed yet, until done or the language is out."""
        outcome = Outcome()
        most = 1 if self.waits else GROUP  # what stopped it may stop it again: one entry finds out, others are not paid
        self.waits = ""
        while waiting := self._journal.after(cursor := self.cursor, limit=most):
            before = outcome.folded
            try:
                self._fold_group(waiting, outcome, cursor=cursor)
            except LanguageUnavailable as error:
                outcome.unavailable = error
                self.waits = str(error)
                break
            except CursorMoved:
                outcome.folded = before  # another process was faster: read again
            most = GROUP
        return outcome

    def rebuild(self) -> Outcome:
        """Throw away what the memory derived and fold the journal again, from the start."""
        with self._graph.batch():
            for memory in (self._memory.name, self._aside.memory):
                derived = self._graph.scan(Where(memory=memory, retired=True))
                self._graph.delete([node.id for node in derived])
            self._graph.advance(self._counter, expected=self.cursor, value=0)
        return self.catch_up()

    def set_aside(self) -> list[Node]:
        """Return the marks of what could not be folded, oldest first."""
        return self._aside.listed()

    def folded_at(self, event: Event) -> list[int]:
        """Return the positions at which an event was folded: its own, and that of a retry that took it in."""
        return [event.position, *self._aside.retried_at(event)]

    def _fold_group(self, entries: Sequence[Event | Operation], outcome: Outcome, *, cursor: int) -> None:
        """Fold `entries`: in one transaction with rules, one by one with a model or after a refusal."""
        if not self._leaves and self._fold_together(entries, outcome, cursor=cursor):
            return
        for start in range(0, len(entries), AHEAD):
            some = entries[start : start + AHEAD]
            self.prepare([entry for entry in some if isinstance(entry, Event)])
            for entry in some:
                self._fold_alone(entry, outcome, cursor=cursor)
                cursor = entry.position

    def _fold_together(self, entries: Sequence[Event | Operation], outcome: Outcome, *, cursor: int) -> bool:
        """Fold `entries` in one transaction; False where the store refused what one of them proposed."""
        self.prepare([entry for entry in entries if isinstance(entry, Event)])

        def folded() -> Outcome:
            kept = Outcome()
            self._note_embedder()
            for entry in entries:
                self._fold(entry, kept)
            self._graph.advance(self._counter, expected=cursor, value=entries[-1].position)
            return kept

        try:
            outcome.add(self._graph.transact(folded))
        except Refused:
            return False
        return True

    def _fold_alone(self, entry: Event | Operation, outcome: Outcome, *, cursor: int) -> None:
        """Ask outside the transaction, then commit with the cursor, and with what was paid for the asking."""
        proposal = self._propose(entry)

        def settled() -> Outcome:
            kept = Outcome()
            self._graph.advance(self._counter, expected=cursor, value=entry.position)
            self._note_embedder()
            self._settle(entry, proposal, kept)
            return kept

        def refused(reason: str) -> Outcome:
            self._graph.advance(self._counter, expected=cursor, value=entry.position)
            return Outcome(set_aside=[self._aside.put(entry, reason)])

        try:
            outcome.add(self._account.transact(settled))
        except Refused as error:
            reason = str(error)
            outcome.add(self._account.transact(lambda: refused(reason)))

    def _note_embedder(self) -> None:
        """Refuse vectors of two embedders: within the transaction, for another process may just have made all anew."""
        note(self._graph, self._language.embedder)

    def _fold(self, entry: Event | Operation, outcome: Outcome) -> None:
        self._settle(entry, self._propose(entry), outcome)

    def _propose(self, entry: Event | Operation) -> Proposal:
        """Ask the memory; return its proposal, or why there is none.

        Whatever a plugin raises is its fault and sets the entry aside, except an
        outage of the language or the store, which stops the fold, and what a replay
        never heard, after which it would be none.
        """
        view = MemoryGraph(self._graph, self._memory.name, entry.position)
        try:
            return Proposal(*self._asked(lambda language: self._derive(entry, view, language)))
        except (LanguageUnavailable, UnrecordedCall, StoreUnavailable, CursorMoved):
            raise
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything; the event stays and the fault is listed
            log.warning("memory %r set entry %d aside: %s", self._memory.name, entry.position, type(error).__name__)
            return Proposal(fault=fault_of(error))

    def _asked(self, work: Callable[[Language], Made]) -> tuple[Made, str]:
        """Let the memory work with the language, at the cost of the account; return what it made, and who said so."""
        if not self._leaves:
            return work(self._language), self._language.name
        with self._account.charging(self._memory.name, self._language) as (language, charge):
            return work(language), charge.by(language.name)

    def _derive(self, entry: Event | Operation, view: MemoryGraph, language: Language) -> Changes | None:
        if isinstance(entry, Event):
            return self._written(entry, view, language) if entry.is_news else None
        return self._operate(entry, view, language) if entry.memory == self._memory.name else None

    def _settle(self, entry: Event | Operation, proposal: Proposal, outcome: Outcome) -> None:
        if proposal.fault:
            outcome.set_aside.append(self._aside.put(entry, proposal.fault))
        else:
            self._aside.settle(entry)
        if isinstance(entry, Operation) and entry.verb == "undo" and entry.memory == self._memory.name:
            undo(self._graph, self._memory.name, position=entry.position)
        if proposal.changes is not None:
            try:
                self._check_origin(proposal.changes, entry)
                commit(self._graph, proposal.changes, cause=_cause(entry), at=entry.at, by=proposal.by)
            except (StoreUnavailable, CursorMoved):
                raise
            except Exception as error:  # a proposal may be malformed in any way
                raise Refused(in_words(error)) from error
        outcome.folded += 1

    def _check_origin(self, proposal: Changes, entry: Event | Operation) -> None:
        """Refuse a proposal made out in another memory's name, or with vectors no question can be held against."""
        if (proposal.memory, proposal.position) != (self._memory.name, entry.position):
            raise PluginError(f"changes for {proposal.memory!r} at {proposal.position}; use graph.changes()")
        self._check_vectors(proposal)

    def _check_vectors(self, proposal: Changes) -> None:
        """Refuse a vector of another shape than the embedder's, or another length: no question compares with it."""
        wanted = (self._language.embedder.dim,)
        for one in proposal:
            if not isinstance(one, AddNode | ReviseNode) or one.vector is None:
                continue
            said = ""
            if any(wanted) and shape_of(one.vector) != wanted:
                said = f"a vector of shape {shape_of(one.vector)} for {one.id!r}, where the embedder gives {wanted}"
            elif not has_unit_length(one.vector):
                said = f"a vector for {one.id!r} whose length is not 1"
            if said:
                raise PluginError(f"{said}; pass one row of what language.embed(texts) returned")

    def _operate(self, operation: Operation, view: MemoryGraph, language: Language) -> Changes | None:
        """Repeat an operation on the memory, as the journal has it."""
        verbs: dict[str, Callable[[], Changes | None]] = {
            "reinforce": lambda: self._reinforce(operation, view),
            "consolidate": lambda: self._consolidate(operation.at, view, language),
            "forget": lambda: self._forget(operation.at, view),
            "retry": lambda: self._retry(operation, view, language),
            "undo": lambda: None,
        }
        if operation.verb not in verbs:
            raise InvalidInput(f"the journal asks for {operation.verb!r}: written by a newer agentmem; upgrade it")
        return asked(self._memory.name, operation.verb, verbs[operation.verb])

    def _reinforce(self, operation: Operation, view: MemoryGraph) -> Changes | None:
        used = operation.arguments["used"]
        assert isinstance(used, list)
        if not isinstance(memory := self._memory, Reinforces):
            return None
        return _proposed("reinforce", memory.reinforce([str(one) for one in used], view, operation.at))

    def _consolidate(self, now: datetime, view: MemoryGraph, language: Language) -> Changes | None:
        if not isinstance(memory := self._memory, Consolidates):
            return None
        return _proposed("consolidate", memory.consolidate(view, language, now))

    def _forget(self, now: datetime, view: MemoryGraph) -> Changes | None:
        return _proposed("forget", memory.forget(view, now)) if isinstance(memory := self._memory, Forgets) else None

    def _retry(self, operation: Operation, view: MemoryGraph, language: Language) -> Changes | None:
        """Fold again what was set aside, at the position of the retry; nothing if it is not any more."""
        mark = self._aside.find(str(operation.arguments["mark"]))
        entry = self._journal.at(position_of(mark)) if mark else None
        if isinstance(entry, Event):
            return self._written(entry, view, language)
        return self._operate(entry, view, language) if entry else None

    def _written(self, event: Event, view: MemoryGraph, language: Language) -> Changes:
        """Return what the memory proposes for an event."""
        return _proposed("write", asked(self._memory.name, "write", lambda: self._memory.write(event, view, language)))


class Refused(AgentmemError):
    """The store or the check refused a proposal; the transaction around it must be undone."""


def _proposed(verb: str, proposal: Changes) -> Changes:
    """Return what a memory proposes; what it returns instead is refused, nothing included."""
    if not isinstance(proposal, Changes):
        raise PluginError(f"`{verb}` returned a {type(proposal).__name__}; return what graph.changes() gave")
    return proposal


def _cause(entry: Event | Operation) -> str:
    return entry.node if isinstance(entry, Event) else f"operation/{entry.position}"
