"""AgentMemory: what an application holds. A thin face; each verb is one call inwards."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from agentmem.errors import BudgetExceeded
from agentmem.events import Event, Query, Recollection, Role, Value, new_event, new_query
from agentmem.explain import Explanation, explain
from agentmem.feed import Feed
from agentmem.fold import GROUP, Fold, Outcome
from agentmem.graph.contract import Graph, Store
from agentmem.graph.moving.mark import check_whole
from agentmem.host import Host
from agentmem.journal import Journal
from agentmem.language.contract import Closes, Embedder, Language, OnFailure, Receipt, may_leave
from agentmem.memory import Consolidates, Forgets, Memory, Reinforces
from agentmem.recalling import recalled, unfolded
from agentmem.same_embedder import is_noted, note
from agentmem.spending.account import Account
from agentmem.spending.budget import Budget, Budgets
from agentmem.spending.session import Session, session_of
from agentmem.stack import Stack, open_stack
from agentmem.unfolded import in_journal, recall_events

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings
    from langchain_core.language_models import BaseChatModel


class Added(Value):
    """What a write did: the events that are new, durable from now on, what it cost, what was set aside."""

    events: tuple[Event, ...]
    receipt: Receipt
    set_aside: tuple[str, ...] = ()


class Standing(Value):
    """How one memory stands: how many entries it has folded, what it set aside and why, and what it waits for."""

    memory: str
    folded: int
    set_aside: dict[str, str]
    waits: str = ""


class Status(Value):
    """How a namespace stands: entries in the journal, and how far each memory has come."""

    namespace: str
    entries: int
    memories: tuple[Standing, ...]

    @property
    def folded(self) -> int:
        """Entries that every memory has folded."""
        return min(one.folded for one in self.memories)

    @property
    def set_aside(self) -> dict[str, str]:
        """Entries that any memory set aside, with the reason."""
        return {entry: reason for one in self.memories for entry, reason in one.set_aside.items()}


class AgentMemory:
    """One namespace of one store, remembered by one memory or by several.

    May be used from many threads; several processes may share one store file.

    Args:
        store: A path (`chat.db`), a URI, or an open store, which stays the caller's to close.
        namespace: Whose memory this is. Given once, here; no method takes one.
        memory: A memory, the name of one a plugin offers, or several: `"episodic+arigraph"`,
            a list, or a `Stack`. All are told everything; what they recall is fused.
        settings: Settings for memories given by name; of several as `{"arigraph.width": 6}`.
        language: Who answers the questions of memories: `rules`, which need no key and no network; `openai:MODEL`,
            with the key in OPENAI_API_KEY, or `openai:MODEL@BASE_URL`; `langchain:PROVIDER:MODEL`; `replay:FILE`; a
            chat model of LangChain; or an open language, which stays the caller's to close.
        embedder: What turns texts into vectors, or its name (`openai:text-embedding-3-small`), or `Embeddings` of
            LangChain; by default one that needs no key and no network. An open language has its own.
        host: Where plugins come from; by default all that are installed.
        budget: What may be spent on a model: `Budgets`, what is typed after `--budget`
            (`"calls=100,day.tokens=50000"`), or a plain `Budget`: all from opening to closing; or a `Session`
            (`agentmem.spending.session`) that several memories share. None: anything.
        on_failure: Where the model fails: "defer" lets the event wait, or sets it aside; "rules" lets the rules answer.

    Raises:
        UnknownName, UnknownSetting, InvalidInput: with the nearest name, and the cure.
        LanguageMisconfigured, MissingExtra: the model has no key, or no client; nobody was asked yet.
        StoreUnavailable, StoreRefused: the store cannot be used; nothing was changed.
    """

    def __init__(  # noqa: PLR0913 - one parameter is one thing an application chooses
        self,
        store: str | Path | Store,
        *,
        namespace: str = "default",
        memory: str | Memory | Stack | Sequence[str | Memory] = "episodic",
        settings: Mapping[str, Any] | None = None,
        language: str | Language | BaseChatModel = "rules",
        embedder: str | Embedder | Embeddings | None = None,
        host: Host | None = None,
        budget: Budget | Budgets | Session | str | None = None,
        on_failure: OnFailure = "defer",
    ) -> None:
        session = session_of(budget)
        self._host = Host() if host is None else host
        self.stack = open_stack(memory, settings, self._host)
        self.language = self._host.language(language, embedder, on_failure=on_failure)
        self._held: list[object] = [] if self.language is language else [self.language]
        if self._held and (embedder is None or isinstance(embedder, str)):
            self._held.append(self.language.embedder)
        self._leaves = may_leave(self.language)
        self._writing = threading.RLock()
        self._opened: Store | None = None
        if isinstance(store, str | Path):
            store = self._opened = self._host.store(str(store))
        try:
            self.graph: Graph = store.graph(namespace)
            self._account = Account(store, namespace, session)
            self._journal = Journal(self.graph)
            self._feed = Feed(self.graph, self.stack.memories, self.language, self._account)
            with self.graph.snapshot():
                check_whole(self.graph)
                is_noted(self.graph, self.language.embedder)
            self._catch_up()
        except Exception:
            self._close()
            raise

    def add(
        self,
        text: str,
        *,
        at: datetime | None = None,
        id: str | None = None,  # noqa: A002 - the word every peer uses
        role: Role = "user",
        speaker: str | None = None,
        session: str | None = None,
    ) -> Added:
        """Remember one thing; durable when this returns.

        Args:
            text: What was said or seen.
            at: The world's time, aware; now by default.
            id: Adding a known id again changes nothing.
            role: Who it is from.
            speaker: Their name.
            session: The conversation or game it belongs to; memories keep sessions apart where it matters.

        Raises:
            InvalidInput: with the cure; nothing was written.
            StoreUnavailable: nothing was acknowledged.
            BudgetExceeded: if the budget says so; what was added is durable, and waits.
        """
        return self.add_many([new_event(text, at=at, id=id, role=role, speaker=speaker, session=session)])

    def add_many(self, events: Iterable[Event]) -> Added:
        """Remember events in this order, each group of them in one transaction."""
        waiting = [self._host.before_write(event) for event in events]
        fresh: list[Event] = []
        outcome = Outcome()
        with self._writing, self._operation():
            before = self.language.receipt()
            if self._leaves:  # else it is noted in the transaction that keeps the events
                note(self.graph, self.language.embedder)
            for start in range(0, len(waiting), GROUP):
                new, done = self._feed.append(waiting[start : start + GROUP])
                fresh += new
                outcome.add(done)
            receipt = self._cost(before, outcome)
        for event in fresh:
            self._host.after_write(event, receipt)
        self._check_budget(outcome)
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

        Events the memory has not folded yet, or could not, are searched by text and vector, and marked
        as such (`parts["unfolded"]`); so are all events where it needs a model to recall and that is
        out (`parts["unasked"]`). A dead model hides nothing.

        Args:
            query: Words, or a whole `Query` (then the other arguments are not read).
            limit: At least 1.
            now: The world's time of the asking; now by default.
            as_of: Answer as if only the journal up to this position existed.
            min_score: In [0, 1]; leave out what scores lower.

        Raises:
            InvalidInput: naming what is wrong with the query.
            WrongDimension: another process has made the vectors of this namespace anew; the cure is named.
            PluginError: the memory failed (of several: every one); the events are safe.
            BudgetExceeded: the memory asks a model when it recalls, and the budget says so.
        """
        if not isinstance(query, Query):
            query = new_query(query, limit=limit, now=now, as_of=as_of, min_score=min_score)
        query = self._host.before_recall(query)
        with self._operation(), self.graph.snapshot():
            is_noted(self.graph, self.language.embedder)
            found = self._found(query)
        return list(self._host.after_recall(query, found))

    def why(self, id: str) -> Explanation:  # noqa: A002
        """Return where a recollection (or an event's derived nodes) came from, and its history.

        Raises:
            InvalidInput: nothing has this id here.
        """
        with self.graph.snapshot():
            return explain(self.graph, id)

    def status(self) -> Status:
        """Return how far each memory has come, and what it could not take in."""
        with self.graph.snapshot():
            standing = tuple(_standing(fold) for fold in self._feed.folds)
            return Status(namespace=self.graph.namespace, entries=self._journal.last, memories=standing)

    def catch_up(self) -> Receipt:
        """Fold what waits, after an outage or another process's writes; return what it cost.

        Raises:
            BudgetExceeded: if the budget says so; what waits is durable.
        """
        receipt, outcome = self._catch_up()
        self._check_budget(outcome)
        return receipt

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

    @contextmanager
    def charged(self, who: str) -> Iterator[Language]:
        """Give the language to somebody else, to be paid by the same budget and kept in the same ledger.

        All that is asked inside the `with` is one operation.

        Args:
            who: Named so in the ledger: `policy/ariadne`.
        """
        with self._operation(), self._paying(who) as language:
            yield language

    def close(self) -> None:
        """Write what is not in the ledger yet, and close what was opened here: store, language, embedder."""
        self._account.flush()
        self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _close(self) -> None:
        for held in self._held:
            if isinstance(held, Closes):
                held.close()
        if self._opened is not None:
            self._opened.close()

    def _found(self, query: Query) -> list[Recollection]:
        """Return what the memories recall, and what they cannot: none has folded it, or the language is out."""
        answers = recalled(self._feed.folds, query)
        if isinstance(answers.out, BudgetExceeded) and self._account.budgets.on_exceed == "error":
            raise answers.out
        found = self.stack.fuse(answers.answers, query)
        loose = unfolded(self.graph, self._feed.folds) if query.as_of is None else []
        if not loose and answers.out is None:
            return found
        with self._paying("journal") as language:
            found = recall_events(self.graph, query, language, events=loose, beside=found)
            if answers.out is not None:
                told = in_journal(self.graph, query, beside=found)
                found = recall_events(self.graph, query, language, events=told, beside=found, mark="unasked")
        return found

    @contextmanager
    def _paying(self, who: str) -> Iterator[Language]:
        """Give the language; what leaves is paid by the account."""
        if not self._leaves:
            yield self.language
            return
        with self._account.charging(who, self.language) as (language, _):
            yield language

    def _operation(self) -> AbstractContextManager[None]:
        """Begin what an operation's budget is for; with rules nothing is spent."""
        return self._account.operation() if self._leaves else nullcontext()

    def _catch_up(self) -> tuple[Receipt, Outcome]:
        """Fold what waits; an outage is in the outcome, and never raised."""
        with self._writing, self._operation():
            before = self.language.receipt()
            if self._feed.slowest < self._journal.last:
                note(self.graph, self.language.embedder)
            outcome = self._feed.catch_up()
            return self._cost(before, outcome), outcome

    def _check_budget(self, outcome: Outcome) -> None:
        """Raise what stopped the fold, if it was the budget and its owner wants to know."""
        stopped = outcome.unavailable
        if isinstance(stopped, BudgetExceeded) and self._account.budgets.on_exceed == "error":
            waiting = self._journal.last - self._feed.slowest
            raise BudgetExceeded(f"{stopped}; what was added is kept, and the last {waiting} entries wait") from stopped

    def _operate(self, verb: str, arguments: Callable[[Fold], list[dict[str, Any]]], now: datetime | None) -> Receipt:
        """Write operations to the journal, one for each of the `arguments` of each memory, then fold them."""
        at = now or datetime.now(UTC)
        with self._writing, self._operation():
            self.graph.transact(lambda: self._record(verb, arguments, at))  # all of them are asked, or none
            return self.catch_up()

    def _record(self, verb: str, arguments: Callable[[Fold], list[dict[str, Any]]], at: datetime) -> None:
        for fold in self._feed.folds:
            for given in arguments(fold):
                self._journal.record(verb, fold.memory.name, at=at, arguments=given)

    def _cost(self, before: Receipt, outcome: Outcome) -> Receipt:
        deferred = self._journal.last - self._feed.slowest if outcome.unavailable else 0
        spent = self.language.receipt().since(before)
        if not deferred and not outcome.set_aside:
            return spent
        return spent.model_copy(update={"deferred": deferred, "set_aside": len(outcome.set_aside)})


def _standing(fold: Fold) -> Standing:
    aside = {str(node.props["entry"]): str(node.props["reason"]) for node in fold.set_aside()}
    return Standing(memory=fold.memory.name, folded=fold.cursor, set_aside=aside, waits=fold.waits)
