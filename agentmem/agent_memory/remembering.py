"""Remembering: what is added is durable when the call returns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from agentmem.agent_memory.opened import Opened
from agentmem.agent_memory.values import Added
from agentmem.context import without_context
from agentmem.errors import InvalidInput
from agentmem.events import Event, Trust, new_event
from agentmem.fold import GROUP, Outcome
from agentmem.graph.moving.files import journal_in
from agentmem.journal import event_of as event_in
from agentmem.messages import Message, event_of, messages_of
from agentmem.remembered import source_of
from agentmem.same_embedder import note


class Remembers(Opened):
    """The verbs that write."""

    def add(  # noqa: PLR0913 - one parameter is one thing a message may not say itself
        self,
        message: Message | Iterable[Message],
        *,
        at: datetime | None = None,
        id: str | None = None,  # noqa: A002 - the word every peer uses
        role: str = "user",
        speaker: str | None = None,
        session: str | None = None,
        trust: Trust | None = None,
    ) -> Added:
        """Remember one message, or several; durable when this returns.

        Args:
            message: A text, `{"role": ..., "content": ...}`, a message of LangChain or OpenAI, or a list of them. What
                it says itself (who, when, its id) goes before the arguments below.
            at: The world's time, aware; now by default.
            id: Adding a known id again changes nothing; nor does one that was deleted come back.
            role: Who it is from.
            speaker: Their name.
            session: The conversation or game it belongs to; by default the one of the scope.
            trust: How far it is to be believed: "quarantined" (kept, and neither folded nor recalled), "low" (the
                default for what tools say), "normal" or "high".

        Raises:
            InvalidInput: with the cure; nothing was written.
            StoreUnavailable: nothing was acknowledged.
            BudgetExceeded: if the budget says so; what was added is durable, and waits.
        """
        messages = messages_of(message)
        if id is not None and len(messages) > 1:
            raise InvalidInput(f"one id is given for {len(messages)} messages; let each say its own")
        session = session or self.scope.session
        return self.add_many(
            [event_of(one, at=at, id=id, role=role, speaker=speaker, session=session, trust=trust) for one in messages]
        )

    def add_many(self, messages: Iterable[Message]) -> Added:
        """Remember events or messages in this order, each group of them in one transaction; raises as `add`."""
        waiting = [self._host.before_write(self._news(self._event(one))) for one in messages]
        fresh: list[Event] = []
        outcome = Outcome()
        with self._writing, self._operation():
            before = self.language.receipt()
            if self._leaves:  # else it is noted in the transaction that keeps the events
                note(self.graph, self.language.embedder)
            for group in _groups(waiting):
                new, done = self._feed.append(group) if group[0].corrects is None else self._feed.correct(group[0])
                fresh += new
                outcome.add(done)
            receipt = self._cost(before, outcome)
        for event in fresh:
            self._host.after_write(event, receipt)
        self._check_budget(outcome)
        return Added(events=tuple(fresh), receipt=receipt, set_aside=tuple(outcome.set_aside))

    def update(self, id: str, text: str, *, at: datetime | None = None) -> Added:  # noqa: A002
        """Correct what was said: a new event, in whose favour the old one no longer holds.

        What the memories made of the old one is taken back, and the new one is folded. The old one stays in history.

        Args:
            id: Of an event, or of what comes from a single one.
            text: What it should have said.
            at: When it was corrected; now by default.

        Raises:
            InvalidInput: nothing has this id, it comes from several events, or was corrected already; nothing was done.
        """
        old = self._journal.event(source_of(self.graph, id))
        fields = old.model_dump(include={"role", "speaker", "session", "action", "trust"})
        return self.add_many([new_event(text, at=at, corrects=old.id, **fields)])

    def import_(self, path: str | Path) -> Added:
        """Remember the events of an export of one namespace; those that are known, or were deleted, change nothing.

        They are folded here, by the memories that are open. To bring over what memories made of them as well, use
        `agentmem import` with an empty store.

        Raises:
            InvalidInput: the file is broken, cut off or edited, or holds several namespaces; nothing was changed.
        """
        return self.add_many(self._fitting(map(event_in, journal_in(Path(path)))))

    def _fitting(self, events: Iterable[Event]) -> Iterator[Event]:
        """Yield events; one that corrects what does not hold here, or never came, is an event like any other."""
        come: set[str] = set()
        for event in events:
            is_known = self._journal.knows(event)
            if not is_known and event.corrects is not None and not self._journal.holds(event.corrects, coming=come):
                event = event.model_copy(update={"corrects": None})  # noqa: PLW2901 - the same event, as it fits here
            come |= set() if is_known else {event.id}
            yield event

    def _event(self, message: Message) -> Event:
        return message if isinstance(message, Event) else event_of(message, session=self.scope.session)

    def _news(self, event: Event) -> Event:
        """Return an event without what was recalled: one that only repeats it is marked as an echo."""
        text = without_context(event.text)
        if text == event.text:
            is_echo = event.role in ("assistant", "tool") and self._shown.has(text)
            return event.model_copy(update={"echo": True}) if is_echo else event
        return event.model_copy(update={"text": text} if text.strip() else {"echo": True})


def _groups(events: Sequence[Event]) -> Iterator[Sequence[Event]]:
    """Yield events in groups; one that corrects another is a group by itself."""
    start = 0
    for number, event in enumerate(events):
        if event.corrects is not None:
            yield from (events[at : min(at + GROUP, number)] for at in range(start, number, GROUP))
            yield [event]
            start = number + 1
    yield from (events[at : at + GROUP] for at in range(start, len(events), GROUP))
