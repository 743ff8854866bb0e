"""What a write and a recall cost a memory that is still small, by rules and with a scripted model."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import fmean

from agentmem.agent_memory import AgentMemory
from agentmem.bench import chatter
from agentmem.bench.growth import Turn
from agentmem.bench.timing import Stopwatch
from agentmem.events import Query, Value
from agentmem.host import Host
from agentmem.language.contract import Language
from agentmem.memory import Memory
from agentmem.transcripts.corpus import LATER

EVENTS, QUESTIONS = 60, 20


class Cost(Value):
    """What one write and one recall cost.

    Attributes:
        language: Who answered.
        write, recall: What they cost; the receipt is of all of them.
        nodes, edges: Made for one event, on average.
        labels: Of the nodes it made.
        recalled: Recollections a question was answered with, on average.
    """

    language: str
    write: Turn
    recall: Turn
    nodes: float
    edges: float
    labels: tuple[str, ...]
    recalled: float


def cost(memory: Memory, language: Language, host: Host) -> Cost:
    """Tell a memory a made-up chat, each turn forced to the disk, ask about it, and return what that cost."""
    found: list[int] = []

    def ask(number: int) -> None:
        now = chatter.event(EVENTS).at + LATER
        query = Query(text=chatter.question(number * EVENTS // QUESTIONS), now=now)
        found.append(len(told.search(query)))

    with (
        tempfile.TemporaryDirectory(prefix="agentmem-check-") as folder,
        AgentMemory(Path(folder) / "memory.db", memory=memory, language=language, host=host) as told,
    ):
        write = _turn(lambda number: told.add_many([chatter.event(number)]), language, times=EVENTS)
        recall = _turn(ask, language, times=QUESTIONS)
        held = told.graph.stats()
    own = {name.partition("/")[2]: count for name, count in held.items() if name.startswith(f"{memory.name}/")}
    return Cost(
        language=language.name,
        write=write,
        recall=recall,
        nodes=sum(own.values()) / EVENTS,
        edges=held.get("edges", 0) / EVENTS,
        labels=tuple(sorted(own)),
        recalled=fmean(found),
    )


def _turn(work: Callable[[int], object], language: Language, *, times: int) -> Turn:
    """Return what `work` costs on average, by processor time and by what the language was asked."""
    before, spent = language.receipt(), []
    for number in range(times):
        watch = Stopwatch()
        work(number)
        spent.append(watch.read().cpu_ms)
    return Turn(times=times, cpu_ms=fmean(spent), receipt=language.receipt().since(before))
