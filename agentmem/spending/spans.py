"""Spans of time with a budget: what was spent in one so far, and the calls that are under way."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from agentmem.language.paying.charging import Estimate
from agentmem.spending.budget import Amount, Budget
from agentmem.spending.ledger import NOTHING, Count

Name = Literal["operation", "session", "day"]
WORDS: dict[Name, str] = {
    "operation": "in this operation; raise operation.*, or go on with the next operation",
    "session": "in this session; raise the budget, or open the memory again",
    "day": "in this store on this day (UTC); raise day.*, or go on tomorrow",
}


@dataclass(eq=False)
class Hold:
    """A call under way.

    Attributes:
        estimate: What was asked for.
        amount: The most it can take.
        since: When it began, in seconds of the account's watch.
        day: The day it is counted to, UTC.
        account: Whose it is.
        kept: What was written to the store for it before it was made.
        thread: Who makes it.
    """

    estimate: Estimate
    amount: Amount
    since: float
    day: str
    account: object
    kept: Count = NOTHING
    thread: int = field(default_factory=threading.get_ident)


class Lack(NamedTuple):
    """Why a call may not be made; `for_good` unless it may once others turn out to take less than was held."""

    why: str
    for_good: bool


@dataclass
class Span:
    """What was spent, and what is under way, against a budget."""

    name: Name
    budget: Budget
    used: Amount = field(default_factory=Amount)
    holds: list[Hold] = field(default_factory=list)

    def lack(self, call: Hold) -> Lack | None:
        """Return why `call` may not be made now; None if it may."""
        if not self.budget.is_set:
            return None
        why = self.budget.lack(self.used + under_way(self.holds, call.since), call.amount)
        return Lack(f"{why} {WORDS[self.name]}", bool(self.budget.lack(self.used, call.amount))) if why else None


def under_way(holds: Iterable[Hold], moment: float) -> Amount:
    """Return what is to be reckoned with for calls under way: the most they can take, and their seconds so far."""
    return sum((hold.amount + Amount(seconds=moment - hold.since) for hold in holds), Amount())
