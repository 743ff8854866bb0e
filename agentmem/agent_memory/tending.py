"""What keeps a memory in shape: catching up, tidying, forgetting, undoing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from agentmem.agent_memory.opened import Opened
from agentmem.events import Recollection
from agentmem.fold import Fold
from agentmem.language.contract import Receipt
from agentmem.memory import Consolidates, Forgets, Reinforces
from agentmem.same_embedder import note


class Tends(Opened):
    """Operations on what is remembered: each is an entry of the journal, or derives it again."""

    def rebuild(self) -> Receipt:
        """Derive everything again from the journal; with the same rules, the same graph byte for byte.

        Raises:
            InvalidInput: a model would be asked, and the budget allows no call ever; nothing was changed.
            BudgetExceeded: if the budget says so; what is not derived yet waits.
        """
        if self.language.leaves:
            self._account.budgets.check_can_ask(self.language.name)
        with self._writing, self._operation():
            before = self.language.receipt()
            note(self.graph, self.language.embedder)
            outcome = self._feed.rebuild()
            receipt = self._cost(before, outcome)
        self._check_budget(outcome)
        return receipt

    def retry(self, *, now: datetime | None = None) -> Receipt:
        """Fold again what was set aside."""
        return self._operate("retry", lambda fold: [{"mark": mark.id} for mark in fold.set_aside()], now)

    def undo(self, event_id: str, *, now: datetime | None = None) -> Receipt:
        """Take back what an event changed in every memory. The event itself stays in the journal."""
        event = self._journal.event(event_id)
        return self._operate("undo", lambda fold: [{"position": one} for one in reversed(fold.folded_at(event))], now)

    def reinforce(self, used: Iterable[Recollection], *, now: datetime | None = None) -> Receipt:
        """Tell each memory what was used of what it recalled; one that does not care does nothing."""
        ids: dict[str, list[Any]] = {}
        for one in used:
            for memory, id_ in {one.memory: one.id, **one.also}.items():
                ids.setdefault(memory, []).append(id_)

        def of(fold: Fold) -> list[dict[str, Any]]:
            named = ids.get(fold.memory.name) if isinstance(fold.memory, Reinforces) else None
            return [{"used": named}] if named else []

        return self._operate("reinforce", of, now)

    def consolidate(self, *, now: datetime | None = None) -> Receipt:
        """Let the memories tidy up; one that has nothing to tidy does nothing."""
        return self._operate("consolidate", lambda fold: [{}] if isinstance(fold.memory, Consolidates) else [], now)

    def forget(self, *, now: datetime | None = None) -> Receipt:
        """Let the memories archive what has faded by `now`; one that never forgets does nothing."""
        return self._operate("forget", lambda fold: [{}] if isinstance(fold.memory, Forgets) else [], now)
