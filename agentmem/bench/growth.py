"""What a memory costs at each size, and how that grows: the values `cost` measures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from agentmem.bench.embedded import Embedded
from agentmem.events import Value
from agentmem.language.contract import Receipt
from agentmem.thinking import Thinking

FLAT = 1.25
"""A write that costs no more than so many times as much at the largest size is flat."""


def _split(sizes: object) -> object:
    return sizes.split(",") if isinstance(sizes, str) else sizes


def _rising(sizes: tuple[int, ...]) -> tuple[int, ...]:
    if sizes[0] < 1 or list(sizes) != sorted(set(sizes)):
        raise ValueError("give numbers of events that rise, such as 1000,10000")
    return sizes


Sizes = Annotated[tuple[int, ...], Field(min_length=1), AfterValidator(_rising), BeforeValidator(_split)]
"""Numbers of events that rise; or as typed, "1000,10000"."""


class Growing(Thinking):
    """How much is measured, and what the memories think with, as in `Thinking`.

    Attributes:
        sizes: Events in the memories when they are measured, rising.
        writes: Events written at each size, one at a time, each forced to the disk.
        recalls: Questions asked at each size.
        limit: The most recollections of each.
        seed: Of the chat.
    """

    sizes: Sizes = (1_000, 10_000, 100_000)
    writes: int = Field(default=200, ge=1)
    recalls: int = Field(default=100, ge=1)
    limit: int = Field(default=10, ge=1)
    seed: int = Field(default=0, ge=0)


class Turn(Value):
    """What one kind of work costs.

    Attributes:
        times: How often it was measured.
        cpu_ms: Processor time of one, on average: all threads.
        ratio: `cpu_ms`, in times of what it costs the memory compared with.
        receipt: What the language was asked for, by all of them together.
    """

    times: int
    cpu_ms: float
    ratio: float = 1.0
    receipt: Receipt

    def compared(self, other: Turn) -> Turn:
        """Return this with its ratio to `other`."""
        return self.model_copy(update={"ratio": self.cpu_ms / other.cpu_ms})


class Measured(Value):
    """What a write and a recall cost one memory at one size.

    Attributes:
        memory: The name of the memory.
        events: How many it was told.
        write, recall: What one costs.
        bytes: Of its file, as if it were closed then.
    """

    memory: str
    events: int
    write: Turn
    recall: Turn
    bytes: int = 0


class Growth(Value):
    """How one memory grows.

    Attributes:
        memory: The name of the memory.
        write, recall: What one costs at the largest size, in times of the smallest.
        flat: Whether a write is: at most `FLAT` times as much; None where there is one size.
        bytes_per_event: Of its file, as if it were closed in the end.
        set_aside, waiting: Events it could not take in, and entries that wait for the language in the end.
        embedded: What it embeds while writing.
        events, recalls: All that were written, and all that were asked.
        receipt: All it asked of the language.
        write_ms, recall_ms: Wall time of all writes, and of all recalls.
    """

    memory: str
    write: float
    recall: float
    flat: bool | None
    bytes_per_event: float
    set_aside: int
    embedded: Embedded
    events: int = 0
    recalls: int = 0
    waiting: int = 0
    receipt: Receipt = Receipt()
    write_ms: float = 0.0
    recall_ms: float = 0.0


class CostReport(Value):
    """All that `cost` measured.

    Attributes:
        against: The memory all ratios are to.
        growing: How much was measured.
        settings: By memory: what was set.
        seconds: Wall time of the whole.
        rows: By size, then by memory.
        growth: By memory.
    """

    against: str
    growing: Growing
    settings: dict[str, dict[str, Any]]
    seconds: float
    rows: tuple[Measured, ...]
    growth: tuple[Growth, ...]


def compared(rows: Sequence[Measured], *, against: str) -> list[Measured]:
    """Return the rows of one size, with their ratios to the memory named `against`."""
    to = next(row for row in rows if row.memory == against)
    ratios = ({"write": row.write.compared(to.write), "recall": row.recall.compared(to.recall)} for row in rows)
    return [row.model_copy(update=ratio) for row, ratio in zip(rows, ratios, strict=True)]


def growth(
    memory: str, rows: Sequence[Measured], *, bytes_per_event: float, set_aside: int, embedded: Embedded
) -> Growth:
    """Return how `memory` grows, from the rows of all memories and sizes."""
    own = sorted((row for row in rows if row.memory == memory), key=lambda row: row.events)
    first, last = own[0], own[-1]
    write = last.write.cpu_ms / first.write.cpu_ms
    return Growth(
        memory=memory,
        write=write,
        recall=last.recall.cpu_ms / first.recall.cpu_ms,
        flat=write <= FLAT if first is not last else None,
        bytes_per_event=bytes_per_event,
        set_aside=set_aside,
        embedded=embedded,
    )
