"""What an application has opened: one namespace, its memories, their language, and who pays."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from agentmem.agent_memory.shown import Shown
from agentmem.errors import BudgetExceeded
from agentmem.feed import Feed
from agentmem.fold import Fold, Outcome
from agentmem.graph.contract import Graph, Store
from agentmem.graph.moving.mark import check_whole
from agentmem.host import Host
from agentmem.journal import Journal, check_has_no_items
from agentmem.language.contract import Closes, Embedder, Language, OnFailure, Receipt, may_leave
from agentmem.memory import Memory
from agentmem.same_embedder import is_noted, note
from agentmem.scope import Scope, namespace_of, scope_of
from agentmem.spending.account import Account
from agentmem.spending.budget import Budget, Budgets
from agentmem.spending.session import Session, session_of
from agentmem.stack import Stack, open_stack

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings
    from langchain_core.language_models import BaseChatModel


class Opened:
    """One namespace of one store, open. `AgentMemory` is this, with its verbs."""

    def __init__(  # noqa: PLR0913 - one parameter is one thing an application chooses
        self,
        store: str | Path | Store,
        *,
        app: str | None = None,
        user: str | None = None,
        session: str | None = None,
        namespace: str | None = None,
        memory: str | Memory | Stack | Sequence[str | Memory] = "episodic",
        settings: Mapping[str, Any] | None = None,
        language: str | Language | BaseChatModel = "rules",
        embedder: str | Embedder | Embeddings | None = None,
        host: Host | None = None,
        budget: Budget | Budgets | Session | str | None = None,
        on_failure: OnFailure = "defer",
        stands_in: bool = True,
    ) -> None:
        self.scope: Scope = scope_of(app, user, session)
        name, paying = namespace_of(self.scope, namespace), session_of(budget)
        self._host = Host() if host is None else host
        self.stack = open_stack(memory, settings, self._host)
        self.language = self._host.language(language, embedder, on_failure=on_failure)
        self._held: list[object] = [] if self.language is language else [self.language]
        if self._held and (embedder is None or isinstance(embedder, str)):
            self._held.append(self.language.embedder)
        self._leaves = may_leave(self.language)
        self._stands_in = stands_in
        self._process, self._lock = os.getpid(), threading.RLock()
        self._shown = Shown()
        self._opened: Store | None = None
        if isinstance(store, str | Path):
            store = self._opened = self._host.store(str(store))
        try:
            self._open(store, name, paying)
        except Exception:
            self._close()
            raise

    @contextmanager
    def charged(self, who: str) -> Iterator[Language]:
        """Give the language to somebody else, to be paid by the same budget and kept in the same ledger.

        All that is asked inside the `with` is one operation.

        Args:
            who: Named so in the ledger: `policy/ariadne`.
        """
        with self._operation(), self._paying(who) as language:
            yield language

    def catch_up(self) -> Receipt:
        """Fold what waits, after an outage or another process's writes; return what it cost.

        Raises:
            BudgetExceeded: if the budget says so; what waits is durable.
        """
        receipt, outcome = self._catch_up()
        self._check_budget(outcome)
        return receipt

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

    def _open(self, store: Store, namespace: str, paying: Session) -> None:
        """Open the namespace, and fold what waits there."""
        self.store: Store = store
        self.graph: Graph = store.graph(namespace)
        self._account = Account(store, namespace, paying)
        self._journal = Journal(self.graph)
        self._feed = Feed(self.graph, self.stack.memories, self.language, self._account)
        with self.graph.snapshot():
            check_whole(self.graph)
            check_has_no_items(self.graph)
            is_noted(self.graph, self.language.embedder)
        self._catch_up()

    def _close(self) -> None:
        for held in self._held:
            if isinstance(held, Closes):
                held.close()
        if self._opened is not None:
            self._opened.close()

    @contextmanager
    def _paying(self, who: str) -> Iterator[Language]:
        """Give the language; what leaves is paid by the account."""
        if not self._leaves:
            yield self.language
            return
        with self._account.charging(who, self.language) as (language, _):
            yield language

    @property
    def _writing(self) -> threading.RLock:
        """Held by the thread that writes; a new one in a child, where the thread that held it is not."""
        if self._process != os.getpid():
            self._process, self._lock = os.getpid(), threading.RLock()
        return self._lock

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
