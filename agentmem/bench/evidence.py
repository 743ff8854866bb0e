"""What asking many questions came to: one line a question, averages per category, and what it cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from pydantic import Field

from agentmem.bench.retrieval import CUTS, Mean, Scores, means
from agentmem.events import Value
from agentmem.language.contract import Receipt
from agentmem.thinking import Thinking
from agentmem.transcripts.corpus import Question

OVERALL = "overall"


class Asking(Thinking):
    """How the questions are asked, and what the memories think with, as in `Thinking`.

    Attributes:
        limit: The most recollections an answer may have.
        consolidate: Let each memory consolidate after the last event, where it can.
        seed: Of the intervals.
    """

    limit: int = Field(default=10, ge=1, le=1000)
    consolidate: bool = False
    seed: int = Field(default=0, ge=0)


class Asked(Value):
    """One question, put to one memory, with all that is needed to score it again.

    Attributes:
        memory: The name of the memory.
        conversation: Which one was asked about.
        question: What was asked; its evidence and its category.
        recalled: The sources of each recollection that is not pinned, best first; empty where asking failed.
        kinds: The kind of each of these.
        pinned: How many more there were that are pinned: shown whatever the question, and not scored.
        characters: Of all recalled texts together, pinned ones too.
        scores: None where the question has no evidence.
        cpu_ms: Processor time of the recall, all threads.
        wall_ms: What an asker waits.
        receipt: What the language was asked for.
        error: Why asking failed; "" where it did not. A failure recalls nothing, and is scored so.
    """

    memory: str
    conversation: str
    question: Question
    recalled: tuple[tuple[str, ...], ...] = ()
    kinds: tuple[str, ...] = ()
    pinned: int = 0
    characters: int = 0
    scores: Scores | None = None
    cpu_ms: float
    wall_ms: float
    receipt: Receipt = Receipt()
    error: str = ""


class Average(Value):
    """How well a memory finds the evidence of one category, averaged over its questions.

    Attributes:
        memory: The name of the memory.
        category: The kind of questions; `overall` for all that are not scored by themselves.
        questions: How many were scored.
        recall, hit, as_listed: By k; as in `Scores`.
        reciprocal_rank, ndcg: As in `Scores`.
    """

    memory: str
    category: str
    questions: int
    recall: dict[int, Mean]
    hit: dict[int, Mean]
    as_listed: dict[int, Mean]
    reciprocal_rank: Mean
    ndcg: Mean


class Spread(Value):
    """A cost that varies: its median, and what 95 of 100 stay below."""

    p50: float
    p95: float


class Written(Value):
    """What taking in events cost; parts of it add up.

    Attributes:
        events: How many were given.
        wall_s, cpu_s: Of `add_many`, with every commit forced to the disk.
        consolidate_s: Wall time of consolidating; 0 where that was not asked for.
        bytes: Of the file, closed.
        deferred: Entries that wait for the language in the end; each receipt counts all that do at its time.
        receipt: What the language was asked for, and what was set aside.
    """

    events: int = 0
    wall_s: float = 0.0
    cpu_s: float = 0.0
    consolidate_s: float = 0.0
    bytes: int = 0
    deferred: int = 0
    receipt: Receipt = Receipt()

    def __add__(self, more: Written) -> Written:
        """Return both as one."""
        return Written(**{name: getattr(self, name) + getattr(more, name) for name in Written.model_fields})


class Cost(Value):
    """What a memory costs: of writing per event, of recalling per question.

    Attributes:
        memory: The name of the memory.
        events_per_s: Written, on the wall.
        write_cpu_ms: Processor time per event.
        consolidate_s: Wall time of consolidating, all conversations together.
        bytes_per_event: Of the closed file.
        set_aside, deferred: Events it could not take in; entries that wait for the language.
        recall_cpu_ms, recall_wall_ms: Per question.
        calls_per_write, calls_per_recall: Calls that left for a model.
        tokens_per_write, tokens_per_recall: That those calls read and wrote.
        embedded_per_write, embedded_per_recall: Texts turned into vectors.
        recollections: Recalled per question, pinned ones too.
        pinned: How many of these are pinned.
        sources: Events a recollection that is not pinned comes from, on average.
        characters: Recalled per question.
    """

    memory: str
    events_per_s: float
    write_cpu_ms: float
    consolidate_s: float
    bytes_per_event: float
    set_aside: int
    deferred: int
    recall_cpu_ms: Spread | None = None
    recall_wall_ms: Spread | None = None
    calls_per_write: float
    calls_per_recall: float
    tokens_per_write: float
    tokens_per_recall: float
    embedded_per_write: float
    embedded_per_recall: float
    recollections: float
    pinned: float
    sources: float
    characters: float


class Failure(Value):
    """A question a memory failed on."""

    memory: str
    conversation: str
    question: str
    error: str


class RecallReport(Value):
    """All that `recall` measured.

    Attributes:
        format: Of the conversations.
        conversations, events, questions: How many there were.
        scored: Questions with evidence.
        notes: How the conversations were read.
        asking: How the questions were asked.
        settings: By memory: what was set.
        seconds: Wall time of the whole.
        averages: By memory and category, the overall ones last.
        costs: By memory.
        failures: Questions a memory failed on.
        asked: Every question with what was recalled; left out of JSON, since it is long.
    """

    format: str
    conversations: int
    events: int
    questions: int
    scored: int
    notes: tuple[str, ...]
    asking: Asking
    settings: dict[str, dict[str, Any]]
    seconds: float
    averages: tuple[Average, ...]
    costs: tuple[Cost, ...]
    failures: tuple[Failure, ...]
    asked: tuple[Asked, ...] = Field(exclude=True, repr=False)


def averages(asked: Sequence[Asked], *, categories: Sequence[str], asking: Asking) -> list[Average]:
    """Return the averages of one memory: each category that has scored questions, then all that are not apart.

    Only the k that were asked for are told: with 10 recollections there is no recall@20.
    """
    by_category = {category: [one for one in asked if one.question.category == category] for category in categories}
    together = [one for one in asked if not one.question.apart]
    return [
        average
        for category, some in [*by_category.items(), (OVERALL, together)]
        if (average := _average(category, some, asking)) is not None
    ]


def cost(memory: str, written: Written, asked: Sequence[Asked]) -> Cost:
    """Return what `memory` cost."""
    recalling = sum((one.receipt for one in asked), Receipt())
    events, questions = max(1, written.events), max(1, len(asked))
    recalled = [sources for one in asked for sources in one.recalled]
    pinned = sum(one.pinned for one in asked)
    return Cost(
        memory=memory,
        events_per_s=written.events / max(written.wall_s, 1e-9),
        write_cpu_ms=written.cpu_s * 1e3 / events,
        consolidate_s=written.consolidate_s,
        bytes_per_event=written.bytes / events,
        set_aside=written.receipt.set_aside,
        deferred=written.deferred,
        recall_cpu_ms=_spread([one.cpu_ms for one in asked]),
        recall_wall_ms=_spread([one.wall_ms for one in asked]),
        calls_per_write=written.receipt.calls / events,
        calls_per_recall=recalling.calls / questions,
        tokens_per_write=written.receipt.tokens / events,
        tokens_per_recall=recalling.tokens / questions,
        embedded_per_write=written.receipt.embedded / events,
        embedded_per_recall=recalling.embedded / questions,
        recollections=(len(recalled) + pinned) / questions,
        pinned=pinned / questions,
        sources=sum(map(len, recalled)) / max(1, len(recalled)),
        characters=sum(one.characters for one in asked) / questions,
    )


def failures(asked: Sequence[Asked]) -> list[Failure]:
    """Return the questions that failed."""
    return [
        Failure(memory=one.memory, conversation=one.conversation, question=one.question.text, error=one.error)
        for one in asked
        if one.error
    ]


def _average(category: str, asked: Sequence[Asked], asking: Asking) -> Average | None:
    """Return the average of those that were scored; None where none was."""
    scores = [one.scores for one in asked if one.scores is not None]
    if not scores:
        return None
    cuts = [k for k in CUTS if k <= asking.limit]
    by_k = [[of_one[k] for of_one in (one.recall, one.hit, one.as_listed) for k in cuts] for one in scores]
    rows = [[*row, one.reciprocal_rank, one.ndcg] for row, one in zip(by_k, scores, strict=True)]
    found = iter(means(np.array(rows), seed=asking.seed))
    return Average(
        memory=asked[0].memory,
        category=category,
        questions=len(scores),
        recall={k: next(found) for k in cuts},
        hit={k: next(found) for k in cuts},
        as_listed={k: next(found) for k in cuts},
        reciprocal_rank=next(found),
        ndcg=next(found),
    )


def _spread(milliseconds: Sequence[float]) -> Spread | None:
    if not milliseconds:
        return None
    p50, p95 = np.percentile(milliseconds, [50, 95])
    return Spread(p50=float(p50), p95=float(p95))
