"""Every memory there is, unchanged, in a game and in a conversation."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agentmem.agent.episode import Episode, Setup
from agentmem.agent_memory import AgentMemory
from agentmem.events import KINDS, Event, new_event, new_query
from agentmem.graph.contract import Graph, Store
from agentmem.graph.sqlite import SQLiteStore
from agentmem.graph.view import MemoryGraph
from agentmem.host import Host

HOST = Host()
ON_EVERY_STORE = True
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


READS = ("get", "scan", "edges", "nearest", "nearest_many", "matching")


def talk() -> list[Event]:
    return [
        new_event(text, id=f"t{n}", at=START + timedelta(days=day, minutes=n), role="user", speaker=speaker,
                  session=f"day {day}")
        for n, (day, speaker, text) in enumerate(TALK)
    ]  # fmt: skip


class Interrupted:
    """A graph on which somebody else has their turn right after one of its reads, counted from 1."""

    def __init__(self, graph: Graph, *, after: int, turn: Callable[[], object]) -> None:
        self.reads = 0
        self._graph, self._after, self._turn = graph, after, turn

    def __getattr__(self, name: str) -> Any:
        inner = getattr(self._graph, name)
        return inner if name not in READS else lambda *args, **kwargs: self._read(inner, *args, **kwargs)

    def _read(self, inner: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        found = inner(*args, **kwargs)
        self.reads += 1
        if self.reads == self._after:
            self._turn()
        return found


@pytest.mark.parametrize("name", MEMORIES)
def test_no_memory_stumbles_over_what_is_undone_while_it_recalls(name: str) -> None:
    query = new_query("Where does Ann's sister Mia live?", now=START + timedelta(days=10), limit=5)
    with closing(SQLiteStore.in_memory()) as store:
        after, reads = 1, 1
        while after <= reads:
            memory = AgentMemory(store, namespace=str(after), memory=name, host=HOST)
            memory.add_many(talk())
            graph = Interrupted(memory.graph, after=after, turn=lambda: [memory.undo(e.id) for e in talk()])  # noqa: B023
            view = MemoryGraph(graph, name, len(TALK))
            memory.stack.memories[0].recall(query, view, memory.language)
            reads, after = graph.reads, after + 1


@pytest.mark.parametrize("name", MEMORIES)
def test_of_a_corrected_statement_no_memory_recalls_the_old_one(name: str, open_store: Callable[[], Store]) -> None:
    memory = AgentMemory(open_store(), memory=name, host=HOST)
    for id_, text in (("e1", "Good morning!"), ("e2", "I work at a bakery."), ("e3", "I have a dog."), ("e4", "Bye!")):
        memory.add(text, id=id_, role="user", speaker="Ann")

    memory.update("e2", "I work at a school.")

    recalled = [one.text for text in ("Where does Ann work?", "bakery") for one in memory.search(text, limit=50)]
    assert [text for text in recalled if "bakery" in text] == []
    assert name == "none" or any("school" in text for text in recalled)


@pytest.mark.parametrize("name", MEMORIES)
def test_every_memory_plays_a_game(name: str, place: str, tmp_path: Path) -> None:
    pytest.importorskip("textworld")
    setup = Setup(
        game="coin:10", memory=name, name="run", max_steps=8,
        store=place, trajectory=tmp_path / "trajectory.jsonl",
    )  # fmt: skip

    with Episode(setup, HOST) as episode:
        steps = list(episode)

    assert episode.result.ended in ("over", "step limit")
    assert episode.result.set_aside == ()
    assert all(step.decision is not None for step in steps[:-1])


@pytest.mark.parametrize("name", MEMORIES)
def test_every_memory_takes_part_in_a_conversation(name: str, open_store: Callable[[], Store]) -> None:
    events = talk()
    memory = AgentMemory(open_store(), memory=name, host=HOST)

    assert memory.add_many(events).set_aside == ()
    memory.consolidate(now=START + timedelta(days=10))
    found = memory.search("Where does Ann's sister Mia live?", now=START + timedelta(days=10), limit=5)

    assert memory.status().set_aside == {}
    assert {one.kind for one in found} <= set(KINDS)
    assert {source for one in found for source in one.sources} <= {event.id for event in events}
    if name != "none":
        assert found, f"{name} recalls nothing of the conversation"
