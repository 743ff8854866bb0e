"""Measuring recall: who is told what, what is counted, and what goes on when a memory fails."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from agentmem.bench.evidence import OVERALL, Asked, Asking, Average, RecallReport
from agentmem.bench.recall import Watcher, recall
from agentmem.bench.retrieval import scored
from agentmem.errors import InvalidInput, UnknownName, UnknownSetting
from agentmem.host import Host
from agentmem.transcripts.corpus import Corpus
from agentmem.transcripts.reading import read

SHARED = Path(os.environ.get("AGENTMEM_SHARED_DATA", Path(__file__).resolve().parents[3].parent / "shared" / "data"))
LOCOMO = SHARED / "locomo" / "locomo_conv1-5.json"


def of(report: RecallReport, memory: str, category: str = OVERALL) -> Average:
    return next(one for one in report.averages if (one.memory, one.category) == (memory, category))


def test_evidence_is_found_or_not_by_category_and_overall(host: Host, corpus: Corpus) -> None:
    report = recall(host, corpus, {"notebook": {}, "none": {}})

    assert [(one.category, one.questions) for one in report.averages if one.memory == "notebook"] == [
        ("multi-hop", 2), ("single-hop", 4), ("trap", 2), (OVERALL, 6),
    ]  # fmt: skip
    assert of(report, "notebook").recall[5].value > 0.5
    assert of(report, "none").recall[10].value == of(report, "none").reciprocal_rank.value == 0.0
    assert (report.questions, report.scored) == (10, 8)


def test_each_conversation_is_remembered_by_itself(host: Host, corpus: Corpus) -> None:
    report = recall(host, corpus, {"full": {}})

    assert {len(one.recalled) for one in report.asked} == {6}


def test_only_the_k_that_were_asked_for_are_told(host: Host, corpus: Corpus) -> None:
    report = recall(host, corpus, {"full": {}}, asking=Asking(limit=5))

    assert set(of(report, "full").recall) == {1, 5}
    assert all(len(one.recalled) <= 5 for one in report.asked)


def test_a_summary_of_everything_gains_nothing_by_citing_it(host: Host, corpus: Corpus) -> None:
    report = recall(host, corpus, {"digest": {}, "notebook": {}})

    digest, notebook = of(report, "digest"), of(report, "notebook")
    assert digest.as_listed[1].value == 1.0
    assert digest.recall[1].value < notebook.recall[1].value
    assert {one.memory: one.sources for one in report.costs} == {"digest": 6.0, "notebook": 1.0}


def test_what_is_pinned_takes_no_rank_and_finds_nothing(host: Host, corpus: Corpus) -> None:
    report = recall(host, corpus, {"pinning": {}, "notebook": {}})

    pinning, notebook = of(report, "pinning"), of(report, "notebook")
    assert pinning.recall[1].value == notebook.recall[1].value
    assert {(one.pinned, len(one.recalled)) for one in report.asked if one.memory == "pinning"} == {(1, 5)}


def test_memories_consolidate_where_that_is_asked_for(host: Host, corpus: Corpus) -> None:
    report = recall(host, corpus, {"digest": {}, "notebook": {}}, asking=Asking(consolidate=True))

    assert {one.kinds[0] for one in report.asked if one.memory == "digest"} == {"note"}
    assert next(one for one in report.costs if one.memory == "digest").consolidate_s > 0


def test_a_memory_that_fails_on_a_question_is_told_and_the_rest_goes_on(host: Host, corpus: Corpus) -> None:
    report = recall(host, corpus, {"touchy": {}, "notebook": {}})

    assert [(one.memory, one.conversation, one.question) for one in report.failures] == [
        ("touchy", "first", "What is the secret?"), ("touchy", "second", "What is the secret?"),
    ]  # fmt: skip
    assert "too secret to tell" in report.failures[0].error
    failed = next(one for one in report.asked if one.error)
    assert failed.scores is not None
    assert failed.scores.recall[10] == 0.0
    assert len(report.asked) == 2 * len(corpus.questions)


def test_events_a_memory_cannot_take_in_are_counted(host: Host, corpus: Corpus) -> None:
    report = recall(host, corpus, {"touchy": {}, "notebook": {}})

    assert {one.memory: one.set_aside for one in report.costs} == {"touchy": 2, "notebook": 0}


@pytest.mark.parametrize("memory", ["deaf", "waiting"])
def test_what_a_memory_has_not_taken_in_is_found_by_nobody_else(host: Host, corpus: Corpus, memory: str) -> None:
    report = recall(host, corpus, {memory: {}})

    assert of(report, memory).recall[10].value == 0.0
    assert not any(one.recalled for one in report.asked)


def test_a_memory_that_fails_in_a_stack_is_told_as_it_is_by_itself(host: Host, corpus: Corpus) -> None:
    report = recall(host, corpus, {"dumb+notebook": {}})

    assert of(report, "dumb+notebook").recall[10].value == 0.0
    assert len(report.failures) == len(corpus.questions)
    assert "memory 'dumb' cannot recall: RuntimeError: I cannot speak" in report.failures[0].error


def test_events_that_wait_for_the_language_are_counted_once(host: Host, corpus: Corpus) -> None:
    memories: dict[str, dict[str, object]] = {"waiting": {}, "waiting+digest": {}}

    report = recall(host, corpus, memories, asking=Asking(consolidate=True))

    assert {one.memory: one.deferred for one in report.costs} == {"waiting": 12, "waiting+digest": 14}


def test_what_it_costs_is_measured(host: Host, corpus: Corpus) -> None:
    cost = recall(host, corpus, {"notebook": {}}).costs[0]

    assert cost.events_per_s > 0
    assert cost.write_cpu_ms > 0
    assert cost.bytes_per_event > 100
    assert cost.recall_cpu_ms is not None
    assert 0 < cost.recall_cpu_ms.p50 <= cost.recall_cpu_ms.p95
    assert cost.embedded_per_write == 0.5  # both conversations say the same
    assert (cost.calls_per_write, cost.tokens_per_recall) == (0.0, 0.0)
    assert cost.recollections == 6.0


def test_questions_without_evidence_still_show_what_recalling_costs(host: Host, corpus: Corpus) -> None:
    bare = [
        one.model_copy(update={"questions": tuple(q.model_copy(update={"evidence": ()}) for q in one.questions)})
        for one in corpus.conversations
    ]

    report = recall(host, corpus.model_copy(update={"conversations": tuple(bare)}), {"notebook": {}})

    assert (report.scored, report.averages) == (0, ())
    assert report.costs[0].recall_wall_ms is not None


def test_every_answer_can_be_scored_again_from_what_is_kept(host: Host, corpus: Corpus) -> None:
    for one in recall(host, corpus, {"notebook": {}}).asked:
        again = Asked.model_validate_json(one.model_dump_json())

        assert again == one
        assert not again.question.evidence or again.scores == scored(again.recalled, set(again.question.evidence))


def test_whoever_looks_on_is_told_of_each_step(host: Host, corpus: Corpus) -> None:
    class Counts(Watcher):
        def __init__(self) -> None:
            self.seen: list[str | int] = []

        def begins(self, memory: str) -> None:
            self.seen.append(memory)

        def told(self, events: int) -> None:
            self.seen.append(events)

        def asked(self, one: Asked) -> None:
            self.seen.append(one.question.category)

    watcher = Counts()
    recall(host, corpus, {"none": {}}, watcher=watcher)

    assert watcher.seen[:3] == ["none", 6, "single-hop"]
    assert len(watcher.seen) == 1 + 2 + len(corpus.questions)


def test_memories_that_cannot_be_built_are_refused_before_anything_is_measured(host: Host, corpus: Corpus) -> None:
    seen: list[str] = []

    class Looks(Watcher):
        def begins(self, memory: str) -> None:
            seen.append(memory)

    with pytest.raises(UnknownName, match="no memory named 'notbook'; did you mean 'notebook'"):
        recall(host, corpus, {"none": {}, "notbook": {}}, watcher=Looks())
    with pytest.raises(UnknownSetting, match="no setting named 'sise'; did you mean 'size'"):
        recall(host, corpus, {"none": {}, "window": {"sise": 2}}, watcher=Looks())
    with pytest.raises(InvalidInput, match="no memory is named"):
        recall(host, corpus, {}, watcher=Looks())
    assert seen == []


def test_a_setting_reaches_its_memory(host: Host, corpus: Corpus) -> None:
    report = recall(host, corpus, {"window": {"size": 2}})

    assert {len(one.recalled) for one in report.asked} == {2}


def test_words_find_what_was_said_in_locomo(host: Host) -> None:
    if not LOCOMO.exists():
        pytest.skip(f"{LOCOMO} is not here: set AGENTMEM_SHARED_DATA to the folder with locomo/")
    whole = read(LOCOMO, "locomo")
    first = whole.conversations[0]
    few = first.model_copy(update={"events": first.events[:80], "questions": first.questions[:12]})

    report = recall(host, whole.model_copy(update={"conversations": (few,)}), {"notebook": {}, "window": {}})

    assert (len(whole.conversations), whole.events, len(whole.questions)) == (5, 2760, 999)
    assert whole.notes[0] == "evidence that names no turn is left out: D10:19, D"
    assert of(report, "notebook").recall[10].value > of(report, "window").recall[10].value
