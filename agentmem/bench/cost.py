"""What a memory costs as it grows: processor time per write and per recall, beside a plain memory in the same run.

All memories are told the same made-up chat (`chatter.py`), a chunk each in turn, and
measured in turns at each size, so that a busy moment of the machine meets all of them.
Ratios to one of them travel from machine to machine; milliseconds do not.
"""

from __future__ import annotations

import gc
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import fmean

from agentmem.agent_memory import AgentMemory
from agentmem.bench import chatter
from agentmem.bench.embedded import embedded_by
from agentmem.bench.growth import CostReport, Growing, Growth, Measured, Turn, compared, growth
from agentmem.bench.recall import Memories, check
from agentmem.bench.timing import Moved, Stopwatch, unwatched
from agentmem.errors import UnknownName
from agentmem.events import Query
from agentmem.host import Host
from agentmem.language.contract import Receipt
from agentmem.spending.session import Session
from agentmem.transcripts.corpus import LATER

CHUNK = 1000
"""Events handed over at once while filling."""
PROVED = 1000
"""The most events written to see what is embedded again."""


def cost(
    host: Host, memories: Memories, *, against: str, growing: Growing | None = None, moved: Moved | None = None
) -> CostReport:
    """Return what each memory costs at each size, held against one of them.

    Args:
        host: Opens memories, stores and languages.
        memories: Which memories, by name, each with its settings.
        against: The memory that ratios are to; measured as well if it is not among them.
        growing: How much is measured.
        moved: Is told who was worked on, and how many events were written.

    Raises:
        UnknownName, UnknownSetting, PluginError: a memory cannot be built; nothing was measured.
        InvalidInput: no memory is named.
    """
    how, moved = growing or Growing(), moved or unwatched
    check(host, memories)
    memories = _with(against, memories, host)
    watch = Stopwatch()
    rows: list[Measured] = []
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="agentmem-bench-")))
        languages, session = opened.enter_context(how.languages(host)), Session(how.budget)
        grown = []
        for number, (name, settings) in enumerate(memories.items()):
            path = folder / f"{number}.db"
            memory = partial(AgentMemory, path, memory=name, settings=settings, host=host, budget=session)
            told = memory(language=languages(), stands_in=False)
            grown.append(_Grown(name, opened.enter_context(told), path, how))
        for size in how.sizes:
            _fill(grown, size, moved)
            rows += compared(_measured(grown, size), against=against)
        grew = [_grew(one, rows, host) for one in grown]
    return CostReport(
        against=against,
        growing=how,
        settings={name: dict(settings) for name, settings in memories.items()},
        seconds=watch.read().wall_ms / 1e3,
        rows=tuple(rows),
        growth=tuple(grew),
    )


@dataclass
class _Grown:
    """A memory in a file of its own, and how much of the chat it was told."""

    name: str
    memory: AgentMemory
    path: Path
    how: Growing
    written: int = 0
    asked: int = 0
    set_aside: int = 0
    write_ms: float = 0.0
    recall_ms: float = 0.0

    def tell(self, some: int) -> float:
        """Write the next `some` turns of the chat, as one call; return its processor time in ms."""
        events = chatter.events(self.written, some, seed=self.how.seed)
        self.written += some
        watch = Stopwatch()
        added = self.memory.add_many(events)
        spent = watch.read()
        self.write_ms += spent.wall_ms
        self.set_aside += len(added.set_aside)
        return spent.cpu_ms

    def ask(self, number: int) -> float:
        """Ask about turn `number`; return the processor time in ms."""
        now = chatter.event(self.written - 1, seed=self.how.seed).at + LATER
        query = Query(text=chatter.question(number, seed=self.how.seed), limit=self.how.limit, now=now)
        watch = Stopwatch()
        self.memory.search(query)
        spent = watch.read()
        self.asked += 1
        self.recall_ms += spent.wall_ms
        return spent.cpu_ms

    def bytes(self) -> int:
        """Return how large its file would be if it were closed now."""
        copy = self.path.with_suffix(".copy")
        self.memory.store.backup(copy)
        size = copy.stat().st_size
        copy.unlink()
        return size


def _with(against: str, memories: Memories, host: Host) -> Memories:
    """Return the memories with the one compared with, which comes first if it was not among them.

    Raises:
        UnknownName: it is not installed.
    """
    if against in memories:
        return memories
    try:
        check(host, {against: {}})
    except UnknownName as error:
        raise UnknownName(f"{error}; ratios would be to it: name another with --against NAME") from None
    return {against: {}, **memories}


def _fill(grown: Sequence[_Grown], size: int, moved: Moved) -> None:
    """Tell all memories the chat up to `size` turns, a chunk each in turn."""
    while (some := min(CHUNK, size - grown[0].written)) > 0:
        for one in grown:
            one.tell(some)
            moved(f"{one.name}: writing", some)


def _measured(grown: Sequence[_Grown], size: int) -> list[Measured]:
    """Return what a write and a recall cost each memory now; they take turns."""
    how, sizes = grown[0].how, [one.bytes() for one in grown]
    writes = _by_turns(grown, lambda one, _: one.tell(1), times=how.writes)
    for one in grown:
        one.ask(0)  # reads the vectors it searches, once
    recalls = _by_turns(grown, lambda one, number: one.ask(number * size // how.recalls), times=how.recalls)
    return [
        Measured(memory=one.name, events=size, write=write, recall=recall, bytes=size_on_disk)
        for one, write, recall, size_on_disk in zip(grown, writes, recalls, sizes, strict=True)
    ]


def _by_turns(grown: Sequence[_Grown], work: Callable[[_Grown, int], float], *, times: int) -> list[Turn]:
    """Return what `work` costs each memory: its mean, since what comes only now and then is a cost too."""
    before = [one.memory.language.receipt() for one in grown]
    spent: list[list[float]] = [[] for _ in grown]
    with _no_collection():
        for number in range(times):
            for place, one in enumerate(grown):
                spent[place].append(work(one, number))
    receipts: list[Receipt] = [
        one.memory.language.receipt().since(then) for one, then in zip(grown, before, strict=True)
    ]
    return [
        Turn(times=times, cpu_ms=fmean(milliseconds), receipt=receipt)
        for milliseconds, receipt in zip(spent, receipts, strict=True)
    ]


@contextmanager
def _no_collection() -> Iterator[None]:
    """Collect garbage before, not meanwhile: it would be charged to whoever's turn it is."""
    gc.collect()
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _grew(one: _Grown, rows: Sequence[Measured], host: Host) -> Growth:
    """Return how a memory grew."""
    receipt, standing = one.memory.language.receipt(), one.memory.status()
    events = chatter.events(0, min(PROVED, one.how.sizes[-1]), seed=one.how.seed)
    each = [embedded_by(m, events, host=host, language=one.memory.language) for m in one.memory.stack.memories]
    grew = growth(
        one.name,
        rows,
        bytes_per_event=one.bytes() / one.written,
        set_aside=one.set_aside,
        embedded=sum(each[1:], each[0]),
    )
    told = {"events": one.written, "recalls": one.asked, "waiting": standing.entries - standing.folded}
    spent = {"receipt": receipt, "write_ms": one.write_ms, "recall_ms": one.recall_ms}
    return grew.model_copy(update=told | spent)
