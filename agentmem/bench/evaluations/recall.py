"""`recall`: how well a memory finds the evidence for questions about conversations."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import Field

from agentmem.bench.conversations import Conversations
from agentmem.bench.evaluation import Cell, Outcome, Probe, Trial, mean_score, scores_by_category
from agentmem.bench.evidence import OVERALL, Asked, Asking, Average, Cost, Written, averages, cost
from agentmem.bench.recall import Course, Watcher
from agentmem.bench.retrieval import recall_at, spans
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
        overall = [one for one in averages(asked, categories=(), asking=asking) if one.category == OVERALL]
        return Outcome(
            score=mean_score(probes),
            oracle=mean_score([_found_whole(probe, limit=options.limit) for probe in probes]),
            by=scores_by_category(probes),
            figures=_figures(overall, cost(trial.cell.called, written, asked)),
            events=written.events,
            bytes=trial.bytes,
            receipt=sum((one.receipt for one in asked), written.receipt),
            write_ms=written.wall_s * 1e3,
            recall_ms=sum(one.wall_ms for one in asked),
            details={
                "conversations": [one.name for one in corpus.conversations],
                "notes": list(corpus.notes),
                "failures": [one.error for one in asked if one.error],
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


def _figures(overall: Sequence[Average], spent: Cost) -> dict[str, float]:
    """Return the averages over all questions that count, and what asking them cost."""
    found: dict[str, float] = {}
    for one in overall:
        for name, by_k in (("recall", one.recall), ("hit", one.hit), ("as_listed", one.as_listed)):
            found |= {f"{name}@{k}": mean.value for k, mean in by_k.items()}
        found |= {"mrr": one.reciprocal_rank.value, "ndcg@10": one.ndcg.value, "questions": one.questions}
    plain = spent.model_dump(exclude={"memory", "recall_cpu_ms", "recall_wall_ms"})
    spread = {"recall_cpu_ms": spent.recall_cpu_ms, "recall_wall_ms": spent.recall_wall_ms}
    for name, of in spread.items():
        found |= {name: of.p50, f"{name}_p95": of.p95} if of else {}
    return found | plain
