"""The hash table: which bucket a vector falls into, today and tomorrow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from agentmem.agent_memory import AgentMemory
from agentmem.events import Event, Query, Recollection
from agentmem.graph.contract import Node, Where
from agentmem.language.contract import Language
from agentmem.testing.embedding import HashEmbedder
from agentmem.vectors import Vectors
from agentmem_tim.buckets import Table, directions
from agentmem_tim.memory import TiM
from agentmem_tim.settings import TiMSettings

Open = Callable[..., AgentMemory]
Tell = Callable[..., list[Event]]
Thoughts = Callable[[AgentMemory], Mapping[str, Node]]
NOW = datetime(2026, 2, 1, tzinfo=UTC)
DIM = 8
TABLE = Table(generation=0, buckets=16, seed=0, dim=DIM, embedder="test")
TOPICS = (
    "jazz",
    "boats",
    "chess",
    "bread",
    "tulips",
    "violins",
    "ravens",
    "snow",
    "maps",
    "clocks",
    "lanterns",
    "goats",
)
SAID = [
    f"I {verb} the {topic} of {place}." for topic in TOPICS for verb, place in (("painted", "Oslo"), ("saw", "Rome"))
]
PINNED = [[0.309884, 0.635607, -2.254818, -1.273062], [1.461599, -0.555229, 0.08885, 0.863661]]
vectors = arrays(np.float32, DIM, elements=st.floats(-1, 1, width=16)).filter(lambda x: bool(np.abs(x).max() > 0.01))


@given(vectors, st.sampled_from([0.125, 0.5, 2.0, 64.0]))
def test_the_length_of_a_vector_does_not_matter(x: Vectors, scale: float) -> None:
    assert TABLE.buckets_of(x[None] * np.float32(scale)) == TABLE.buckets_of(x[None])


@given(vectors)
def test_the_opposite_vector_falls_into_the_opposite_bucket(x: Vectors) -> None:
    assert TABLE.buckets_of(-x[None]) == [(TABLE.buckets_of(x[None])[0] + 8) % 16]


@given(st.lists(vectors, min_size=1, max_size=20))
def test_a_vector_falls_into_the_same_bucket_alone_and_among_many(rows: list[Vectors]) -> None:
    assert TABLE.buckets_of(np.stack(rows)) == [TABLE.buckets_of(row[None])[0] for row in rows]


@given(vectors)
def test_the_bucket_of_a_vector_is_probed_first_and_every_bucket_once(x: Vectors) -> None:
    probed = TABLE.probed(x, 16)

    assert probed[0] == TABLE.buckets_of(x[None])[0]
    assert sorted(probed) == list(range(16))


def test_directions_are_the_same_on_every_machine() -> None:
    assert directions(0, 4, 2).tolist() == PINNED


def test_directions_are_gaussian() -> None:
    drawn = directions(7, 256, 64)

    assert abs(drawn.mean()) < 0.03
    assert abs(drawn.std() - 1) < 0.03


def test_a_thought_is_found_in_its_bucket_after_a_restart(people: Language, tmp_path: Path) -> None:
    found: list[list[Recollection]] = []
    for _ in range(2):  # the second time under another seed, which a memory that has a table does not take up
        settings = TiMSettings(fallback="none", seed=len(found))
        with AgentMemory(tmp_path / "kept.db", memory=TiM(settings), language=people) as memory:
            memory.add("It rained on the boats.", id="e1", at=NOW)
            found.append(memory.search("user (12:00 am on 1 February, 2026): It rained on the boats.", now=NOW))

    assert found[0] == found[1] != []


def brute_force(nodes: Mapping[str, Node], question: str, limit: int) -> list[str]:
    """Return the ids of the thoughts nearest to a question, by comparing all of them."""
    embedder = HashEmbedder()
    rows = embedder.embed([node.text for node in nodes.values()])
    cosines = dict(
        zip((node.id for node in nodes.values()), (rows @ embedder.embed([question])[0]).tolist(), strict=True)
    )
    return sorted(cosines, key=lambda node: (-round(cosines[node], 6), node))[:limit]


@pytest.mark.parametrize("question", SAID[::5])
def test_within_a_bucket_the_best_are_those_of_comparing_all(
    open_memory: Open, tell: Tell, thoughts: Thoughts, question: str
) -> None:
    memory = open_memory(fallback="none", buckets=4, centre_after=0)
    tell(memory, *SAID)
    table = Table(generation=0, buckets=4, seed=0, dim=64, embedder="hash-64@1")
    bucket = table.buckets_of(HashEmbedder().embed([question]))
    inside = {
        triple: node
        for triple, node in thoughts(memory).items()
        if table.buckets_of(HashEmbedder().embed([node.text])) == bucket
    }

    found = memory.search(question, limit=3, now=NOW)

    assert [one.id for one in found] == brute_force(inside, question, 3)
    assert all(one.parts["probe"] == 1 for one in found)


@pytest.mark.parametrize("centre_after", [0, 10])
@pytest.mark.parametrize("question", SAID[::7])
def test_probing_every_bucket_is_a_full_scan(
    open_memory: Open, tell: Tell, thoughts: Thoughts, question: str, centre_after: int
) -> None:
    memory = open_memory(fallback="none", probes=16, centre_after=centre_after)
    tell(memory, *SAID)

    found = memory.search(question, limit=7, now=NOW)

    assert [one.id for one in found] == brute_force(thoughts(memory), question, 7)


def test_once_there_are_enough_thoughts_all_are_hashed_again_around_their_mean(open_memory: Open, tell: Tell) -> None:
    memory = open_memory(centre_after=10)
    tell(memory, *SAID[:9])
    before = table_of(memory)
    tell(memory, *SAID[9:])

    assert before.centre == ()
    assert len(table_of(memory).centre) == 64
    assert len(memory.graph.edges(buckets_of(memory), types=["IN"], direction="in")) == len(SAID)
    assert "rehashed: 10 thoughts" in memory.why("tim/Table/0").reason


def test_more_thoughts_get_more_buckets_when_the_memory_consolidates(
    open_memory: Open, tell: Tell, thoughts: Thoughts
) -> None:
    memory = open_memory(grow_at=20, per_bucket=1, probes=4096, fallback="none")
    tell(memory, *SAID)

    memory.consolidate(now=NOW)

    assert table_of(memory).buckets == 32
    assert [one.id for one in memory.search(SAID[3], now=NOW)] == brute_force(thoughts(memory), SAID[3], 10)
    before = table_of(memory)
    memory.consolidate(now=NOW)
    assert table_of(memory) == before


def test_the_centre_is_found_again_once_there_are_twice_as_many(open_memory: Open, tell: Tell) -> None:
    memory = open_memory(centre_after=10)
    tell(memory, *SAID[:12])
    memory.consolidate(now=NOW)
    early = table_of(memory)
    tell(memory, *SAID[12:])
    memory.consolidate(now=NOW)

    assert (early.generation, early.thoughts) == (1, 10)
    assert (table_of(memory).generation, table_of(memory).thoughts) == (2, len(SAID))


def test_the_past_is_asked_in_the_buckets_of_then(open_memory: Open, tell: Tell) -> None:
    memory = open_memory(centre_after=10, fallback="none")
    tell(memory, *SAID[:9])
    then = memory.search(SAID[2], now=NOW)
    tell(memory, *SAID[9:])

    assert memory.search(Query(text=SAID[2], now=NOW, as_of=9)) == then


def test_undoing_the_event_that_hashed_again_loses_no_thought(
    open_memory: Open, tell: Tell, thoughts: Thoughts
) -> None:
    memory = open_memory(centre_after=10, probes=16, fallback="none")
    tell(memory, *SAID[:12])
    memory.undo("e10")
    tell(memory, SAID[12])

    assert len(memory.search("I", limit=50, now=NOW)) == len(thoughts(memory)) == 12


def table_of(memory: AgentMemory) -> Table:
    (node,) = memory.graph.scan(Where(memory="tim", label="Table"))
    return Table.model_validate(node.props)


def buckets_of(memory: AgentMemory) -> list[str]:
    return [node.id for node in memory.graph.scan(Where(memory="tim", label="Bucket"))]
