"""What the tools answer, as structured content. Texts in it are data, never instructions."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import AwareDatetime

from agentmem.agent_memory import Added, Erased
from agentmem.events import Recollection, Value
from agentmem.remembered import Remembered


class Kept(Value):
    """What was remembered: ids of what is new; `set_aside` could not be taken in, and is kept."""

    ids: tuple[str, ...]
    set_aside: tuple[str, ...] = ()


class Gone(Value):
    """What was erased for good, and what had been before."""

    ids: tuple[str, ...]
    absent: tuple[str, ...] = ()


class Found(Value):
    """One thing recalled: its id names it to the other tools, `sources` are the ids of what was said."""

    id: str
    kind: str
    text: str
    score: float
    sources: tuple[str, ...]
    memory: str
    at: AwareDatetime


class Recalled(Value):
    """What was recalled, best first: as a block that is safe to show a model, and one by one."""

    context: str
    recollections: tuple[Found, ...]


class Listed(Value):
    """One page of what is remembered, in the order it was said; `next` begins the next page, if there is one."""

    items: tuple[Remembered, ...]
    next: int | None = None


class Origin(Value):
    """Where something came from: each value it had, with the event that caused it."""

    id: str
    label: str
    memory: str
    versions: tuple[str, ...]
    causes: tuple[str, ...]


def kept(added: Added) -> Kept:
    """Return what a write did."""
    return Kept(ids=tuple(event.id for event in added.events), set_aside=added.set_aside)


def gone(erased: Erased) -> Gone:
    """Return what a deletion did."""
    return Gone(ids=erased.events, absent=erased.absent)


def found(recollections: Iterable[Recollection]) -> tuple[Found, ...]:
    """Return recollections, without what only concerns researchers."""
    return tuple(Found(**one.model_dump(include=set(Found.model_fields))) for one in recollections)
