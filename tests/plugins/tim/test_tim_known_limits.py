"""The limits of the paper, by the numbers of `memories.md` C.5, and what is done about each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np

from agentmem.agent_memory import AgentMemory
from agentmem.events import Event, Query
from agentmem.graph.contract import Node, Where
from agentmem.language.contract import Language
from agentmem.language.prose import read_prose
from agentmem.language.recording.replay import RecordedLanguage
from agentmem.testing.embedding import HashEmbedder
from agentmem_tim.buckets import Table

Open = Callable[..., AgentMemory]
Tell = Callable[..., list[Event]]
Thoughts = Callable[[AgentMemory], Mapping[str, Node]]
NOW = datetime(2026, 2, 1, tzinfo=UTC)
IN_ONE: Mapping[str, Any] = {"buckets": 2, "seed": 2}
"""Under this seed, what is told here falls into one of the two buckets."""
SAID = (
    "I painted the boats of Oslo.",
    "I bake bread at dawn.",
    "My cousin repairs clocks.",
    "I saw goats in the snow.",
)


def test_c1_a_question_in_another_bucket_than_its_answer_finds_it_all_the_same(open_memory: Open, tell: Tell) -> None:
    single = open_memory(namespace="single", fallback="none")
    scans = open_memory(namespace="scans")
    probes = open_memory(namespace="probes", fallback="none", probes=16)
    for memory in (single, scans, probes):
        tell(memory, *SAID)
    question = missed(single)

    assert single.search(question, now=NOW) == []
    assert {one.parts.get("scan") for one in scans.search(question, now=NOW)} == {1.0}
    assert {one.parts.get("probe", 0) > 1 for one in probes.search(question, now=NOW)} == {True}


def test_c1_a_full_bucket_is_not_left(open_memory: Open, tell: Tell) -> None:
    memory = open_memory(**IN_ONE, centre_after=0)
    tell(memory, *SAID)

    found = memory.search("boats", limit=1, now=NOW)

    assert [set(one.parts) for one in found] == [{"cosine", "probe"}]


def test_c2_a_model_that_names_what_it_was_not_shown_loses_nothing(
    open_memory: Open, tell: Tell, thoughts: Thoughts
) -> None:
    memory = open_memory(language=wild({"drop": [{"thought": "t99"}, {"thought": "tim/Thought/1", "kept": "t1"}]}))
    tell(memory, "I bake bread at dawn. I bake cakes at noon.")

    assert len(thoughts(memory)) == 2
    assert sum(int(str(node.props.get("unknown_aliases", 0))) for node in thoughts(memory).values()) == 2


def test_c2_a_model_that_drops_everything_deletes_nothing(open_memory: Open, tell: Tell, thoughts: Thoughts) -> None:
    memory = open_memory(language=wild({"drop": [{"thought": "t1"}, {"thought": "t2"}]}), **IN_ONE)
    tell(memory, "I bake bread at dawn. I bake cakes at noon.")

    gone = memory.graph.scan(Where(memory="tim", label="Thought", retired=True))

    assert thoughts(memory) == {}
    assert len(gone) == 2
    assert {memory.why(node.id).reason for node in gone} == {"forgotten"}


def test_c2_two_thoughts_that_would_be_forgotten_for_each_other_do_not_both_go(
    open_memory: Open, tell: Tell, thoughts: Thoughts
) -> None:
    answer = {"drop": [{"thought": "t1", "kept": "t2"}, {"thought": "t2", "kept": "t1"}]}
    memory = open_memory(language=wild(answer), **IN_ONE)
    tell(memory, "I bake bread at dawn. I bake cakes at noon.")

    assert len(thoughts(memory)) == 1


def test_c3_what_contradicts_is_found_in_another_bucket(open_memory: Open, tell: Tell, thoughts: Thoughts) -> None:
    memory = open_memory(buckets=1024, tidy_at=1000)
    tell(
        memory, "I live in Oslo.", "I moved to Bergen last week.", "I love opera.", "I really don't love opera, friend."
    )

    assert "ann, lives in, oslo" not in thoughts(memory)
    assert "ann, moved to, bergen" in thoughts(memory)
    old = next(n for n in memory.graph.scan(Where(memory="tim", retired=True)) if "lives in oslo" in n.text)
    assert memory.why(old.id).successor == thoughts(memory)["ann, moved to, bergen"].id


def test_c3_a_denied_triple_is_found_in_another_bucket(open_memory: Open, tell: Tell, thoughts: Thoughts) -> None:
    memory = open_memory(buckets=1024, tidy_at=1000)
    tell(memory, "I am keen on chess.", "I am not keen on chess.")

    assert set(thoughts(memory)) == {"ann, not is, keen on chess"}


def test_c3_a_model_is_shown_the_thoughts_of_the_head_in_all_buckets(open_memory: Open, tell: Tell) -> None:
    seen: list[int] = []
    memory = open_memory(language=wild({}, seen), buckets=1024, tidy_at=1000)
    tell(memory, "I bake bread at dawn.", "I painted the boats of Oslo.")

    assert max(seen) == 2


def test_c4_a_thought_told_again_is_one_thought_with_two_events(
    open_memory: Open, tell: Tell, thoughts: Thoughts
) -> None:
    memory = open_memory()
    tell(memory, "I bake bread at dawn.", "It rains.", "I bake bread at dawn!")

    found = memory.search("who bakes bread", limit=1, now=NOW)[0]

    assert found.sources == ("e1", "e3")
    assert found.text.startswith("Ann (12:01 am on 1 January, 2026)")
    assert memory.search(Query(text="bread", now=NOW, exclude=("e1",)))[0].sources == ("e3",)
    assert memory.search(Query(text="bread", now=NOW, exclude=("e1", "e3"))) == []


def test_c4_users_are_apart(open_memory: Open, tell: Tell) -> None:
    ann, bob = open_memory(namespace="ann"), open_memory(namespace="bob")
    tell(ann, *SAID)

    assert bob.search("boats", now=NOW) == []


def test_c5_centred_vectors_spread_over_more_buckets() -> None:
    rng = np.random.default_rng(0)
    rows = rng.standard_normal((2000, 32)) + 4 * rng.standard_normal(32)
    rows = (rows / np.linalg.norm(rows, axis=1)[:, None]).astype(np.float32)
    table = Table(generation=0, buckets=16, seed=0, dim=32, embedder="test")

    plain = np.bincount(table.buckets_of(rows), minlength=16)
    centred = table.model_copy(update={"centre": tuple(rows.mean(axis=0).tolist())})
    spread = np.bincount(centred.buckets_of(rows), minlength=16)

    assert plain.max() > 0.5 * len(rows)
    assert spread.max() < 0.15 * len(rows)


def test_c5_how_full_the_buckets_are_is_shown(open_memory: Open, tell: Tell) -> None:
    memory = open_memory(buckets=4)
    tell(memory, *SAID)

    table, *buckets = shown(memory)

    assert table.about["sizes"] == [len(bucket.items) for bucket in buckets]
    assert sum(len(bucket.items) for bucket in buckets) == len(SAID)
    first = next(item for bucket in buckets for item in bucket.items if "bread" in item.text)
    assert first.about == {
        "head": "ann", "relation": "bakes", "tail": "bread at dawn", "count": 1, "sources": ["e2"],
    }  # fmt: skip


def shown(memory: AgentMemory) -> Any:
    from agentmem.holdings import shape_of, view_of

    tim = memory.stack.memories[0]
    return shape_of(view_of(memory.graph, tim.name), tim, NOW)


def missed(memory: AgentMemory) -> str:
    """Return a question whose bucket is empty."""
    questions = ("boats", "bread", "clocks", "goats", "snow", "dawn", "oslo boats", "clock repair", "who saw goats")
    return next(question for question in questions if not memory.search(question, now=NOW))


def wild(answer: Mapping[str, Any], seen: list[int] | None = None) -> Language:
    """Return a model that answers whatever is to be forgotten with `answer`."""

    def script(task: str, inputs: Mapping[str, Any]) -> Any:
        if task == "facts":
            return read_prose(**inputs)
        if task == "tim.forget" and seen is not None:
            seen.append(len(inputs["thoughts"]))
        return answer if task == "tim.forget" else {}

    return RecordedLanguage(script, embedder=HashEmbedder())
