"""Chunks: when they end, and what the graph then holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentmem.agent_memory import AgentMemory
from agentmem.events import Role, new_event
from agentmem.graph.contract import Where
from agentmem.graph.sqlite import SQLiteStore
from agentmem.graph.view import MemoryGraph
from agentmem.language.rules import RuleLanguage
from agentmem.shape import Group
from agentmem.testing.embedding import HashEmbedder
from agentmem_hcam.memory import HCAM
from agentmem_hcam.settings import HCAMSettings

START = datetime(2026, 1, 1, tzinfo=UTC)
BOATS = ("a boat at sea", "the boat on the sea", "boat and sea", "the sea and a boat", "one boat one sea")


def shown(memory: AgentMemory) -> Sequence[Group]:
    assert isinstance(memory.stack.memories[0], HCAM)
    return memory.stack.memories[0].show(MemoryGraph(memory.graph, "hcam", memory.status().folded), START)


def texts(group: Group) -> list[str]:
    return [item.text for item in group.items]


def test_a_chunk_ends_when_it_is_full(open_memory: Callable[..., AgentMemory], tell: Callable[..., None]) -> None:
    memory = open_memory(size=3)

    tell(memory, "one", "two", "three", "four")

    first, second = shown(memory)
    assert (texts(first), first.about["ended"]) == (["one", "two", "three"], "size")
    assert (texts(second), second.about["open"]) == (["four"], True)


def test_a_chunk_of_turns_is_shorter_than_one_of_steps(
    open_memory: Callable[..., AgentMemory], tell: Callable[..., None]
) -> None:
    memory = open_memory()

    tell(memory, *(f"step {n}" for n in range(17)))
    tell(memory, *(f"turn {n}" for n in range(17)), session="chat", role="user")

    assert [group.about["steps"] for group in shown(memory)] == [16, 1, 8, 8, 1]


def test_a_chunk_ends_with_its_session(open_memory: Callable[..., AgentMemory], tell: Callable[..., None]) -> None:
    memory = open_memory()

    tell(memory, "one", "two", session="a")
    tell(memory, "three", session="b")

    first, second = shown(memory)
    assert (first.about["session"], first.about["ended"], texts(first)) == ("a", "session", ["one", "two"])
    assert texts(second) == ["three"]


def test_a_chunk_ends_before_a_surprise_where_that_is_asked(
    open_memory: Callable[..., AgentMemory], tell: Callable[..., None]
) -> None:
    by_boundary = open_memory(namespace="boundary", closing="boundary")
    by_size = open_memory(namespace="size")

    for memory in (by_boundary, by_size):
        tell(memory, *BOATS, "oven, bread and kitchen", "bread in the oven")

    first, second = shown(by_boundary)
    assert (first.about["ended"], texts(first)) == ("surprise", list(BOATS))
    assert float(str(first.about["surprise"])) > float(str(first.about["threshold"]))
    assert texts(second) == ["oven, bread and kitchen", "bread in the oven"]
    assert len(shown(by_size)) == 1


def test_a_chunk_is_written_once_and_its_key_is_the_mean_of_its_steps(
    open_memory: Callable[..., AgentMemory], tell: Callable[..., None]
) -> None:
    memory = open_memory(size=3)

    tell(memory, "the red key", "a blue boat", "rain", "snow")

    [chunk] = memory.graph.scan(Where(label="Chunk", retired=True), vectors=True)
    steps = memory.graph.scan(Where(label="Step"), vectors=True)[:3]
    mean = np.mean([step.vector for step in steps if step.vector is not None], axis=0)
    assert chunk.vector is not None
    assert chunk.vector == pytest.approx(mean / np.linalg.norm(mean), abs=1e-6)


def test_what_is_over_the_capacity_is_put_into_the_archive_oldest_first(
    open_memory: Callable[..., AgentMemory], tell: Callable[..., None]
) -> None:
    memory = open_memory(size=2, capacity=2)

    tell(memory, *(f"the key number {n}" for n in range(9)))

    held = sorted(one.text for one in memory.search("the key", limit=100))
    assert held == [f"the key number {n}" for n in range(4, 9)]
    archived = memory.graph.scan(Where(label="Chunk", retired=True, props={"archived": ("=", True)}))
    assert [node.props["number"] for node in archived] == [1, 2]
    assert len(memory.search("the key", limit=100, as_of=5)) == 5


def test_undoing_the_event_that_ended_a_chunk_loses_nothing_else(
    open_memory: Callable[..., AgentMemory], tell: Callable[..., None]
) -> None:
    memory = open_memory(size=2)
    tell(memory, "key one", "key two", "key three")

    memory.undo("e3")
    tell(memory, "key four", "key five")

    assert {one.text for one in memory.search("key", limit=9)} == {"key one", "key two", "key four", "key five"}


def test_undoing_what_put_a_chunk_away_brings_it_back_in_its_place(
    open_memory: Callable[..., AgentMemory], tell: Callable[..., None]
) -> None:
    memory = open_memory(size=2, capacity=1, key="max")
    tell(memory, *(f"key {n}" for n in range(5)))
    assert [group.about["steps"] for group in shown(memory)] == [2, 1]

    memory.undo("e5")
    tell(memory, "key 5")

    assert [texts(group) for group in shown(memory)][-2:] == [["key 2", "key 3"], ["key 5"]]


def test_a_chunk_that_goes_on_after_an_undo_gets_the_mean_of_all_its_steps(
    open_memory: Callable[..., AgentMemory], tell: Callable[..., None]
) -> None:
    memory = open_memory()
    tell(memory, "red key", session="a")
    tell(memory, "rain", session="b")

    memory.undo("e2")
    tell(memory, "blue boat", session="a")
    tell(memory, "snow", session="b")

    [chunk] = memory.graph.scan(Where(label="Chunk"), vectors=True)
    red, boat = memory.language.embed(["red key", "blue boat"])
    assert chunk.vector == pytest.approx((red + boat) / np.linalg.norm(red + boat), abs=1e-6)


def test_a_chunk_without_a_word_is_shown_too(
    open_memory: Callable[..., AgentMemory], tell: Callable[..., None]
) -> None:
    memory = open_memory(size=1)

    tell(memory, "...", "!!!")

    assert [texts(group) for group in shown(memory)] == [["..."], ["!!!"]]


def test_a_chunk_is_shown_with_words_that_say_what_it_is_about(
    open_memory: Callable[..., AgentMemory],
) -> None:
    memory = open_memory()

    memory.add("I adopted a rescue dog. The rescue dog loves the park.", speaker="Mia", at=START)

    [group] = shown(memory)
    assert group.title.startswith("chunk 1: rescue, dog")
    assert "mia" not in group.title


@settings(max_examples=25, database=None)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(["environment", "user"])), max_size=14))
def test_every_step_is_in_one_chunk_of_its_session_in_the_order_of_time(said: list[tuple[str, Role]]) -> None:
    store = SQLiteStore.in_memory()
    memory = AgentMemory(store, memory=HCAM(HCAMSettings(size=3, turns=2)), language=RuleLanguage(HashEmbedder()))
    memory.add_many(
        new_event(f"{session} {n}", id=f"e{n}", at=START + timedelta(minutes=n), session=session, role=role)
        for n, (session, role) in enumerate(said)
    )

    groups = shown(memory)

    assert all(len(group.items) <= 3 for group in groups)
    assert all(len({text.split()[-2] for text in texts(group)}) == 1 for group in groups)
    told = [int(text.split()[-1]) for group in groups for text in texts(group)]
    assert told == list(range(len(said)))
    store.close()
