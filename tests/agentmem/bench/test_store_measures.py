"""Measuring the store: what is counted, beside what, and what is left behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agentmem.agent_memory import AgentMemory
from agentmem.bench.everything import GLANCE, Extent, measure_store
from agentmem.bench.row import Row, at_least, compared
from agentmem.bench.site import Site
from agentmem.bench.store import DERIVING, PLAIN, Filled, bulk, durable_adds, filled, growth, searches
from agentmem.bench.timing import BareDisk, by_turns
from agentmem.bench.wandering import event, events, question
from agentmem.errors import InvalidInput
from agentmem.host import Host
from agentmem.memory import Memory
from agentmem.testing.notebook import Notebook

Opened = Callable[[int], list[AgentMemory]]


@pytest.fixture(scope="module")
def host() -> Host:
    return Host()


@pytest.fixture
def site(host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.chdir(tmp_path)
    with Site(host) as site:
        yield site


@pytest.fixture
def opened(site: Site, host: Host) -> Opened:
    """Open, for a size, a notebook and a memory of nothing."""
    return lambda size: [
        site.memory(Notebook(), f"notebook-{size}"),
        site.memory(host.memory("none"), f"none-{size}"),
    ]


def test_the_walk_is_the_same_each_time_and_never_stands_still() -> None:
    first, again = events(0, 200), events(0, 200)

    assert first == again
    assert len({one.passage for one in first}) == 200
    assert len({one.id for one in first}) == 200


def test_the_walk_keeps_arigraph_busy_with_new_facts_and_outdated_ones(site: Site, host: Host) -> None:
    memory = site.memory(host.memory("arigraph"), "arigraph")

    memory.add_many(events(0, 100))

    counts = memory.graph.stats()
    assert counts["arigraph/Fact"] > 100
    assert counts["retired"] > 20


def test_a_question_of_the_walk_is_answered_by_what_was_told_there(site: Site) -> None:
    memory = site.memory(Notebook(), "notebook")
    memory.add_many(events(0, 300))

    best = memory.search(question(142), limit=3)

    assert "You take" in event(142).text
    assert event(142).id in {source for one in best for source in one.sources}


def test_what_is_compared_takes_turns() -> None:
    order: list[str] = []

    spent = by_turns({"a": lambda: order.append("a"), "b": lambda: order.append("b")}, rounds=3)

    assert order == ["a", "b"] * 3
    assert all(time >= 0 for time in spent.values())


def test_the_bare_disk_leaves_nothing_behind(tmp_path: Path) -> None:
    with BareDisk(tmp_path) as disk:
        disk.write()
        size = next(tmp_path.iterdir()).stat().st_size

    assert size == 4096
    assert list(tmp_path.iterdir()) == []


def test_a_figure_above_the_ratio_wanted_has_not_reached_its_goal() -> None:
    row = Row(measure="a search", subject="notebook", value=3, unit="ms")

    held_against = compared(row, against=1, baseline="a scan", at_most=2)

    assert (held_against.ratio, held_against.goal, held_against.reached) == (3, "<= 2x", False)
    assert compared(row, against=2, baseline="a scan", at_most=2).reached
    assert not at_least(row, 4).reached


def test_memories_of_each_size_are_filled_side_by_side(opened: Opened) -> None:
    full = filled(opened, [10, 30])

    assert [one.subject for one in full] == [
        "notebook, 10 events", "none, 10 events", "notebook, 30 events", "none, 30 events",
    ]  # fmt: skip
    assert [one.memory.status().folded for one in full] == [10, 10, 30, 30]
    assert full[2].held() == ("Note", 30)


def test_a_memory_with_nodes_of_its_own_has_another_goal_than_one_without(opened: Opened) -> None:
    rows = bulk(filled(opened, [20]))

    assert [row.goal for row in rows] == [f">= {DERIVING:,}", f">= {PLAIN:,}"]
    assert all(row.value is not None and row.value > 0 for row in rows)


def test_adds_are_durable_and_compared_with_the_bare_disk(opened: Opened, site: Site) -> None:
    full = filled(opened, [10, 20])

    rows = durable_adds(full, site.folder, rounds=3)

    assert [one.memory.status().folded for one in full] == [13, 13, 23, 23]
    assert len({row.against for row in rows}) == 1
    assert {row.baseline for row in rows} == {"4 KB, fdatasync"}


def test_growth_holds_the_largest_memory_against_the_smallest_of_its_kind(opened: Opened) -> None:
    full = filled(opened, [10, 20])
    costs = {"notebook, 10 events": 1.0, "notebook, 20 events": 2.0, "none, 10 events": 1.0, "none, 20 events": 1.0}
    adds = [Row(measure="one durable add", subject=one.subject, value=costs[one.subject], unit="ms") for one in full]

    rows = growth(adds, full)

    assert [(row.subject, row.ratio, row.reached) for row in rows] == [
        ("notebook, 20 events", 2.0, False), ("none, 20 events", 1.0, True),
    ]  # fmt: skip


def test_a_search_is_compared_with_a_scan_of_as_many_vectors(site: Site) -> None:
    one = Filled(site.memory(Notebook(), "notebook"), size=30)
    one.fill(30)

    row = searches([one], rounds=2)[0]

    assert row.baseline == "one scan of 30 vectors (Note)"
    assert row.value is not None
    assert row.against is not None
    assert row.goal == "<= 2x"


def test_what_was_made_to_measure_is_gone_afterwards(host: Host, tmp_path: Path) -> None:
    uri = str(tmp_path / "mine.db")
    with AgentMemory(uri, memory=Notebook(), host=host) as mine:
        mine.add("the key is under the mat")

    with Site(host, uri) as site:
        rows = measure_store(site, _only_notebook(), Extent(sizes=(5,), adds=2, searches=2))

    assert {row.measure for row in rows} == {"many events", "one durable add", "a search"}
    assert [path.name for path in tmp_path.iterdir()] == ["mine.db"]
    with AgentMemory(uri, memory=Notebook(), host=host) as mine:
        assert mine.search("where is the key")[0].text == "the key is under the mat"
        assert mine.status().entries == 1


def test_sizes_that_are_no_numbers_of_events_are_refused() -> None:
    with pytest.raises(InvalidInput, match=r"sizes are \[0\]"):
        Extent(sizes=(0,))
    assert max(GLANCE.sizes) < min(10_000, max(Extent().sizes))


def _only_notebook() -> dict[str, Callable[[], Memory]]:
    return {"notebook": Notebook}
