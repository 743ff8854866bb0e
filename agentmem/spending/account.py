"""Who pays for what memories ask of a model: budgets held before each call, and a ledger of what calls came to.

Each call is first held against the budgets at the most it can take, and then settled at what it took; so calls
at the same time cannot go past a cap together. What was spent is written to the store in the transaction of
what it led to, or else at the end of the operation.

A budget of the day is kept in the store: there each call is written before it is made, in one transaction with
the check. So several processes cannot go past it together, nor can one that dies: its calls stay counted at
the most they could take. That others call at this moment is known; for how long they have is not.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from decimal import Decimal
from typing import TypeVar

from agentmem.errors import BudgetExceeded, LanguageMisconfigured, StoreError
from agentmem.graph.contract import Store
from agentmem.language.contract import Language
from agentmem.language.paying.charged import ChargedLanguage
from agentmem.language.paying.charging import Charge, Estimate, Spent, charged_to
from agentmem.spending.budget import Amount, Budgets
from agentmem.spending.ledger import NOTHING, Count, Key, Ledger, spent_on
from agentmem.spending.session import Session, session_of
from agentmem.spending.spans import Hold, Lack, Span

K = TypeVar("K")
T = TypeVar("T")
PATIENCE_S = 600.0
"""How long a call waits for those under way to come to less than was held for them."""
log = logging.getLogger(__name__)


class Account:
    """The budgets and the ledger of one namespace, while one `AgentMemory` is open. May be used from many threads.

    Args:
        store: Where the namespace is, and what else is spent on the same day.
        namespace: Whose ledger is written.
        budget: What may be spent; by default anything. A session may be that of several accounts.
        clock: Gives the time that says which day it is.
        watch: Gives seconds that never go back.
    """

    def __init__(
        self,
        store: Store,
        namespace: str,
        budget: Budgets | Session | None = None,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        watch: Callable[[], float] = time.monotonic,
    ) -> None:
        self._session = session_of(budget)
        self.budgets = self._session.budgets
        self._store, self._graph = store, store.graph(namespace)
        self._ledger = Ledger(self._graph)
        self._clock, self._watch = clock, watch
        self._settled = self._session.settled
        self._rows: dict[Key, Count] = {}
        self._days: dict[tuple[str, str], Count] = {}

    @contextmanager
    def operation(self) -> Iterator[None]:
        """Begin the span of time that operation budgets are for; inside another one, go on with that."""
        if self._operation() is not None:
            yield
            return
        token = _operation.set((self, Span("operation", self.budgets.operation)))
        try:
            yield
        finally:
            _operation.reset(token)
            self.flush()

    @contextmanager
    def charging(self, who: str, language: Language) -> Iterator[tuple[Language, Charge]]:
        """Open a charge for a memory, or whoever else asks; give the language to ask, and the charge.

        Calls made through that language are paid here from whatever thread they come.
        """
        with charged_to(self.payer(who)) as charge:
            yield ChargedLanguage(language, charge), charge

    def payer(self, who: str) -> _Payer:
        """Return what pays for the calls of `who` in the operation that is going on, or in one of their own."""
        operation = self._operation() or Span("operation", self.budgets.operation)
        return _Payer(self, who, (operation, self._session.span))

    def transact(self, work: Callable[[], T]) -> T:
        """Do `work` as the graph does; what was spent so far is written with it, or not, as all the rest."""
        rows: dict[Key, Count] = {}
        days: dict[tuple[str, str], Count] = {}

        def with_what_was_spent() -> T:
            made = work()
            with self._settled:
                _add(rows, self._rows)
                _add(days, self._days)
                self._rows, self._days = {}, {}
            if rows or days:
                self._ledger.add(rows, days)
            return made

        try:
            return self._graph.transact(with_what_was_spent)
        except BaseException:
            with self._settled:
                _add(self._rows, rows)
                _add(self._days, days)
            raise

    def flush(self) -> None:
        """Write what was spent and is not written yet. What cannot be written now is kept, and logged."""
        if not (self._rows or self._days):
            return
        try:
            self.transact(lambda: None)
        except StoreError as error:
            log.warning("what models were paid is not in the ledger yet: %s", error)

    def hold(self, estimate: Estimate, spans: Sequence[Span]) -> Hold | None:
        """Hold a call against `spans` and the day; None where the rules are to answer.

        A call that fits if those under way take less than was held for them waits for them.

        Raises:
            BudgetExceeded: it may not be made.
            LanguageMisconfigured: money is capped, and the model has no price.
        """
        wanted = self._amount(estimate.model, _most(estimate))
        until = self._watch() + PATIENCE_S
        while True:
            seen = self._session.settlements
            day = str(self._clock().astimezone(UTC).date())
            hold = Hold(estimate, wanted, since=self._watch(), day=day, account=self)
            lack = self._try(hold, spans)
            if lack is None:
                return hold
            if lack.for_good or not self._session.wait(seen, seconds=until - hold.since):
                break
        if self.budgets.on_exceed == "rules":
            return None
        raise BudgetExceeded(f"task {estimate.task!r} was not asked: {lack.why}")

    def settle(self, hold: Hold, spent: Spent, *, who: str, spans: Sequence[Span]) -> None:
        """Take what a call came to in place of what was held for it."""
        count = Count(spent.calls, spent.failed, spent.read, spent.written, spent.milliseconds)
        key = Key(hold.day, who, spent.task, spent.prompt, spent.model)
        amount = self._amount(hold.estimate.model, count)
        with self._settled:
            _add(self._rows, {key: count})
            _add(self._days, {(hold.day, hold.estimate.model): count.minus(hold.kept)})
            self._let_go(hold, spans, amount)

    def _try(self, hold: Hold, spans: Sequence[Span]) -> Lack | None:
        """Hold a call if it fits; else return why it does not."""
        with self._settled:
            for span in spans:
                if lack := span.lack(hold):
                    return lack
            for span in spans:
                span.holds.append(hold)
        if not self.budgets.day.is_set:
            return None
        kept = False
        try:
            lack = self._keep_on_day(hold)
            kept = lack is None
        finally:
            if not kept:
                with self._settled:
                    self._let_go(hold, spans, Amount())
        return lack

    def _keep_on_day(self, hold: Hold) -> Lack | None:
        """Write a call to the store before it is made, if the day allows it; else return why it does not."""
        most = _most(hold.estimate)

        def keep() -> Lack | None:
            hold.kept = NOTHING
            lack = self._day(hold).lack(hold)
            if lack is None:
                self._ledger.add({}, {(hold.day, hold.estimate.model): most})
                hold.kept = most
            return lack

        try:
            with self._store.alone():  # nobody else holds anything, in any namespace, from the check to the commit
                return self.transact(keep)
        except BaseException:
            hold.kept = NOTHING
            raise

    def _day(self, hold: Hold) -> Span:
        """Return the day of `hold` as the store has it, with what is not written yet, and our calls under way."""
        models = spent_on(hold.day, [self._store.graph(name) for name in self._store.namespaces()])
        with self._settled:
            _add(models, {model: count for (day, model), count in self._days.items() if day == hold.day})
            ours = [one for one in self._session.span.holds if one.account is self]
            holds = [one for one in ours if one.day == hold.day and one.kept is not NOTHING]
        for one in holds:
            _add(models, {one.estimate.model: NOTHING.minus(one.kept)})
        used = sum((self._amount(model, count) for model, count in models.items()), Amount())
        return Span("day", self.budgets.day, used, holds)

    def _amount(self, model: str, count: Count) -> Amount:
        """Return what a count amounts to.

        Raises:
            LanguageMisconfigured: money is capped, and the model has no price.
        """
        money = self.budgets.prices.money(model, read=count.read, written=count.written)
        if money is None and self.budgets.caps_money and (count.read or count.written):
            raise LanguageMisconfigured(f"money is capped, and there is no price for {model!r}; add it to the prices")
        seconds = count.milliseconds / 1000
        return Amount(calls=count.calls, tokens=count.read + count.written, seconds=seconds, money=money or Decimal(0))

    def _let_go(self, hold: Hold, spans: Sequence[Span], amount: Amount) -> None:
        """End a hold, and wake who waits for it; called with the lock held."""
        for span in spans:
            span.holds.remove(hold)
            span.used += amount
        self._session.one_less()

    def _operation(self) -> Span | None:
        account, span = _operation.get()
        return span if account is self else None


class _Payer:
    """Pays for one memory in one operation."""

    def __init__(self, account: Account, who: str, spans: Sequence[Span]) -> None:
        self._account, self._who, self._spans = account, who, spans
        self._holds: dict[Estimate, list[Hold]] = {}

    def reserve(self, estimate: Estimate) -> bool:
        """Return whether the call may be made; raises as `Account.hold`."""
        hold = self._account.hold(estimate, self._spans)
        if hold is None:
            return False
        self._holds.setdefault(estimate, []).append(hold)
        return True

    def settle(self, estimate: Estimate, spent: Spent) -> None:
        """Take what the call came to in place of its estimate."""
        self._account.settle(self._holds[estimate].pop(0), spent, who=self._who, spans=self._spans)


_operation: ContextVar[tuple[Account | None, Span | None]] = ContextVar("agentmem_operation", default=(None, None))


def _most(estimate: Estimate) -> Count:
    return Count(1, 0, estimate.read, estimate.written)


def _add(to: dict[K, Count], more: Mapping[K, Count]) -> None:
    """Add counts by key; what comes to nothing is left out."""
    for key, count in more.items():
        total = to.pop(key, NOTHING).plus(count)
        if any(total):
            to[key] = total
