"""How much may be spent on models: caps on calls, tokens, seconds and money, each for three spans of time."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any, Literal, get_args

from agentmem.errors import InvalidInput
from agentmem.spending.prices import Prices

OnExceed = Literal["defer", "rules", "error"]
SPANS = ("operation", "session", "day")
MOST = 10**15
"""The largest cap: beyond it there might as well be none."""


@dataclass(frozen=True, kw_only=True)
class Amount:
    """What was spent, or may be: calls, tokens read and written, seconds in calls, money."""

    calls: int = 0
    tokens: int = 0
    seconds: float = 0.0
    money: Decimal = Decimal(0)

    def __add__(self, other: Amount) -> Amount:
        """Return both together."""
        return Amount(
            calls=self.calls + other.calls,
            tokens=self.tokens + other.tokens,
            seconds=self.seconds + other.seconds,
            money=self.money + other.money,
        )


@dataclass(frozen=True, kw_only=True)
class Budget:
    """Caps for one span of time. None: no cap. 0: no call at all.

    Calls, tokens and money are never gone past where an estimate is the most a call can take. Seconds
    are known when a call is over: none begins once they are used up, one that has begun is not cut off.

    Attributes:
        calls: Calls that leave for a model, repairs and failures among them.
        tokens: Tokens read and written, together.
        seconds: Wall time spent in calls; of two at once, both count.
        money: In the currency of the prices.

    Raises:
        InvalidInput: a cap is negative, too large, or not a number.
    """

    calls: int | None = None
    tokens: int | None = None
    seconds: float | None = None
    money: Decimal | float | str | None = None

    def __post_init__(self) -> None:
        for name in CAPS:
            if (value := getattr(self, name)) is not None:
                object.__setattr__(self, name, _cap(name, value))

    def lack(self, used: Amount, wanted: Amount) -> str:
        """Return, in words, which cap forbids `wanted` on top of `used`; "" where none does.

        >>> Budget(calls=2).lack(Amount(calls=1), Amount(calls=1))
        ''
        >>> Budget(calls=2, tokens=900).lack(Amount(calls=1, tokens=500), Amount(calls=1, tokens=600))
        'of 900 tokens 500 are spent or under way, and the call may take 600'
        """
        for name in CAPS:
            cap, so_far, more = getattr(self, name), getattr(used, name), getattr(wanted, name)
            if cap is None:
                continue
            if cap == 0:
                return f"0 {name} allow no call"
            if so_far >= cap or so_far + more > cap:
                may = f", and the call may take {_told(more)}" if more and name != "calls" else ""
                return f"of {_told(cap)} {name} {_told(so_far)} are spent or under way{may}"
        return ""

    @property
    def is_set(self) -> bool:
        """Whether anything is capped."""
        return any(getattr(self, name) is not None for name in CAPS)

    @property
    def allows_no_call(self) -> bool:
        """Whether a cap is 0."""
        return any(getattr(self, name) == 0 for name in CAPS)


CAPS = tuple(one.name for one in fields(Budget))


@dataclass(frozen=True, kw_only=True)
class Budgets:
    """What may be spent, and what happens to a call that may not be made.

    Attributes:
        operation: Caps for one verb of an `AgentMemory` (an `add`, a `search`), or one decision of a policy.
        session: Caps from opening an `AgentMemory` to closing it.
        day: Caps for a calendar day (UTC) of a store: all its namespaces and processes together.
        on_exceed: "defer": the event waits, as in an outage. "rules": the rules answer, and what they
            say is marked as theirs. "error": it waits, and the verb raises `BudgetExceeded` at its end.
        prices: What the models cost; needed where money is capped.

    Raises:
        InvalidInput: money is capped and there is no price, or `on_exceed` is another word.
    """

    operation: Budget = Budget()
    session: Budget = Budget()
    day: Budget = Budget()
    on_exceed: OnExceed = "defer"
    prices: Prices = field(default_factory=Prices)

    def __post_init__(self) -> None:
        if self.on_exceed not in get_args(OnExceed):
            words = ", ".join(get_args(OnExceed))
            raise InvalidInput(f"on_exceed is {self.on_exceed!r}; it is one of: {words}")
        if self.caps_money and not self.prices:
            raise InvalidInput(
                "money is capped, but no price is known; give what a million tokens read and written cost: "
                "prices=Prices({'openai:gpt-4o-mini': (0.15, 0.60)}), or prices=FILE behind --budget (.json, .toml)"
            )

    @property
    def caps_money(self) -> bool:
        """Whether any span has a cap on money."""
        return any(span.money is not None for span in self._spans)

    @property
    def _spans(self) -> tuple[Budget, ...]:
        return self.operation, self.session, self.day

    def check_can_ask(self, model: str) -> None:
        """Check, before anything is done that is no use without `model`, that it may ever be called.

        Raises:
            InvalidInput: a cap is 0, and the rules are not to answer either; or money is capped, and it has no price.
        """
        if any(span.allows_no_call for span in self._spans) and self.on_exceed != "rules":
            raise InvalidInput(f"a budget of 0 allows no call to {model}; raise it, or take --language rules")
        if self.caps_money and self.prices.money(model, read=0, written=0) is None:
            raise InvalidInput(
                f"money is capped, and {model} has no price; add it to the prices, or cap tokens instead"
            )


def budgets_from(text: str) -> Budgets:
    """Return the budgets a user typed: `calls=100,day.money=0.50,prices=prices.toml,on_exceed=rules`.

    A cap without a span is for the session: for a command, its whole run.

    Raises:
        InvalidInput: in one sentence, naming the word that is wrong.

    >>> budgets_from("calls=100, operation.tokens=20000, on_exceed=rules").session
    Budget(calls=100, tokens=None, seconds=None, money=None)
    >>> budgets_from("calls=-1")
    Traceback (most recent call last):
    agentmem.errors.InvalidInput: a budget of -1 calls cannot be held; give a number from 0 (no call at all) up
    """
    caps: dict[str, dict[str, Any]] = {span: {} for span in SPANS}
    others: dict[str, str] = {}
    for part in (part.strip() for part in text.split(",")):
        key, sign, value = (word.strip() for word in part.partition("="))
        if not (sign and key and value):
            raise InvalidInput(f"--budget is given {part!r}; write what it caps: calls=100 or day.money=0.50")
        span, _, name = key.rpartition(".")
        taken = others if key in ("on_exceed", "prices") else caps.get(span or "session", {})
        if taken is not others and (name not in CAPS or (span and span not in SPANS)):
            raise _unknown(key)
        if name in taken:
            raise InvalidInput(f"--budget gives {key!r} twice; give it once")
        taken[name] = value
    prices = Prices.from_file(others["prices"]) if "prices" in others else Prices()
    spans = {span: Budget(**given) for span, given in caps.items()}
    return Budgets(**spans, prices=prices, on_exceed=others.get("on_exceed", "defer"))  # type: ignore[arg-type]


def budgets_of(given: object) -> Budgets:
    """Return budgets however they were given: a plain `Budget` is for the session, None caps nothing.

    Raises:
        InvalidInput: they are given as something else, or make no sense.
    """
    if isinstance(given, str):
        return budgets_from(given)
    if isinstance(given, Budget):
        return Budgets(session=given)
    if given is None or isinstance(given, Budgets):
        return Budgets() if given is None else given
    raise InvalidInput(f"the budget is given as {given!r}; write Budget(calls=100), Budgets(day=...), or 'calls=100'")


def _cap(name: str, value: object) -> int | float | Decimal:
    """Return a cap as the number it is, checked."""
    whole = name in ("calls", "tokens")
    try:
        cap = Decimal(str(value))
    except (InvalidOperation, ValueError):  # ValueError: an int of thousands of digits
        cap = Decimal("nan")
    if not cap.is_finite() or isinstance(value, bool) or (whole and cap != int(cap)):
        kind = "a whole number" if whole else "a number"
        raise InvalidInput(f"a budget of {value!r} {name} cannot be held; give {kind}, or leave it out")
    if not 0 <= cap <= MOST:
        raise InvalidInput(f"a budget of {value} {name} cannot be held; give a number from 0 (no call at all) up")
    return int(cap) if whole else float(cap) if name == "seconds" else cap


def _told(amount: float | Decimal) -> str:
    """Return an amount for people: whole numbers with commas, others as short as they can be."""
    return f"{amount:,}" if isinstance(amount, int) else f"{amount:.6g}"


def _unknown(key: str) -> InvalidInput:
    known = [*CAPS, *(f"{span}.{cap}" for span in SPANS for cap in CAPS), "on_exceed", "prices"]
    near = get_close_matches(key, known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return InvalidInput(
        f"--budget is given {key!r}; {hint}it caps {', '.join(CAPS)}, each by itself or as "
        f"{', '.join(f'{span}.calls' for span in SPANS)}, and takes on_exceed and prices"
    )
