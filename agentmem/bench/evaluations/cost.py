"""`cost`: what a memory costs as it grows, beside a plain one in the same process."""

from __future__ import annotations

from pydantic import Field

from agentmem.bench.cost import cost
from agentmem.bench.evaluation import Cell, Outcome, Trial
from agentmem.bench.growth import Growing, Growth, Measured, Sizes, Turn
from agentmem.errors import InvalidInput
from agentmem.events import Value
from agentmem.graph.uri import without_password
from agentmem.host import Host
from agentmem.settings import settings_from
from agentmem.stack import open_stack


class CostOptions(Value):
    """How much is measured.

    Attributes:
        sizes: Events in the memories when they are measured, rising: 100,1000,10000.
        writes: Events written at each size, one at a time, each forced to the disk.
        recalls: Questions asked at each size.
        limit: The most recollections of each.
        against: The memory that ratios are to, measured in turns with it.
    """

    sizes: Sizes = (100, 1000, 10_000)
    writes: int = Field(default=100, ge=1)
    recalls: int = Field(default=50, ge=1)
    limit: int = Field(default=10, ge=1)
    against: str = "bm25"


class CostOverSize:
    """Tells a memory a made-up chat, and measures at each size what a write and a recall cost; there is no score."""

    name = "cost"
    about = "processor time, calls, tokens and bytes against how much is remembered"
    measure = "costs only"
    is_seeded = True
    options = CostOptions

    def check(self, cell: Cell, host: Host) -> None:
        """Refuse a memory to compare with that is not there, data, and a shared store."""
        options = settings_from(CostOptions, cell.options)
        open_stack(options.against, {}, host)
        if cell.data:
            raise InvalidInput(f"cost tells a chat of its own, and was given {cell.data!r}; leave the data out")
        if cell.store:
            store = without_password(cell.store)
            raise InvalidInput(f"cost measures files of its own, and was given the store {store}; leave it out")

    def run(self, trial: Trial) -> Outcome:
        """Measure; the files are erased."""
        cell, options = trial.cell, settings_from(CostOptions, trial.cell.options)
        how = options.model_dump(exclude={"against"})
        growing = Growing(**how, seed=cell.seed, **dict(cell.thinking))
        report = cost(trial.host, {cell.memory: cell.settings}, against=options.against, growing=growing)
        rows = [row for row in report.rows if row.memory == cell.memory]
        grew = next(one for one in report.growth if one.memory == cell.memory)
        return Outcome(
            figures=_figures(rows[-1], grew),
            curves={
                "write_cpu_ms": tuple((row.events, row.write.cpu_ms) for row in rows),
                "recall_cpu_ms": tuple((row.events, row.recall.cpu_ms) for row in rows),
                "write_ratio": tuple((row.events, row.write.ratio) for row in rows),
                "recall_ratio": tuple((row.events, row.recall.ratio) for row in rows),
                "bytes": tuple((row.events, row.bytes) for row in rows),
            },
            events=grew.events,
            bytes=round(grew.bytes_per_event * grew.events),
            receipt=grew.receipt.model_copy(update={"set_aside": grew.set_aside, "deferred": grew.waiting}),
            write_ms=grew.write_ms,
            recall_ms=grew.recall_ms,
            recalls=grew.recalls,
            details={"against": options.against, "embedded": grew.embedded.model_dump()},
        )


def _figures(last: Measured, grew: Growth) -> dict[str, float]:
    """Return what it costs at the largest size, and how that grew from the smallest."""
    return {
        **_turn("write", last.write),
        **_turn("recall", last.recall),
        "write_growth": grew.write,
        "recall_growth": grew.recall,
        "bytes_per_event": grew.bytes_per_event,
    }


def _turn(name: str, turn: Turn) -> dict[str, float]:
    return {
        f"{name}_cpu_ms": turn.cpu_ms,
        f"{name}_ratio": turn.ratio,
        f"calls_per_{name}": turn.receipt.calls / turn.times,
        f"tokens_per_{name}": turn.receipt.tokens / turn.times,
    }
