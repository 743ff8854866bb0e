"""What AriGraph holds, in its own shape: entities with their facts, and the episodes that told them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from agentmem.agent_memory import AgentMemory
from agentmem.events import Event
from agentmem.graph.digest import digest
from agentmem.holdings import shape_of, view_of
from agentmem.shape import Group
from agentmem_arigraph.memory import AriGraph

Open = Callable[..., AgentMemory]
Tell = Callable[..., list[Event]]
NOW = datetime(2026, 2, 1, tzinfo=UTC)


def shape(memory: AgentMemory, *, as_of: int | None = None) -> dict[str, Group]:
    groups = shape_of(view_of(memory.graph, "arigraph", as_of=as_of), AriGraph(), NOW)
    return {group.title: group for group in groups}


def told_of_a_key(open_memory: Open, tell: Tell) -> AgentMemory:
    memory = open_memory()
    tell(
        memory,
        "You are in the hall. The key is on the table.",
        "Hello!",
        "You are in the hall. The key is in the inventory. The key unlocks the chest.",
        "The key unlocks the chest.",
    )
    return memory


def test_an_entity_has_its_current_facts_and_counts_the_retired_ones(open_memory: Open, tell: Tell) -> None:
    key = shape(told_of_a_key(open_memory, tell))["Entity: key"]

    assert [item.text for item in key.items] == ["key, is in, inventory", "key, unlocks, chest"]
    assert key.about == {"facts": 2, "retired": 1}
    assert [item.about for item in key.items] == [{}, {"told": 2}]


def test_entities_come_in_the_order_of_what_is_known_of_them(open_memory: Open, tell: Tell) -> None:
    titles = list(shape(told_of_a_key(open_memory, tell)))

    assert titles[0] == "Entity: key"
    assert titles[-1] == "Episodes"
    assert "Entity: chest" in titles[1:-1]


def test_an_episode_has_the_facts_it_told_that_still_hold(open_memory: Open, tell: Tell) -> None:
    episodes = shape(told_of_a_key(open_memory, tell))["Episodes"]

    first, remark, third, _ = episodes.items
    assert first.about == {"facts": 1, "hold": 0, "holding": []}
    assert remark.about == {"facts": 0, "hold": 0, "holding": []}
    assert third.about["facts"] == third.about["hold"] == 2
    assert episodes.about == {"episodes": 4, "without a fact": 1}


def test_what_was_known_then_is_shown_as_it_was(open_memory: Open, tell: Tell) -> None:
    key = shape(told_of_a_key(open_memory, tell), as_of=2)["Entity: key"]

    assert [item.text for item in key.items] == ["key, is on, table"]
    assert key.about == {"facts": 1}


def test_showing_changes_nothing(open_memory: Open, tell: Tell) -> None:
    memory = told_of_a_key(open_memory, tell)
    before = digest(memory.graph, "arigraph")

    shape(memory)

    assert digest(memory.graph, "arigraph") == before
