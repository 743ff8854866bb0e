"""One list from several: who agrees rises, what is the same is there once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.events import Fact, Recollection
from agentmem.fusion import fuse, is_same

AT = datetime(2026, 1, 1, tzinfo=UTC)
EVEN = {"a": 1.0, "b": 1.0}


def one(text: str, *, memory: str = "a", score: float = 0.5, source: str = "", **fields: object) -> Recollection:
    recollection = Recollection(
        id=f"{memory}/{text}", kind="event", text=text, score=score, sources=(source or text,), memory=memory,
        at=AT, position=1,
    )  # fmt: skip
    return recollection.model_copy(update=fields)


def texts(found: list[Recollection]) -> list[str]:
    return [recollection.text for recollection in found]


def test_what_both_recall_comes_before_what_one_puts_first() -> None:
    answers = {"a": [one("only a"), one("both")], "b": [one("only b", memory="b"), one("both", memory="b")]}

    fused = fuse(answers, weights=EVEN)

    assert texts(fused) == ["both", "only a", "only b"]
    assert fused[0].parts == {"a": 0.5, "b": 0.5}


def test_what_every_memory_puts_first_scores_one() -> None:
    fused = fuse({"a": [one("both")], "b": [one("both", memory="b")]}, weights=EVEN)

    assert fused[0].score == 1.0


def test_weights_decide_between_memories_that_disagree() -> None:
    answers = {"a": [one("only a")], "b": [one("only b", memory="b")]}

    assert texts(fuse(answers, weights={"a": 1.0, "b": 2.0})) == ["only b", "only a"]
    assert texts(fuse(answers, weights={"a": 2.0, "b": 1.0})) == ["only a", "only b"]


def test_weighted_fusion_counts_scores_not_ranks() -> None:
    answers = {"a": [one("sure", score=0.9), one("likely", score=0.8)], "b": [one("hardly", memory="b", score=0.1)]}

    assert texts(fuse(answers, weights=EVEN, method="weighted")) == ["sure", "likely", "hardly"]
    assert texts(fuse(answers, weights=EVEN, method="rrf"))[2] == "likely"


def test_what_is_pinned_by_anyone_stays_first() -> None:
    answers = {"a": [one("best"), one("map")], "b": [one("map", memory="b", pinned=True)]}

    assert texts(fuse(answers, weights=EVEN)) == ["map", "best"]


def test_what_is_pinned_takes_no_rank_from_what_answers() -> None:
    pinned = [one(f"map {number}", pinned=True) for number in range(5)]
    answers = {"a": [*pinned, one("best of a")], "b": [one("best of b", memory="b"), one("more of b", memory="b")]}

    answered = [found for found in fuse(answers, weights=EVEN, rank_constant=0) if not found.pinned]

    assert texts(answered) == ["best of a", "best of b", "more of b"]
    assert answered[0].score == answered[1].score


def test_a_recollection_that_names_no_source_takes_nothing_down() -> None:
    answers = {"a": [one("whence?", sources=())], "b": [one("whence?", memory="b", sources=())]}

    assert [found.also for found in fuse(answers, weights=EVEN)] == [{"b": "b/whence?"}]


def test_sources_of_the_same_are_united() -> None:
    answers = {"a": [one("Mia moved", source="e1")], "b": [one("Mia moved", memory="b", source="e7")]}

    assert fuse(answers, weights=EVEN)[0].sources == ("e1", "e7")


def test_one_event_in_nearly_the_same_words_is_the_same() -> None:
    long = "Ann : my sister Mia moved to Oslo last week"

    assert is_same(one(long, source="e1"), one(long + " .", source="e1"))
    assert not is_same(one(long, source="e1"), one(long + " .", source="e2"))
    assert not is_same(one(long, source="e1"), one("Ann : hello", source="e1"))


def test_a_fact_and_the_text_it_was_read_from_are_both_kept() -> None:
    fact = Fact(subject="mia", relation="lives in", object="oslo")
    answers = {
        "a": [one("mia, lives in, oslo", source="e1", fact=fact)],
        "b": [one("mia, lives in, oslo", source="e1")],
    }

    assert len(fuse(answers, weights=EVEN)) == 2


def test_a_memory_that_recalls_the_same_twice_is_not_counted_twice() -> None:
    twice = [one("echo", id="a/1"), one("echo", id="a/2")]

    assert [found.id for found in fuse({"a": twice, "b": []}, weights=EVEN)] == ["a/1", "a/2"]


@pytest.mark.parametrize("method", ["rrf", "weighted"])
@given(
    lists=st.lists(
        st.lists(st.tuples(st.sampled_from("stuvwxyz"), st.floats(0, 1)), max_size=8, unique_by=lambda pair: pair[0]),
        min_size=1,
        max_size=4,
    )
)
def test_fusing_loses_nothing_and_invents_nothing(method: str, lists: list[list[tuple[str, float]]]) -> None:
    answers = {
        str(number): [one(text, memory=str(number), score=score) for text, score in found]
        for number, found in enumerate(lists)
    }

    fused = fuse(answers, weights=dict.fromkeys(answers, 1.0), method=method)  # type: ignore[arg-type]

    assert sorted(texts(fused)) == sorted({text for found in lists for text, _ in found})
    assert all(0 <= found.score <= 1 for found in fused)
    assert {(found.memory, text) for found in fused for text in [found.text]} <= {
        (name, told.text) for name, found in answers.items() for told in found
    }
