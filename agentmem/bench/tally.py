"""What telling and asking memories came to: the part of an outcome that is the same for every evaluation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from agentmem.agent_memory import AgentMemory
from agentmem.bench.evaluation import Trial
from agentmem.bench.timing import Stopwatch
from agentmem.events import Event, Query, Recollection
from agentmem.language.contract import Receipt


class Tally:
    """Opens the memory of a trial, tells and asks it, and counts what that takes.

    ```
    tally = Tally(trial)
    with tally.memory() as memory:
        tally.tell(memory, events)
        found = tally.ask(memory, query)
    return Outcome(score=..., **tally.costs())
    ```
    """

    def __init__(self, trial: Trial) -> None:
        self._trial = trial
        self._events = self._recalls = 0
        self._receipt = Receipt()
        self._write_ms = self._recall_ms = 0.0

    @contextmanager
    def memory(self, namespace: str = "trial") -> Iterator[AgentMemory]:
        """Give the memory of the cell, with nothing in it; what it asked of its language is counted, and what waits."""
        with self._trial.memory(namespace) as memory:
            yield memory
            standing = memory.status()
            waiting = Receipt(deferred=standing.entries - standing.folded)
            self._receipt += memory.language.receipt() + waiting

    def tell(self, memory: AgentMemory, events: Sequence[Event]) -> None:
        """Write events, in their order; raises as `AgentMemory.add_many`."""
        watch = Stopwatch()
        set_aside = memory.add_many(events).receipt.set_aside
        self._write_ms += watch.read().wall_ms
        self._events += len(events)
        self._receipt += Receipt(set_aside=set_aside)

    def ask(self, memory: AgentMemory, query: Query) -> list[Recollection]:
        """Return what is recalled; raises as `AgentMemory.search`."""
        watch = Stopwatch()
        found = memory.search(query)
        self._recall_ms += watch.read().wall_ms
        self._recalls += 1
        return found

    def costs(self) -> dict[str, Any]:
        """Return what an `Outcome` says of costs, once every memory is closed."""
        return {
            "events": self._events,
            "bytes": self._trial.bytes,
            "receipt": self._receipt,
            "write_ms": self._write_ms,
            "recall_ms": self._recall_ms,
            "recalls": self._recalls,
        }
