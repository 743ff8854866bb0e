"""What the paper's program cannot do, or does wrongly, and this must not."""

from __future__ import annotations

from collections.abc import Callable

from agentmem.agent_memory import AgentMemory
from agentmem.events import new_query
from agentmem.language.contract import Receipt

TWO_TOPICS = ("red key", "blue boat", "old song", "wide field")
ONE_TOPIC = ("key one", "key two", "key three", "key four")


def test_a_chunk_of_several_topics_is_found_by_its_best_step_where_that_is_asked(
    open_memory: Callable[..., AgentMemory], tell: Callable[..., None]
) -> None:
    """E1: a mean blurs what a chunk straddles."""
    found = {}
    for key in ("mean", "max"):
        memory = open_memory(namespace=key, size=4, chunks=1, key=key)
        tell(memory, *TWO_TOPICS, *ONE_TOPIC, "snow")
        found[key] = {one.text for one in memory.search("red key", limit=100)}

    assert found == {"mean": set(ONE_TOPIC), "max": set(TWO_TOPICS)}


def test_what_is_masked_is_never_attended_however_few_are_left(
    open_memory: Callable[..., AgentMemory], tell: Callable[..., None]
) -> None:
    """E2: with fewer than k valid chunks, masked ones were chosen too. So no episode leaks into another."""
    memory = open_memory(size=2, chunks=4, within="session")
    tell(memory, "the red key", "the red key again", "a red key", session="before")
    tell(memory, "rain and a red boat", "snow", "a red box", session="now")

    found = memory.search("the red key", limit=100)

    assert {one.text for one in found} == {"rain and a red boat", "snow", "a red box"}
    assert sum(one.parts["attention"] for one in found) > 0.99
    assert {one.text for one in memory.search("the red key", limit=100, as_of=2)} == {
        "the red key", "the red key again",
    }  # fmt: skip


def test_a_chunk_of_which_everything_is_excluded_takes_no_place(
    open_memory: Callable[..., AgentMemory], tell: Callable[..., None]
) -> None:
    """E2, for what was just seen."""
    memory = open_memory(size=1, chunks=1)
    tell(memory, "the key", "snow", "the red key")

    found = memory.search(new_query("the red key", exclude=("e3",)))

    assert [one.sources for one in found] == [("e1",)]


def test_the_open_chunk_is_attended(open_memory: Callable[..., AgentMemory], tell: Callable[..., None]) -> None:
    """E3: what was accumulated and not yet written could not be recalled."""
    memory = open_memory(size=16)

    tell(memory, "the red key is under the mat")

    assert [one.text for one in memory.search("red key")] == ["the red key is under the mat"]


def test_a_question_unlike_everything_recalls_nothing(
    open_memory: Callable[..., AgentMemory], tell: Callable[..., None]
) -> None:
    memory = open_memory()
    tell(memory, "the red key", "a blue boat")

    assert memory.search("...") == []
    assert memory.search("red key", min_score=0.9) == []


def test_no_step_outside_the_best_chunks_is_recalled_and_theirs_all_are(
    open_memory: Callable[..., AgentMemory], tell: Callable[..., None]
) -> None:
    memory = open_memory(size=4, chunks=1)
    tell(memory, *ONE_TOPIC, "red boat", "red song", "red field", "a red key", "snow")

    found = memory.search("one key", limit=100)

    assert {one.text for one in found} == set(ONE_TOPIC)


def test_a_limit_takes_the_steps_of_most_attention_or_whole_passages_where_that_is_asked(
    open_memory: Callable[..., AgentMemory], tell: Callable[..., None]
) -> None:
    passages = {}
    for trim in ("lightest", "edges"):
        memory = open_memory(namespace=trim, size=5, chunks=2, trim=trim)
        tell(memory, "the red key", "snow", "a red key", "rain", "fog", "red boat", "key song", "wind", "hail", "sun")
        passages[trim] = sorted(one.position for one in memory.search("red key", limit=3))

    assert passages["edges"] == [1, 2, 3]
    assert passages["lightest"] != [1, 2, 3]
    assert {1, 3} < set(passages["lightest"])


def test_nothing_is_asked_of_a_model(open_memory: Callable[..., AgentMemory], tell: Callable[..., None]) -> None:
    memory = open_memory(closing="boundary")

    tell(memory, *TWO_TOPICS)
    memory.search("red key")

    spent: Receipt = memory.language.receipt()
    assert (spent.asked, spent.calls) == (0, 0)
