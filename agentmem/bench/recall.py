"""How well memories find what was said, and at what cost: conversations told, questions asked, evidence counted.

Each memory has a store of its own, and in it a namespace for each conversation. It is
told all events, may consolidate, and is then asked every question as it would be in
use, through `AgentMemory`; but the host does not stand in for it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from agentmem.agent_memory import AgentMemory
from agentmem.bench.evidence import Asked, Asking, Average, Cost, RecallReport, Written, averages, cost, failures
from agentmem.bench.retrieval import scored
from agentmem.bench.timing import Stopwatch
from agentmem.errors import AgentmemError, InvalidInput, UnrecordedCall
from agentmem.events import Query, Recollection
from agentmem.fold import GROUP
from agentmem.graph.sqlite import SQLiteStore
from agentmem.host import Host
from agentmem.spending.session import Session
from agentmem.transcripts.corpus import Conversation, Corpus, Question

Memories = Mapping[str, Mapping[str, Any]]
"""Names of memories, as a host knows them, each with its settings."""


class Opens(Protocol):
    """Gives a memory with nothing in it."""

    def __call__(self, *, namespace: str) -> AbstractContextManager[AgentMemory]:
        """Open it in the namespace that is named."""
        ...


class Watcher:
    """Whoever looks on: told of each step as it is done. This one does nothing; inherit and look."""

    def begins(self, memory: str) -> None:
        """`memory` is next."""

    def told(self, events: int) -> None:
        """So many events more were written."""

    def asked(self, one: Asked) -> None:
        """One question more was asked."""


def recall(
    host: Host,
    corpus: Corpus,
    memories: Memories,
    *,
    asking: Asking | None = None,
    watcher: Watcher | None = None,
) -> RecallReport:
    """Return how well each memory finds the evidence in `corpus`, and what it costs.

    Args:
        host: Opens memories, stores and languages.
        corpus: What is told and asked.
        memories: Which memories, by name; measured one after the other.
        asking: How; by default ten recollections, without consolidating.
        watcher: Is told of each step.

    Raises:
        UnknownName, UnknownSetting, PluginError: a memory cannot be built; nothing was measured.
        InvalidInput: no memory is named.
        LanguageError: the language cannot be used; nothing was measured. Or a replay was asked what
            was not recorded.
    """
    how, watcher = asking or Asking(), watcher or Watcher()
    check(host, memories)
    watch = Stopwatch()
    session, asked = Session(how.budget), list[Asked]()
    found, costs = list[Average](), list[Cost]()
    with how.languages(host) as languages, tempfile.TemporaryDirectory(prefix="agentmem-bench-") as folder:
        for name, settings in memories.items():
            watcher.begins(name)
            path = Path(folder) / f"{len(costs)}.db"
            memory = partial(AgentMemory, path, memory=name, settings=settings, host=host, budget=session)
            opens = partial(memory, language=languages(), stands_in=False)
            written, answers = Course(name, opens, how, watcher).run(corpus.conversations)
            found += averages(answers, categories=corpus.categories, asking=how)
            costs.append(cost(name, written + Written(bytes=path.stat().st_size), answers))
            asked += answers
            path.unlink()
    return RecallReport(
        format=corpus.format,
        conversations=len(corpus.conversations),
        events=corpus.events,
        questions=len(corpus.questions),
        scored=sum(bool(question.evidence) for question in corpus.questions),
        notes=corpus.notes,
        asking=how,
        settings={name: dict(settings) for name, settings in memories.items()},
        seconds=watch.read().wall_ms / 1e3,
        averages=tuple(found),
        costs=tuple(costs),
        failures=tuple(failures(asked)),
        asked=tuple(asked),
    )


def check(host: Host, memories: Memories) -> None:
    """Open each memory once on an empty store, and let it go.

    Raises:
        UnknownName, UnknownSetting, PluginError: one cannot be built.
        InvalidInput: there is none.
    """
    if not memories:
        raise InvalidInput("no memory is named; list them with: agentmem memories")
    language = host.language()
    with closing(SQLiteStore.in_memory()) as store:
        for name, settings in memories.items():
            AgentMemory(store, memory=name, settings=settings, language=language, host=host)


@dataclass(frozen=True)
class Course:
    """One memory, taken through conversations, each in a namespace of its own.

    Attributes:
        name: What it is called in what comes out.
        opens: Opens it.
        how: How the questions are asked.
        watcher: Is told of each step.
    """

    name: str
    opens: Opens
    how: Asking
    watcher: Watcher = field(default_factory=Watcher)

    def run(self, conversations: Sequence[Conversation]) -> tuple[Written, list[Asked]]:
        """Return what writing cost, but for the bytes, and every question with its answer."""
        written, asked = Written(), []
        for conversation in conversations:
            with self.opens(namespace=conversation.name) as memory:
                written += self._told(memory, conversation)
                asked += [self._asked(memory, conversation, question) for question in conversation.questions]
        return written, asked

    def _told(self, memory: AgentMemory, conversation: Conversation) -> Written:
        """Write all events, a transaction's worth at once, and consolidate where that is wanted."""
        written = Written()
        for start in range(0, len(conversation.events), GROUP):
            events = conversation.events[start : start + GROUP]
            watch = Stopwatch()
            added = memory.add_many(events)
            spent = watch.read()
            written += Written(
                events=len(events),
                wall_s=spent.wall_ms / 1e3,
                cpu_s=spent.cpu_ms / 1e3,
                receipt=added.receipt,
            )
            self.watcher.told(len(events))
        if self.how.consolidate:
            watch = Stopwatch()
            receipt = memory.consolidate(now=conversation.end)
            written += Written(consolidate_s=watch.read().wall_ms / 1e3, receipt=receipt)
        standing = memory.status()
        return written + Written(deferred=standing.entries - standing.folded)

    def _asked(self, memory: AgentMemory, conversation: Conversation, question: Question) -> Asked:
        """Return the question with its answer; where the memory fails, with why."""
        query = Query(text=question.text, limit=self.how.limit, now=question.at or conversation.end)
        before, error = memory.language.receipt(), ""
        found: list[Recollection] = []
        watch = Stopwatch()
        try:
            found = memory.search(query)
        except UnrecordedCall:
            raise
        except AgentmemError as failed:
            error = f"{type(failed).__name__}: {failed}"
        spent = watch.read()
        ranked = [one for one in found if not one.pinned]
        recalled = tuple(one.sources for one in ranked)
        one = Asked(
            memory=self.name,
            conversation=conversation.name,
            question=question,
            recalled=recalled,
            kinds=tuple(one.kind for one in ranked),
            pinned=len(found) - len(ranked),
            characters=sum(len(one.text) for one in found),
            scores=scored(recalled, set(question.evidence)) if question.evidence else None,
            cpu_ms=spent.cpu_ms,
            wall_ms=spent.wall_ms,
            receipt=memory.language.receipt().since(before),
            error=error,
        )
        self.watcher.asked(one)
        return one
