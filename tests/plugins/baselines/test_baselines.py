"""What the baselines recall."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from agentmem.agent_memory import AgentMemory
from agentmem.errors import UnknownSetting
from agentmem.events import Query, new_event
from agentmem.graph.contract import Store, Where
from agentmem.graph.sqlite import SQLiteStore
from agentmem.host import Host
from agentmem.language.rules import RuleLanguage
from agentmem.testing.embedding import HashEmbedder

START = datetime(2026, 1, 1, tzinfo=UTC)
NOW = START + timedelta(days=1)


@pytest.fixture
def store() -> Iterator[Store]:
    store = SQLiteStore.in_memory()
    yield store
    store.close()


def told(store: Store, name: str, count: int = 8, **settings: int) -> AgentMemory:
    memory = AgentMemory(
        store, namespace=name, memory=Host().memory(name, settings), language=RuleLanguage(HashEmbedder())
    )
    memory.add_many(
        new_event(f"step {n}", action=f"do {n}", at=START + timedelta(minutes=n), id=f"e{n}") for n in range(count)
    )
    return memory


def test_none_recalls_nothing(store: Store) -> None:
    assert told(store, "none").search("step 1") == []


def test_window_recalls_the_newest_five_newest_first(store: Store) -> None:
    found = told(store, "window").search("step 1", limit=50)

    assert [one.sources for one in found] == [("e7",), ("e6",), ("e5",), ("e4",), ("e3",)]
    assert found[0].text == "> do 7\nstep 7"
    assert [one.score for one in found[:2]] == [1.0, 0.5]


def test_the_size_of_the_window_is_a_setting(store: Store) -> None:
    assert len(told(store, "window", size=2).search("", limit=50)) == 2


def test_an_excluded_event_keeps_its_place_in_the_window(store: Store) -> None:
    found = told(store, "window", size=3).search(Query(now=NOW, limit=50, exclude=("e7",)))

    assert [one.sources for one in found] == [("e6",), ("e5",)]


def test_full_recalls_everything_and_keeps_the_newest_where_it_does_not_fit(store: Store) -> None:
    memory = told(store, "full")

    assert [one.sources[0] for one in memory.search("", limit=50)] == [f"e{n}" for n in range(7, -1, -1)]
    assert [one.sources[0] for one in memory.search("", limit=2)] == ["e7", "e6"]


def test_an_excluded_event_makes_room_in_full(store: Store) -> None:
    found = told(store, "full").search(Query(now=NOW, limit=2, exclude=("e7",)))

    assert [one.sources[0] for one in found] == ["e6", "e5"]


@pytest.mark.parametrize("name", ["none", "window", "full"])
def test_baselines_keep_nothing_but_the_journal(store: Store, name: str) -> None:
    memory = told(store, name)

    assert memory.graph.scan(Where(memory=name, retired=True)) == []


@pytest.mark.parametrize("name", ["none", "window", "full"])
def test_baselines_refuse_settings_they_do_not_have(name: str) -> None:
    with pytest.raises(UnknownSetting, match="colour"):
        Host().memory(name, {"colour": "red"})
