"""`sort`: what is asked, what is right, who can know it, and what is kept of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from agentmem.bench.evaluation import Cell, Evaluation, Outcome, Probe, Trial
from agentmem.errors import InvalidInput
from agentmem.events import Query, Recollection
from agentmem.graph.view import MemoryGraph
from agentmem.hookspecs import hookimpl
from agentmem.host import Host
from agentmem.language.contract import Embedder, Language, Rule
from agentmem.language.model import ModelLanguage
from agentmem.language.rules import RuleLanguage
from agentmem.memory import MemoryFactory
from agentmem.testing.evaluation_contract import EvaluationContract
from agentmem.testing.languages import PretendAnswers
from agentmem.testing.notebook import Notebook
from agentmem.thinking import Thinking
from agentmem_probes.choice import worth
from agentmem_probes.diary import diary
from agentmem_probes.order import First
from agentmem_probes.pairs import BINS, pairs_in
from agentmem_probes.sort import Sort

SMALL: dict[str, Any] = {"events": 150, "pairs": 10}
ALWAYS_A, FAILING = "always A", "failing"


class Placeless(Notebook):
    """Recalls texts, and not where they are from."""

    name = "placeless"

    def recall(self, query: Query, graph: MemoryGraph, language: Language) -> list[Recollection]:
        return [one.model_copy(update={"position": 0}) for one in super().recall(query, graph, language)]


class Readers:
    """A plugin: a memory without positions, and languages that answer who came first in their own ways."""

    def __init__(self) -> None:
        self.shown: list[Mapping[str, Any]] = []

    @hookimpl
    def agentmem_memories(self) -> Mapping[str, MemoryFactory]:
        return {"placeless": lambda settings: Placeless()}

    @hookimpl
    def agentmem_languages(self) -> Mapping[str, Callable[..., Language]]:
        return {"reading": self._reading, "pretend": _pretend}

    def _reading(self, how: str, embedder: Embedder, rules: Mapping[str, Sequence[Rule]]) -> Language:
        def first(**inputs: Any) -> First:
            self.shown.append(inputs)
            if how == FAILING:
                raise ValueError("no idea")
            return First(first="A")

        return RuleLanguage(embedder, {"sort.order": [first]})


def _pretend(argument: str, embedder: Embedder, rules: Mapping[str, Sequence[Rule]]) -> Language:
    inner = RuleLanguage(embedder, rules)
    return ModelLanguage(PretendAnswers(inner), embedder=embedder, rules=inner)


@pytest.fixture(scope="module")
def readers() -> Readers:
    return Readers()


@pytest.fixture(scope="module")
def reading(readers: Readers) -> Host:
    return Host(also=[readers])


def sort(
    host: Host, folder: Path, memory: str = "bm25", *, language: str = "rules", **cell: Any
) -> tuple[Outcome, list[Probe]]:
    folder = folder / f"{len(list(folder.iterdir()))}"
    folder.mkdir()
    given: dict[str, Any] = {"options": SMALL, "thinking": Thinking(language=language)} | cell
    trial = Trial(Cell(evaluation="sort", memory=memory, **given), host, folder)
    Sort().check(trial.cell, host)
    return Sort().run(trial), trial.probes()


class TestSortKeepsTheContract(EvaluationContract):
    def new_evaluation(self) -> Evaluation:
        return Sort()

    def new_cell(self, memory: str, folder: Path) -> Cell:
        return Cell(evaluation="sort", memory=memory, options={"events": 20, "pairs": 2})


def test_a_memory_that_finds_every_sentence_puts_them_in_order(host: Host, tmp_path: Path) -> None:
    outcome, _ = sort(host, tmp_path, options=SMALL | {"cues": "verbatim"})

    assert outcome.by == {"verbatim 1-10": 1.0, "verbatim 10-100": 1.0, "verbatim 100-500": 1.0}
    assert (outcome.score, outcome.chance, outcome.oracle) == (1.0, 0.5, 1.0)
    assert outcome.details == {"undecided": {}}


def test_half_of_the_words_tell_less_and_not_even_the_oracle_knows_all(host: Host, tmp_path: Path) -> None:
    outcome, probes = sort(host, tmp_path, options={"events": 2000, "pairs": 30, "cues": "degraded"})

    assert outcome.oracle is not None
    assert 0.55 < outcome.figures["degraded"] < outcome.oracle < 0.95
    assert all(len(cue.split()) == 6 for probe in probes for cue in probe.asked.splitlines())  # A: and five of nine


@pytest.mark.parametrize(
    ("memory", "why"),
    [("window", "same position"), ("none", "nothing recalled"), ("placeless", "no position")],
)
def test_who_cannot_know_the_order_scores_chance_exactly_and_is_told_why(
    memory: str, why: str, reading: Host, tmp_path: Path
) -> None:
    outcome, probes = sort(reading, tmp_path, memory)

    assert (outcome.score, set(outcome.by.values())) == (0.5, {0.5})
    assert outcome.figures["undecided"] == 1.0
    assert outcome.details["undecided"] == {why: len(probes)}
    assert f"({len(probes)} times {why}), so the score is that of a coin, exactly" in str(outcome.details["why"])


def test_what_is_pinned_answers_nothing(host: Host, tmp_path: Path) -> None:
    _, probes = sort(host, tmp_path, "summary", options=SMALL | {"pairs": 2})

    assert {probe.answered for probe in probes} == {None}


def test_every_pair_can_be_scored_again_from_what_is_kept(host: Host, tmp_path: Path) -> None:
    _, probes = sort(host, tmp_path)

    assert len(probes) == 2 * 3 * 10
    for probe in probes:
        positions = probe.details["positions"]
        assert isinstance(positions, list)
        first, second = (int(str(one)) for one in positions)
        answered = None if first == second else "A" if first < second else "B"
        assert (probe.answered, probe.score) == (answered, worth(answered, str(probe.expected)))


def test_a_transcript_is_sorted_like_a_diary(host: Host, tmp_path: Path) -> None:
    lines = [
        f'{{"conversation": "{name}", "event": {{"id": "e{n}", "at": "2026-01-05T09:00:00Z", "text": "{event.text}"}}}}'
        for name in ("ann", "bob")
        for n, event in enumerate(diary(40, seed=len(name)).events)
    ]
    file = tmp_path / "talk.jsonl"
    file.write_text("\n".join(lines))

    outcome, probes = sort(host, tmp_path, data=str(file), options={"pairs": 8, "cues": "verbatim"})

    assert outcome.by == {"verbatim 1-10": 1.0, "verbatim 10-100": 1.0}
    assert (outcome.events, len(probes)) == (80, 16)


def test_a_transcript_of_short_turns_is_refused(host: Host, tmp_path: Path) -> None:
    file = tmp_path / "short.jsonl"
    file.write_text('{"event": {"id": "e1", "at": "2026-01-05T09:00:00Z", "text": "Hi!"}}')

    with pytest.raises(InvalidInput, match="no two turns that are long enough"):
        sort(host, tmp_path, data=str(file))


def test_a_model_reads_the_segments_and_what_was_recalled_and_no_more(
    reading: Host, readers: Readers, tmp_path: Path
) -> None:
    outcome, probes = sort(reading, tmp_path, language=f"reading:{ALWAYS_A}", options=SMALL | {"reader": "model"})

    assert {probe.answered for probe in probes} == {"A"}
    assert (outcome.score, outcome.figures["undecided"]) == (0.5, 0.0)  # each side is right in half of the pairs
    seen = readers.shown[-1]
    assert f"A: {seen['a']}\nB: {seen['b']}" == probes[-1].asked
    assert seen["recalled_a"].startswith("<recalled>")


def test_rules_read_by_rule_whatever_the_language(reading: Host, tmp_path: Path) -> None:
    by_rules, _ = sort(reading, tmp_path, language=f"reading:{ALWAYS_A}")
    by_language, _ = sort(reading, tmp_path, options=SMALL | {"reader": "model"})

    assert by_rules.by == by_language.by == sort(reading, tmp_path)[0].by


def test_an_answer_that_cannot_be_used_is_none(reading: Host, tmp_path: Path) -> None:
    outcome, probes = sort(reading, tmp_path, language=f"reading:{FAILING}", options=SMALL | {"reader": "model"})

    assert outcome.score == 0.5
    assert outcome.details["undecided"] == {"no usable answer": len(probes)}


def test_calls_of_a_model_that_reads_are_counted(reading: Host, tmp_path: Path) -> None:
    options = {"events": 20, "pairs": 2, "cues": "verbatim", "reader": "model"}

    outcome, probes = sort(reading, tmp_path, language="pretend:", options=options)

    assert (outcome.receipt.calls, outcome.receipt.tokens) == (len(probes), 100 * len(probes))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_pairs_are_as_far_apart_as_they_say_and_each_side_is_right_as_often(seed: int) -> None:
    told = diary(2000, seed=seed)

    pairs = pairs_in([told], each=60, seed=seed)

    for low, high in BINS:
        some = [pair for pair in pairs if pair.distance == f"{low}-{high}"]
        assert len(some) == 60
        assert all(low <= abs(pair.a - pair.b) <= high for pair in some)
        assert sum(pair.first == "A" for pair in some) == 30


def test_a_diary_says_nothing_twice_and_its_ids_tell_no_order() -> None:
    events = diary(2000, seed=1).events

    assert len({event.text for event in events}) == 2000
    assert [event.id for event in events] != sorted(event.id for event in events)
    assert [event.at for event in events] == sorted(event.at for event in events)
    assert diary(2000, seed=1).events == events
    assert not {event.id for event in events} & {event.id for event in diary(2000, seed=2).events}
