"""What remembering costs: writing one event, writing many, and searching, in small memories and large ones.

Every figure goes through the whole host, `AgentMemory`, and is measured in turns
with the bare thing it stands on: a page forced to the disk, a scan over as many
vectors.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import numpy as np

from agentmem.agent_memory import AgentMemory
from agentmem.bench import wandering
from agentmem.bench.row import Row, at_least, compared
from agentmem.bench.timing import BareDisk, Moved, by_turns, milliseconds, unwatched
from agentmem.vectors import Vectors, to_unit

CHUNK = 1000
"""Events handed over at once when many are written."""
DIM = 256
LIMIT = 10
DERIVING, PLAIN = 1000, 5000
"""Events per second a memory should take in at least: with nodes of its own, and without."""


@dataclass
class Filled:
    """A memory filled with `size` events of the walk.

    Attributes:
        memory: Open; whoever made it closes it.
        size: Events it was filled with.
        seconds: Wall time of taking them in.
        written: Events it has by now.
    """

    memory: AgentMemory
    size: int
    seconds: float = 0.0
    written: int = 0

    @property
    def name(self) -> str:
        """The name of the memory."""
        return self.memory.stack.name

    @property
    def subject(self) -> str:
        """Which memory, at which size."""
        return f"{self.name}, {self.size:,} events"

    def fill(self, some: int) -> None:
        """Take in the next `some` events of the walk, as one call."""
        events = wandering.events(self.written, some)
        self.seconds += milliseconds(lambda: self.memory.add_many(events)) / 1e3
        self.written += some

    def held(self) -> tuple[str, int]:
        """Return the label of which this memory holds the most current nodes, and how many."""
        own = {key: n for key, n in self.memory.graph.stats().items() if key.startswith(f"{self.name}/")}
        label = max(own, key=lambda key: (own[key], key), default="/")
        return label.partition("/")[2], own.get(label, 0)


def filled(
    opened: Callable[[int], Sequence[AgentMemory]], sizes: Sequence[int], moved: Moved = unwatched
) -> list[Filled]:
    """Return memories filled with the walk: all that `opened` gives for each size, a chunk each in turn."""
    full: list[Filled] = []
    for size in sizes:
        together = [Filled(memory, size) for memory in opened(size)]
        for start in range(0, size, CHUNK):
            for one in together:
                one.fill(some := min(CHUNK, size - start))
                moved(one.subject, some)
        full += together
    return full


def bulk(memories: Sequence[Filled]) -> list[Row]:
    """Return how many events per second each memory took in while it was filled."""
    rows = []
    for one in memories:
        row = Row(measure="many events", subject=one.subject, value=one.size / one.seconds, unit="events/s")
        rows.append(at_least(row, DERIVING if one.held()[1] else PLAIN))
    return rows


def durable_adds(memories: Sequence[Filled], folder: Path, *, rounds: int) -> list[Row]:
    """Return what adding one event costs each memory, beside one page forced to the disk.

    Args:
        memories: Filled; each gets `rounds` events more.
        folder: On the disk to compare with.
        rounds: How often each is asked.
    """
    with BareDisk(folder) as disk:
        works: dict[int, Callable[[], object]] = {-1: disk.write}
        works |= {number: _adding(one, rounds) for number, one in enumerate(memories)}
        spent = by_turns(works, rounds=rounds)
    return [
        compared(
            Row(measure="one durable add", subject=one.subject, value=spent[number], unit="ms"),
            against=spent[-1],
            baseline="4 KB, fdatasync",
            at_most=2,
        )
        for number, one in enumerate(memories)
    ]


def growth(adds: Sequence[Row], memories: Sequence[Filled]) -> list[Row]:
    """Return, of what `durable_adds` found for `memories`, the cost in the largest against the smallest of a kind."""
    rows = []
    costs = [(one, row.value) for one, row in zip(memories, adds, strict=True) if row.value is not None]
    for name in dict.fromkeys(one.name for one in memories):
        same = [(one.size, cost) for one, cost in costs if one.name == name]
        (small, before), (large, now) = min(same), max(same)
        if small < large:
            row = Row(measure="an add as it grows", subject=f"{name}, {large:,} events", value=now, unit="ms")
            rows.append(compared(row, against=before, baseline=f"with {small:,} events", at_most=1.25))
    return rows


def searches(memories: Sequence[Filled], *, rounds: int, seed: int = 1) -> list[Row]:
    """Return what a search with words costs each memory, beside one scan over as many vectors.

    The scan is `np.vecdot` and `np.argpartition` over one matrix of as many
    vectors as the memory has current nodes of its most frequent label; it reads
    no node, embeds no question and knows no graph.

    Args:
        memories: Filled, and with nodes of their own.
        rounds: How often each is asked, each time another question.
        seed: Of the bare vectors.
    """
    held = [one.held() for one in memories]
    bare = _unit_vectors(max((n for _, n in held), default=0), seed)
    cold = [milliseconds(_searching(one, rounds)) for one in memories]
    works: dict[tuple[str, int], Callable[[], object]] = {}
    for number, one in enumerate(memories):
        works["bare", number] = _scanning(bare[: held[number][1]])
        works["search", number] = _searching(one, rounds)
    spent = by_turns(works, rounds=rounds)
    rows = []
    for number, (one, (label, vectors)) in enumerate(zip(memories, held, strict=True)):
        note = f"the first one, which loads the vectors: {cold[number]:.0f} ms"
        row = Row(measure="a search", subject=one.subject, value=spent["search", number], unit="ms", note=note)
        baseline = f"one scan of {vectors:,} vectors ({label})"
        goal = 2 if one.size == max(other.size for other in memories) else None
        rows.append(compared(row, against=spent["bare", number], baseline=baseline, at_most=goal))
    return rows


def _adding(one: Filled, rounds: int) -> Callable[[], object]:
    fresh = iter(wandering.events(one.written, rounds))
    one.written += rounds
    return lambda: one.memory.add_many([next(fresh)])


def _searching(one: Filled, rounds: int) -> Callable[[], object]:
    apart = max(1, one.size // (rounds + 1))
    asked = (wandering.question(number * apart % one.size) for number in count())
    return lambda: one.memory.search(next(asked), limit=LIMIT)


def _scanning(vectors: Vectors) -> Callable[[], object]:
    query, wanted = vectors[0], min(LIMIT, len(vectors))

    def scan() -> object:
        likeness = np.vecdot(vectors, query)
        return np.argpartition(likeness, -wanted)[-wanted:]

    return scan


def _unit_vectors(n: int, seed: int) -> Vectors:
    """Return vectors of length 1, shape (n, DIM)."""
    vectors = np.random.default_rng(seed).standard_normal((n, DIM), dtype=np.float32)
    return to_unit(vectors)
