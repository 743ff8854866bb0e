"""One journal, fed to the memories of a namespace: each has its own cursor, and none waits for another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from agentmem.errors import LanguageUnavailable
from agentmem.events import Event
from agentmem.fold import Fold, Outcome, Refused
from agentmem.graph.contract import Graph
from agentmem.journal import Journal
from agentmem.language.contract import Language, may_leave
from agentmem.memory import Memory
from agentmem.spending.account import Account


class Feed:
    """Appends events, and folds them into every memory.

    With rules an event and all that the memories derive from it are one transaction.
    """

    def __init__(self, graph: Graph, memories: Sequence[Memory], language: Language, account: Account) -> None:
        self._graph, self._leaves = graph, may_leave(language)
        self._journal = Journal(graph)
        self.folds = tuple(Fold(graph, memory, language, account) for memory in memories)

    def append(self, events: Sequence[Event]) -> tuple[list[Event], Outcome]:
        """Append events and fold them; return the new ones and what folding came to.

        With rules this is one transaction: all of it is durable, or none.
        """
        if self._leaves:
            return self._journal.append(events), self.catch_up()
        for fold in self.folds:
            fold.prepare(events)
        try:
            return self._append_together(events)
        except (Refused, LanguageUnavailable):
            return self._journal.append(events), self.catch_up()

    def correct(self, event: Event) -> tuple[list[Event], Outcome]:
        """Append an event that corrects another, and fold it; every memory takes back first what came of the other.

        Returns:
            The event, unless it is known; and what folding came to.

        Raises:
            InvalidInput: there is none, or it was corrected already. Nothing was changed.
        """

        def corrected() -> list[Event]:
            if self._journal.knows(event):
                return []
            old = self._journal.event(str(event.corrects))
            for fold in self.folds:
                for position in reversed(fold.folded_at(old)):
                    self._journal.record("undo", fold.memory.name, at=event.at, arguments={"position": position})
            fresh = self._journal.extend([event])
            for new in fresh:
                self._journal.correct(new)
            return fresh

        return self._graph.transact(corrected), self.catch_up()

    def catch_up(self) -> Outcome:
        """Fold everything the cursors have not passed yet, until done or the language is out."""
        return _all_of(fold.catch_up() for fold in self.folds)

    def rebuild(self) -> Outcome:
        """Throw away what the memories derived and fold the journal again, from the start."""
        return _all_of(fold.rebuild() for fold in self.folds)

    @property
    def slowest(self) -> int:
        """The position up to which every memory has come."""
        return min(fold.cursor for fold in self.folds)

    def _append_together(self, events: Sequence[Event]) -> tuple[list[Event], Outcome]:
        fresh, outcome, behind = self._graph.transact(lambda: self._appended(events))
        for fold in behind:
            outcome.add(fold.catch_up())
        return fresh, outcome

    def _appended(self, events: Sequence[Event]) -> tuple[list[Event], Outcome, list[Fold]]:
        outcome = Outcome()
        last = self._journal.last
        fresh = self._journal.extend(events)
        return fresh, outcome, [fold for fold in self.folds if not fold.take(fresh, outcome, after=last)]


def _all_of(outcomes: Iterable[Outcome]) -> Outcome:
    whole = Outcome()
    for outcome in outcomes:
        whole.add(outcome)
    return whole
