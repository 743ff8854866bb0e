"""Attention on two levels, as numbers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from math import exp

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentmem.agent_memory import AgentMemory
from agentmem.events import Query
from agentmem.graph.contract import Node
from agentmem_hcam.attention import attend, passage, recollect
from agentmem_hcam.chunks import Chunk
from agentmem_hcam.settings import HCAMSettings

AT = datetime(2026, 1, 1, tzinfo=UTC)

cosines = st.floats(-1, 1).map(lambda value: round(value, 3))
chunks_of_steps = st.lists(st.tuples(cosines, st.lists(cosines, min_size=1, max_size=6)), min_size=1, max_size=7)
quickly = settings(max_examples=80, database=None)


def shares(scores: list[float], temperature: float) -> list[float]:
    odds = [exp(score / temperature) for score in scores]
    return [one / sum(odds) for one in odds]


@quickly
@given(chunks_of_steps, st.sampled_from([0.05, 0.1, 1.0]))
def test_with_all_chunks_it_is_a_flat_softmax_of_softmaxes(
    chunks: list[tuple[float, list[float]]], temperature: float
) -> None:
    keys, steps = [key for key, _ in chunks], [inside for _, inside in chunks]

    attended = attend(keys, steps, chunks=len(chunks), temperature=temperature)

    weights = shares(keys, temperature)
    for one in attended:
        flat = [weights[one.chunk] * share for share in shares(steps[one.chunk], temperature)]
        assert (one.weight * one.shares).tolist() == pytest.approx(flat)
    assert sum(one.weight * one.shares.sum() for one in attended) == pytest.approx(1)


@quickly
@given(chunks_of_steps, st.integers(1, 7))
def test_no_chunk_is_attended_before_a_better_one(chunks: list[tuple[float, list[float]]], wanted: int) -> None:
    keys = [key for key, _ in chunks]

    attended = attend(keys, [inside for _, inside in chunks], chunks=wanted, temperature=0.1)

    chosen = [keys[one.chunk] for one in attended]
    assert chosen == sorted(keys, reverse=True)[:wanted]
    assert [one.weight for one in attended] == sorted((one.weight for one in attended), reverse=True)


@quickly
@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=8), st.integers(1, 10))
def test_a_passage_keeps_its_heaviest_step_and_never_a_hole(weights: list[float], room: int) -> None:
    first, end = passage(weights, room)

    assert end - first == min(room, len(weights))
    assert max(weights) in weights[first:end]


@pytest.mark.parametrize("cosine", [0.0, -0.5])
def test_nothing_is_recalled_where_no_step_is_like_the_question(cosine: float) -> None:
    east, asked = np.array([1, 0], np.float32), np.array([cosine, (1 - cosine**2) ** 0.5], np.float32)
    step = Node("hcam/1.0", "Step", AT, "hcam", "snow", {"event": "e1"}, east)

    assert recollect(asked, [Chunk("hcam/Chunk/1", east, [step])], Query(text="?", now=AT), HCAMSettings()) == []


def test_attention_adds_up_to_one_over_everything_recalled(
    open_memory: Callable[..., AgentMemory], tell: Callable[..., None]
) -> None:
    memory = open_memory(size=2, chunks=100)
    tell(memory, "the red key", "a blue boat", "the red box", "rain", "a key in the box")

    found = memory.search("where is the red key", limit=100)

    assert {one.sources for one in found} == {("e1",), ("e2",), ("e3",), ("e4",), ("e5",)}
    assert sum(one.parts["attention"] for one in found) == pytest.approx(1)
    for one in found:
        assert one.parts["attention"] == pytest.approx(one.parts["chunk"] * one.parts["step"])


def test_scores_fall_with_the_attention_of_the_paper(
    open_memory: Callable[..., AgentMemory], tell: Callable[..., None]
) -> None:
    memory = open_memory(size=2)
    tell(memory, "the red key", "a blue boat", "the red box", "rain", "a key in the box", "a red boat", "snow")

    found = memory.search("where is the red key", limit=100)

    attention = [one.parts["attention"] for one in found]
    assert attention == sorted(attention, reverse=True)
    assert found[0].score == pytest.approx(max(one.parts["cosine"] for one in found))
