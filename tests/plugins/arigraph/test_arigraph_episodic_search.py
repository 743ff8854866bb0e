"""Which past observations AriGraph finds: equation 1."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from agentmem.agent_memory import AgentMemory
from agentmem.events import Event, Query
from agentmem_arigraph.episodic_search import rank_by_code, rank_by_paper, relevance

Open = Callable[..., AgentMemory]
Tell = Callable[..., list[Event]]
NOW = datetime(2026, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("found", "size", "expected"), [(1, 1, 0.0), (2, 2, 1.0), (2, 8, 0.75), (8, 8, 3.0), (0, 0, 0)]
)
def test_relevance_is_equation_one(found: int, size: int, expected: float) -> None:
    assert relevance(found, size) == expected


def test_the_best_k_episodes_come_best_first() -> None:
    episodes = {"one fact": (1, 1), "few of many": (2, 8), "all of many": (8, 8), "all of few": (2, 2)}

    assert rank_by_paper(episodes, limit=2) == [("all of many", 3.0), ("all of few", 1.0)]


def test_the_program_adds_likeness_to_the_text() -> None:
    episodes = {"rich": (4, 4), "poor": (2, 4)}

    assert [one for one, _ in rank_by_code(episodes, {"poor": 0.9, "rich": 0.1}, limit=2)] == ["poor", "rich"]
    assert [one for one, _ in rank_by_code(episodes, {}, limit=2)] == ["rich", "poor"]


@pytest.mark.parametrize("scoring", ["paper", "code"])
def test_the_episode_that_holds_what_was_found_is_recalled(open_memory: Open, tell: Tell, scoring: str) -> None:
    memory = open_memory(scoring=scoring, episodes=1)
    tell(memory, "The coin is in the chest. The chest is open.", "The cup is on the shelf. The shelf is in the attic.")

    found = memory.search(Query(text="coin chest open", entities={"chest": 1}, now=NOW))

    (episode,) = [one for one in found if one.kind == "episode"]
    assert episode.text.startswith("The coin is in the chest")
    assert episode.sources == ("e1",)


def test_as_many_episodes_as_are_set_are_recalled(open_memory: Open, tell: Tell) -> None:
    scenes = [f"The coin {n} is in the chest. The chest is open." for n in range(4)]
    tell(open_memory(), *scenes)
    query = Query(entities={"chest": 1}, limit=50, now=NOW)

    for k in (0, 1, 3):
        found = open_memory(episodes=k).search(query)
        assert len([one for one in found if one.kind == "episode"]) == k


def test_what_no_fact_was_read_from_is_found_by_likeness(open_memory: Open, tell: Tell) -> None:
    memory = open_memory()
    tell(memory, "the key is on the table", "Who on earth painted this ceiling so blue?")

    found = memory.search("Who painted this ceiling?", limit=3)

    assert any(one.text.startswith("Who on earth") and one.kind == "episode" for one in found)
