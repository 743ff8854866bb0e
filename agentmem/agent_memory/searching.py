"""Searching: what a memory recalls, and what it has not folded yet."""

from __future__ import annotations

from datetime import datetime

from agentmem.agent_memory.opened import Opened
from agentmem.agent_memory.past import Past
from agentmem.context import Context, render
from agentmem.errors import BudgetExceeded
from agentmem.events import Query, Recollection, Trust, new_query
from agentmem.recalling import believed, recalled, unfolded
from agentmem.same_embedder import is_noted
from agentmem.unfolded import in_journal, recall_events

MORE = 3
"""Times as many are asked for where some may not be believed."""


class Searches(Opened):
    """The verbs that recall."""

    def search(
        self,
        query: str | Query,
        *,
        limit: int = 10,
        now: datetime | None = None,
        as_of: int | None = None,
        min_score: float = 0.0,
        min_trust: Trust = "low",
    ) -> list[Recollection]:
        """Return what the memory recalls, pinned first, then best first; `min_score` keeps out what hardly fits.

        Events the memory has not folded yet, or could not, are searched by text and vector, and marked
        as such (`parts["unfolded"]`); so are all events where it needs a model to recall and that is
        out (`parts["unasked"]`). A dead model hides nothing. A memory opened with `stands_in=False` is not
        helped so: it answers by itself, or raises.

        Args:
            query: Words, or a whole `Query` (then the other arguments are not read).
            limit: At least 1.
            now: The world's time of the asking; now by default.
            as_of: Answer as if only the journal up to this position existed.
            min_score: In [0, 1]; leave out what scores lower.
            min_trust: Leave out what comes from an event that is believed less.

        Raises:
            InvalidInput: naming what is wrong with the query.
            WrongDimension: another process has made the vectors of this namespace anew; the cure is named.
            PluginError: the memory failed (of several: every one, or any if nothing stands in); the events are safe.
            LanguageUnavailable, BadAnswer: nothing stands in for a memory that asks a model when it recalls.
            BudgetExceeded: the memory asks a model when it recalls, and the budget says so.
        """
        if not isinstance(query, Query):
            query = new_query(query, limit=limit, now=now, as_of=as_of, min_score=min_score, min_trust=min_trust)
        query = self._host.before_recall(query)
        with self._operation(), self.graph.snapshot():
            is_noted(self.graph, self.language.embedder)
            found = self._believed(query)
        return self._shown.note(list(self._host.after_recall(query, found)))

    def context(
        self,
        query: str | Query,
        *,
        max_tokens: int = 1000,
        limit: int = 20,
        min_score: float = 0.0,
        min_trust: Trust = "low",
    ) -> Context:
        """Return what is recalled as a block for a prompt: quoted, fenced, with its sources; "" where nothing fits.

        It is data: put it where a model is told what it knows, such as the system message, never among what users say.
        Added again, it is cut out: what was recalled is no news.

        Args:
            query: Words, or a whole `Query`.
            max_tokens: The most tokens of the block, estimated.
            limit: The most recollections.
            min_score: In [0, 1]; leave out what scores lower.
            min_trust: Leave out what comes from an event that is believed less.

        Raises:
            Whatever `search` raises.
        """
        found = self.search(query, limit=limit, min_score=min_score, min_trust=min_trust)
        return render(found, max_tokens)

    def as_of(self, moment: int | datetime) -> Past:
        """Return this memory as it was: once a position of the journal was folded, or at a time.

        Raises:
            InvalidInput: the journal has not come that far, or the time is naive.
        """
        return Past(self.graph, moment, search=self.search)

    def _believed(self, query: Query) -> list[Recollection]:
        """Return what is found, and believed enough."""
        if self._journal.believes_all(query.min_trust):
            return self._found(query)
        found = self._found(query.model_copy(update={"limit": query.limit * MORE}))
        return believed(self.graph, found, query.min_trust)[: query.limit]

    def _found(self, query: Query) -> list[Recollection]:
        """Return what the memories recall, and what they cannot: none has folded it, or the language is out."""
        answers = recalled(self._feed.folds, query, leaves_out=self._stands_in)
        if isinstance(answers.out, BudgetExceeded) and self._account.budgets.on_exceed == "error":
            raise answers.out
        found = self.stack.fuse(answers.answers, query)
        if not self._stands_in:
            return found
        loose = unfolded(self.graph, self._feed.folds) if query.as_of is None else []
        if not loose and answers.out is None:
            return found
        with self._paying("journal") as language:
            found = recall_events(self.graph, query, language, events=loose, beside=found)
            if answers.out is not None:
                told = in_journal(self.graph, query, beside=found)
                found = recall_events(self.graph, query, language, events=told, beside=found, mark="unasked")
        return found
