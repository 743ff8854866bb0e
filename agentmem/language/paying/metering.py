"""Paying for calls: each is asked of the payer before it is made, and settled after, whatever came of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from time import perf_counter

from agentmem.errors import LeftToRules
from agentmem.language.paying.charging import Estimate, Payer, Spent, charge_now, charged_to

BYTES_PER_TOKEN = 4
"""Of English text in UTF-8, with the tokenizers of today; other scripts take more bytes, and more tokens."""
MOST_TOKENS = 10**9
"""Of one call: more than any model reads or writes."""


def tokens_in(text: str) -> int:
    """Return about how many tokens a text has; no tokenizer is asked, since theirs are downloaded.

    >>> tokens_in("it rains")
    2
    """
    return -(-len(text.encode("utf-8", "replace")) // BYTES_PER_TOKEN)


def tokens_told(told: int | None, *, guess: int) -> int:
    """Return the tokens that a provider counted; the guess where it tells none, or what is no count.

    A bill below 0 would give back what others have spent.
    """
    return told if told is not None and 0 < told <= MOST_TOKENS else guess


class Bill:
    """What one call came to: nothing, and it failed, until whoever makes the call says otherwise."""

    read = written = 0
    is_usable = False


@contextmanager
def paid(estimate: Estimate) -> Iterator[Bill]:
    """Ask the payer for one call, let it be made, and settle.

    A call that brought no reply takes no tokens: providers do not charge for what they could not do.

    Raises:
        BudgetExceeded: the call may not be made.
        LeftToRules: nor may it, and the rules shall answer.
    """
    charge = charge_now()
    payer = charge.payer if charge else None
    if payer is not None and not payer.reserve(estimate):
        raise LeftToRules(f"the budget leaves task {estimate.task!r} to the rules; they are not at hand")
    bill, started = Bill(), perf_counter()
    try:
        yield bill
    finally:
        if payer is not None:
            spent = Spent(
                task=estimate.task,
                prompt=estimate.prompt,
                model=estimate.model,
                failed=int(not bill.is_usable),
                read=bill.read,
                written=bill.written,
                milliseconds=(perf_counter() - started) * 1000,
            )
            payer.settle(estimate, spent)


class Meter:
    """A payer that counts what another allows; without another, everything is allowed."""

    def __init__(self, payer: Payer | None) -> None:
        self._payer = payer
        self._lock = Lock()
        self.calls = self.read = self.written = 0

    @property
    def tokens(self) -> int:
        """Tokens read and written."""
        return self.read + self.written

    def reserve(self, estimate: Estimate) -> bool:
        """Ask the other."""
        return self._payer is None or self._payer.reserve(estimate)

    def settle(self, estimate: Estimate, spent: Spent) -> None:
        """Count, and tell the other."""
        with self._lock:
            self.calls += spent.calls
            self.read += spent.read
            self.written += spent.written
        if self._payer is not None:
            self._payer.settle(estimate, spent)


@contextmanager
def metered(*, ahead: bool = False) -> Iterator[Meter]:
    """Count the calls made inside, or made `ahead` of being asked; whoever pays outside still pays."""
    charge = charge_now()
    meter = Meter(charge.payer if charge else None)
    with charged_to(meter) as inside:
        inside.ahead = ahead
        yield meter
