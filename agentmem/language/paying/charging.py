"""Who pays for a call to a model, and what was heard: known while a memory is at work, passed on to threads.

The host opens a charge around each thing a memory does; whoever makes calls finds it
here, asks its payer before each call, and tells it what the call came to. So no plugin
handles money, and none can get around it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from agentmem.events import Value


class Estimate(NamedTuple):
    """A call about to be made: `tokens` is the most it can read and write, `prompt` the hash of the task's prompt."""

    task: str
    prompt: str
    model: str
    read: int
    written: int


class Spent(Value):
    """What one call came to.

    Attributes:
        task: The task's name.
        prompt: Hash of its prompt.
        model: Who answered.
        calls: 1, or 0 where it never left.
        failed: 1 where no usable reply came back.
        read, written: Tokens as the provider counted; where it does not say, as estimated.
        milliseconds: Wall time.
    """

    task: str
    prompt: str
    model: str
    calls: int = 1
    failed: int = 0
    read: int = 0
    written: int = 0
    milliseconds: float = 0.0


class Payer(Protocol):
    """Allows calls or not, and keeps what they came to. May be used from many threads."""

    def reserve(self, estimate: Estimate) -> bool:
        """Return whether the call may be made; False: let the rules answer.

        What is allowed is held against the budget until `settle`.

        Raises:
            BudgetExceeded: it may not.
        """
        ...

    def settle(self, estimate: Estimate, spent: Spent) -> None:
        """Take what the call came to in place of its estimate; called once for each that was allowed."""
        ...


class Heard(NamedTuple):
    """One answer a memory was given: the task, the hash of its prompt, and who said it."""

    task: str
    prompt: str
    by: str


@dataclass
class Charge:
    """One thing a memory does: who pays, what it heard, and whether nobody has asked yet."""

    payer: Payer | None
    heard: list[Heard] = field(default_factory=list)
    ahead: bool = False

    def by(self, otherwise: str) -> str:
        """Return who said what was heard, each once, with the tasks and prompts: the cause, beside the event.

        >>> Charge(None, [Heard("amem.note", "1a2b3c4d", "openai:gpt-4o-mini")]).by("rules")
        'openai:gpt-4o-mini amem.note@1a2b3c4d'
        >>> Charge(None).by("rules")
        'rules'
        """
        said: dict[str, dict[str, None]] = {}
        for task, prompt, by in self.heard:
            said.setdefault(by, {})[f"{task}@{prompt}" if prompt else task] = None
        return "; ".join(f"{by} {' '.join(tasks)}" for by, tasks in said.items()) or otherwise


def told(by: str) -> str:
    """Return what `Charge.by` gave, for people.

    >>> told("openai:gpt-4o-mini amem.note@1a2b3c4d amem.links@5e6f7a8b")
    'openai:gpt-4o-mini, tasks amem.note (prompt 1a2b3c4d), amem.links (prompt 5e6f7a8b)'
    >>> told("rules")
    'rules'
    """
    return "; ".join(_told(one) for one in by.split("; "))


def _told(said: str) -> str:
    who, *tasks = said.split(" ")
    named = [f"{task} (prompt {prompt})" if prompt else task for task, _, prompt in (t.partition("@") for t in tasks)]
    return f"{who}, task{'s' if len(named) > 1 else ''} {', '.join(named)}" if named else who


_charge: ContextVar[Charge | None] = ContextVar("agentmem_charge", default=None)


@contextmanager
def charged_to(payer: Payer | None) -> Iterator[Charge]:
    """Open a charge; calls made inside are asked of `payer` and noted."""
    with going_on(Charge(payer)) as charge:
        yield charge


@contextmanager
def going_on(charge: Charge) -> Iterator[Charge]:
    """Open a charge that was opened before, maybe in another thread."""
    token = _charge.set(charge)
    try:
        yield charge
    finally:
        _charge.reset(token)


def charge_now() -> Charge | None:
    """Return the open charge; None outside of any."""
    return _charge.get()
