"""`recall`: how well a memory finds the evidence for questions about conversations."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from agentmem.bench.conversations import Conversations
from agentmem.bench.evaluation import Cell, Outcome, Probe, Trial, mean_score, scores_by_category
from agentmem.bench.evidence import Asked, Asking, Average, Cost, Written, averages, cost
from agentmem.bench.recall import Course, Watcher
from agentmem.bench.retrieval import DEPTH, recall_at, spans
from agentmem.errors import InvalidInput
from agentmem.host import Host
from agentmem.settings import settings_from
from agentmem.transcripts.corpus import Corpus


class RecallOptions(Conversations):
    """Which conversations are told, and how the questions are asked."""

    questions: Path | None = Field(default=None, description="A file of questions, where they are in one of their own.")
    limit: int = Field(default=10, ge=1, le=1000, description="The most recollections of an answer; scored at it.")
    consolidate: bool = Field(default=False, description="Whether memories consolidate before the questions.")


class Recall:
    """Tells a memory the conversations of a file, and counts the evidence among what it recalls."""

    name = "recall"
    about = "how much of what answers a question about conversations is recalled"
    measure = "evidence recall"
    is_seeded = False
    options = RecallOptions

    def check(self, cell: Cell, host: Host) -> None:  # noqa: ARG002
        """Refuse a file that cannot be read, or has nothing to score."""
        if not any(question.evidence for question in _corpus(cell).questions):
            cure = "give another file, or one with evidence in `questions`"
            raise InvalidInput(f"{cell.data} has no question with evidence, so nothing can be scored; {cure}")

    def run(self, trial: Trial) -> Outcome:
        """Tell and ask, and keep every question."""
        options, corpus = settings_from(RecallOptions, trial.cell.options), _corpus(trial.cell)
        asking = Asking(limit=options.limit, consolidate=options.consolidate)
        course = Course(trial.cell.called, trial.memory, asking, _Keeper(trial, options.limit))
        written, asked = course.run(corpus.conversations)
        written += Written(bytes=trial.bytes)
        probes = trial.probes()
        found = next((one for one in averages(asked, categories=(), asking=asking)), None)
        spent = cost(trial.cell.called, written, asked)
        receipt = sum((one.receipt for one in asked), written.receipt)
        return Outcome(
            score=mean_score(probes),
            oracle=mean_score([_found_whole(probe, limit=options.limit) for probe in probes]),
            by=scores_by_category(probes),
            figures=_figures(found, spent),
            events=written.events,
            bytes=trial.bytes,
            receipt=receipt.model_copy(update={"deferred": written.deferred}),
            write_ms=written.wall_s * 1e3,
            recall_ms=sum(one.wall_ms for one in asked),
            recalls=len(asked),
            failures=tuple(one.error for one in asked if one.error),
            details={
                "conversations": [one.name for one in corpus.conversations],
                "notes": list(corpus.notes),
                "retrieval": found.model_dump(mode="json") if found else None,
                "cost": spent.model_dump(mode="json"),
            },
        )


class _Keeper(Watcher):
    """Keeps every question as a probe, as soon as it was asked."""

    def __init__(self, trial: Trial, limit: int) -> None:
        self._trial, self._limit = trial, limit
        self._number = 0

    def asked(self, one: Asked) -> None:
        """Write it down."""
        self._number += 1
        self._trial.keep(_probe(one, number=self._number, limit=self._limit))


def _corpus(cell: Cell) -> Corpus:
    options = settings_from(RecallOptions, cell.options)
    return options.corpus(cell.data, questions=options.questions)


def _probe(one: Asked, *, number: int, limit: int) -> Probe:
    evidence = one.question.evidence
    found = recall_at(limit, spans(one.recalled, set(evidence)), len(evidence)) if evidence else None
    return Probe(
        id=f"{one.conversation}/{number}",
        category=one.question.category,
        asked=one.question.text,
        expected=list(evidence),
        answered=[list(sources) for sources in one.recalled],
        score=found,
        apart=one.question.apart,
        recalled=tuple(dict.fromkeys(source for sources in one.recalled for source in sources)),
        details={"pinned": one.pinned, "characters": one.characters, "cpu_ms": one.cpu_ms, "error": one.error},
    )


def _found_whole(probe: Probe, *, limit: int) -> Probe:
    """Return the probe as if the evidence had come first, all of it that fits."""
    assert isinstance(probe.expected, list)
    evidence = len(probe.expected)
    return probe.model_copy(update={"score": min(1.0, limit / evidence) if evidence else None})


def _figures(found: Average | None, spent: Cost) -> dict[str, float]:
    """Return the averages over all questions that count, where there are any, and what asking them cost."""
    figures: dict[str, float] = {}
    if found is not None:
        last = max(found.recall)
        figures = {f"recall@{k}": mean.value for k, mean in found.recall.items()}
        figures |= {f"hit@{last}": found.hit[last].value, "mrr": found.reciprocal_rank.value}
        figures |= {f"ndcg@{DEPTH}": found.ndcg.value, "questions": found.questions}
    told = ("write_cpu_ms", "calls_per_write", "tokens_per_write", "calls_per_recall", "tokens_per_recall")
    costs: dict[str, float] = spent.model_dump(include=set(told))
    if spent.recall_cpu_ms is not None:
        costs["recall_cpu_ms"] = spent.recall_cpu_ms.p50
    return figures | costs
