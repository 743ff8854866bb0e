"""Every memory there is, unchanged, in a game and in a conversation."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agentmem.agent.episode import Episode, Setup
from agentmem.agent_memory import AgentMemory
from agentmem.events import KINDS, new_event
from agentmem.graph.sqlite import SQLiteStore
from agentmem.host import Host

HOST = Host()
MEMORIES = sorted(name for name, offer in HOST.memories.items() if offer.distribution == "agentmem-graph")
START = datetime(2026, 3, 2, 18, 30, tzinfo=UTC)
TALK = (
    (0, "Ann", "Hey Bob! My sister Mia moved to Oslo last week."),
    (0, "Bob", "Oh nice, what is she doing there?"),
    (0, "Ann", "Mia works as a nurse at the university hospital."),
    (0, "Bob", "Cool. I adopted a puppy on Sunday, her name is Daisy."),
    (3, "Ann", "How is the puppy? I painted a sunrise over the lake yesterday."),
    (3, "Bob", "Daisy is fine. She chewed my running shoes, so no marathon for me."),
    (9, "Ann", "I signed up for a pottery class with Mia, she visits me in May."),
    (9, "Bob", "I love pottery! Daisy would break every pot, though."),
)


@pytest.mark.parametrize("name", MEMORIES)
def test_every_memory_plays_a_game(name: str, tmp_path: Path) -> None:
    pytest.importorskip("textworld")
    setup = Setup(
        game="coin:10", memory=name, name="run", max_steps=8,
        store=str(tmp_path / "memory.db"), trajectory=tmp_path / "trajectory.jsonl",
    )  # fmt: skip

    with Episode(setup, HOST) as episode:
        steps = list(episode)

    assert episode.result.ended in ("over", "step limit")
    assert episode.result.set_aside == ()
    assert all(step.decision is not None for step in steps[:-1])


@pytest.mark.parametrize("name", MEMORIES)
def test_every_memory_takes_part_in_a_conversation(name: str) -> None:
    store = SQLiteStore.in_memory()
    events = [
        new_event(text, id=f"t{n}", at=START + timedelta(days=day, minutes=n), role="user", speaker=speaker,
                  session=f"day {day}")
        for n, (day, speaker, text) in enumerate(TALK)
    ]  # fmt: skip
    memory = AgentMemory(store, memory=name, host=HOST)

    assert memory.add_many(events).set_aside == ()
    memory.consolidate(now=START + timedelta(days=10))
    found = memory.search("Where does Ann's sister Mia live?", now=START + timedelta(days=10), limit=5)

    assert memory.status().set_aside == {}
    assert {one.kind for one in found} <= set(KINDS)
    assert {source for one in found for source in one.sources} <= {event.id for event in events}
    if name != "none":
        assert found, f"{name} recalls nothing of the conversation"
    store.close()
