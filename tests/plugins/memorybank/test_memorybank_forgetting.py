"""How much is left of a memory, and when it goes: properties of the curve, and of the bank that follows it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem.agent_memory import AgentMemory
from agentmem.events import Event
from agentmem.graph.digest import digest
from agentmem_memorybank.forgetting import days_between, draw, is_forgotten, retention, safe_until
from agentmem_memorybank.settings import MemoryBankSettings

Open = Callable[..., AgentMemory]
Tell = Callable[..., list[Event]]
After = Callable[..., datetime]
DAYS = st.floats(min_value=0.01, max_value=300)
STRENGTHS = st.integers(min_value=1, max_value=50)
ITEMS = st.text(min_size=1, max_size=20)


@given(days=DAYS, strength=STRENGTHS, tau=st.sampled_from([1.0, 5.0]))
def test_more_is_left_of_what_is_stronger(days: float, strength: int, tau: float) -> None:
    assert retention(days, strength + 1, tau=tau) > retention(days, strength, tau=tau)


@given(days=DAYS, strength=STRENGTHS, tau=st.sampled_from([1.0, 5.0]))
def test_less_is_left_with_every_day(days: float, strength: int, tau: float) -> None:
    assert retention(days + 0.5, strength, tau=tau) < retention(days, strength, tau=tau)


@given(item=ITEMS, days=DAYS, later=DAYS, strength=STRENGTHS, way=st.sampled_from(["seeded", "threshold"]))
def test_what_is_forgotten_stays_forgotten(item: str, days: float, later: float, strength: int, way: str) -> None:
    settings = MemoryBankSettings.model_validate({"forgetting": way})

    if is_forgotten(item, days=days, strength=strength, settings=settings):
        assert is_forgotten(item, days=days + later, strength=strength, settings=settings)


@given(item=ITEMS, strength=STRENGTHS, way=st.sampled_from(["seeded", "threshold"]))
def test_nothing_is_forgotten_the_moment_it_is_recalled(item: str, strength: int, way: str) -> None:
    settings = MemoryBankSettings.model_validate({"forgetting": way})

    assert not is_forgotten(item, days=0, strength=strength, settings=settings)


@given(
    item=ITEMS,
    days=DAYS,
    strength=STRENGTHS,
    way=st.sampled_from(["seeded", "threshold"]),
    theta=st.floats(min_value=0.001, max_value=1),
)
def test_what_need_not_be_looked_at_is_not_forgotten(
    item: str, days: float, strength: int, way: str, theta: float
) -> None:
    settings = MemoryBankSettings.model_validate({"forgetting": way, "theta": theta})
    now = datetime(2026, 1, 5, tzinfo=UTC)
    recalled = safe_until(now, settings) + timedelta(days=days)

    assert not is_forgotten(item, days=days_between(recalled, now), strength=strength, settings=settings)


def test_as_many_are_kept_as_their_retention_says() -> None:
    settings = MemoryBankSettings()

    kept = sum(not is_forgotten(f"e{n}", days=1, strength=2, settings=settings) for n in range(2000)) / 2000

    assert kept == pytest.approx(retention(1, 2), abs=0.03)


def test_another_seed_is_another_draw() -> None:
    assert [draw(f"e{n}") for n in range(5)] != [draw(f"e{n}", seed=1) for n in range(5)]


@pytest.mark.parametrize(("days", "strength", "tau"), [(-1, 1, 1), (1, 0, 1), (1, 1, 0)])
def test_a_retention_that_means_nothing_is_refused(days: float, strength: float, tau: float) -> None:
    with pytest.raises(ValueError, match="is"):
        retention(days, strength, tau=tau)


@pytest.mark.parametrize("way", ["seeded", "threshold"])
def test_forgetting_twice_at_one_time_is_forgetting_once(open_bank: Open, tell: Tell, after: After, way: str) -> None:
    memory = open_bank(forgetting=way)
    tell(memory, *(f"Ann: the number is {n}" for n in range(20)))

    memory.forget(now=after(1.5))
    once = digest(memory.graph, "memorybank")
    memory.forget(now=after(1.5))

    assert digest(memory.graph, "memorybank") == once


@pytest.mark.parametrize("way", ["seeded", "threshold"])
def test_forgetting_day_by_day_is_forgetting_in_the_end(open_bank: Open, tell: Tell, after: After, way: str) -> None:
    daily, once = open_bank(forgetting=way, namespace="daily"), open_bank(forgetting=way, namespace="once")
    for memory in (daily, once):
        tell(memory, *(f"Ann: the number is {n}" for n in range(20)))

    for day in (1, 2):
        daily.forget(now=after(day))
    once.forget(now=after(2))

    assert {one.id for one in daily.search("number", limit=50)} == {one.id for one in once.search("number", limit=50)}


def test_below_the_threshold_all_go_and_above_it_none(open_bank: Open, tell: Tell, after: After) -> None:
    memory = open_bank(forgetting="threshold", theta=0.3)
    tell(memory, "Ann: the key is under the mat")
    tell(memory, "Ann: the key is in the shed", day=2)

    memory.forget(now=after(3.2))

    assert [one.sources for one in memory.search("key")] == [("e2",)]


def test_what_was_used_outlives_what_was_not(open_bank: Open, tell: Tell, after: After) -> None:
    memory = open_bank(forgetting="threshold", chunk_size=0)
    tell(memory, "Ann: the key is under the mat", "Ann: the cat is in the garden")
    memory.reinforce(memory.search("key mat", limit=1), now=after(1))

    memory.forget(now=after(4))

    assert [one.sources for one in memory.search("the")] == [("e1",)]


def test_a_slower_curve_forgets_later(open_bank: Open, tell: Tell, after: After) -> None:
    paper, slow = open_bank(forgetting="threshold"), open_bank(forgetting="threshold", namespace="slow", tau=5)
    for memory in (paper, slow):
        tell(memory, "Ann: the key is under the mat")
        memory.forget(now=after(4))

    assert [len(memory.search("key")) for memory in (paper, slow)] == [0, 1]


def test_what_was_forgotten_is_back_when_it_is_used_after_all(open_bank: Open, tell: Tell, after: After) -> None:
    memory = open_bank(forgetting="threshold")
    tell(memory, "Ann: the key is under the mat")
    found = memory.search("key")
    memory.forget(now=after(9))
    assert memory.search("key") == []

    memory.reinforce(found, now=after(9))

    assert memory.search("key") == found


def test_what_was_forgotten_is_still_there_to_read(open_bank: Open, tell: Tell, after: After) -> None:
    memory = open_bank(forgetting="threshold")
    tell(memory, "Ann: the key is under the mat")
    (found,) = memory.search("key")

    memory.forget(now=after(9))

    assert memory.why(found.id).versions[-1].text == found.text
    assert memory.search("key", as_of=1) == [found]


def test_what_is_still_to_come_is_not_forgotten(open_bank: Open, tell: Tell, after: After) -> None:
    memory = open_bank()
    tell(memory, "Ann: I will be in Oslo", day=10)

    memory.forget(now=after(2))

    assert len(memory.search("Oslo")) == 1
