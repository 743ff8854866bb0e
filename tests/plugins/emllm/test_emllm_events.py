"""Events: where the stream is cut, and what the graph then holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agentmem.agent_memory import AgentMemory
from agentmem.events import new_event
from agentmem.graph.contract import Where
from agentmem.graph.sqlite import SQLiteStore
from agentmem.graph.view import MemoryGraph
from agentmem.language.rules import RuleLanguage
from agentmem.shape import Group
from agentmem.testing.embedding import HashEmbedder
from agentmem_emllm.memory import EMLLM
from agentmem_emllm.segments import key_of
from agentmem_emllm.settings import EMLLMSettings

START = datetime(2026, 1, 1, tzinfo=UTC)
BOATS = ("a boat at sea", "the boat on the sea", "boat and sea", "the sea and a boat", "one boat one sea")
BREAD = ("oven, bread and kitchen", "bread in the oven", "the kitchen has an oven", "kitchen bread")
NINE_AND_TEN_AT_ONCE = [(session, "boat") for session in "aaabaaaaaaaaaaaaaabaaab"]
for longer in (14, 16):
    NINE_AND_TEN_AT_ONCE[longer] = ("a", "boat boat")
words = st.lists(st.sampled_from(["boat", "sea", "oven", "bread", "key"]), min_size=1, max_size=3).map(" ".join)


def shown(memory: AgentMemory) -> Sequence[Group]:
    assert isinstance(memory.stack.memories[0], EMLLM)
    return memory.stack.memories[0].show(MemoryGraph(memory.graph, "emllm", memory.status().folded), START)


def texts(group: Group) -> list[str]:
    return [item.text for item in group.items]


@contextmanager
def told(said: Sequence[tuple[str, str]], memory: EMLLM) -> Iterator[AgentMemory]:
    """Give a memory that was told these texts, each with its session."""
    with closing(SQLiteStore.in_memory()) as store:
        opened = AgentMemory(store, memory=memory, language=RuleLanguage(HashEmbedder()))
        opened.add_many(
            new_event(f"{text} {n}", id=f"e{n}", at=START + timedelta(minutes=n), session=session)
            for n, (session, text) in enumerate(said)
        )
        yield opened


def test_an_event_ends_before_what_surprises(
    open_memory: Callable[..., AgentMemory], tell: Callable[..., None]
) -> None:
    memory = open_memory()

    tell(memory, *BOATS, *BREAD)

    boats, bread = shown(memory)
    assert (texts(boats), boats.about["ended"], boats.about["may_move"]) == (list(BOATS), "surprise", True)
    assert (texts(bread), bread.about["open"]) == (list(BREAD), True)
    assert bread.items[0].about["begins"] == "surprise"


def test_an_event_is_written_once_when_the_one_behind_it_has_ended_too(
    open_memory: Callable[..., AgentMemory], tell: Callable[..., None]
) -> None:
    memory = open_memory()
    tell(memory, *BOATS, *BREAD)
    assert not memory.graph.scan(Where(label="Segment"))

    tell(memory, "a red key", "a key that is red")

    [segment] = memory.graph.scan(Where(label="Segment", retired=True))
    assert (segment.props["ended"], segment.props["steps"]) == ("surprise", len(BOATS))


def test_a_boundary_that_came_late_is_moved_back(
    open_memory: Callable[..., AgentMemory], tell: Callable[..., None]
) -> None:
    """The first word of bread is still among boats, so it is no surprise; the events around it say where it belongs."""
    stream = (*BOATS, "boat sea oven bread", *BREAD, "a red key", "a key that is red", "key, red key")
    moved, left = open_memory(namespace="moved"), open_memory(namespace="left", refinement="none")

    for memory in (moved, left):
        tell(memory, *stream)

    assert [shown(memory)[0].about.get("moved") for memory in (moved, left)] == [1, None]
    assert texts(shown(left)[0]) == list(stream[:6])
    assert texts(shown(moved)[0]) == list(BOATS)


def test_a_session_ends_an_event_and_both_are_written(
    open_memory: Callable[..., AgentMemory], tell: Callable[..., None]
) -> None:
    memory = open_memory()

    tell(memory, *BOATS, session="monday")
    tell(memory, "boat", session="tuesday")

    [segment] = memory.graph.scan(Where(label="Segment"))
    assert (segment.props["session"], segment.props["ended"]) == ("monday", "session")


def test_what_comes_after_an_undone_end_of_a_session_is_an_event_of_its_own(
    open_memory: Callable[..., AgentMemory], tell: Callable[..., None]
) -> None:
    memory = open_memory()
    tell(memory, *BOATS, session="monday")
    tell(memory, "bread", session="tuesday")

    memory.undo("e6")
    tell(memory, "another boat", "boats", session="monday")

    assert [texts(group) for group in shown(memory)] == [list(BOATS), ["another boat", "boats"]]


def test_a_move_to_another_place_is_a_boundary_where_that_is_asked(
    open_memory: Callable[..., AgentMemory], tell: Callable[..., None]
) -> None:
    memory = open_memory(places=True)

    tell(memory, "You are in the hall.", "The key is on the table.", "You are in the cellar.", "The box is here.")

    hall, cellar = shown(memory)
    assert (hall.about["ended"], hall.about["steps"]) == ("place", 2)
    assert [item.about["place"] for item in cellar.items] == ["cellar", "cellar"]


def test_an_event_is_known_by_its_most_typical_steps(
    open_memory: Callable[..., AgentMemory], tell: Callable[..., None]
) -> None:
    memory = open_memory()
    tell(memory, "boat sea", "a stray thing", "sea boat", "boat sea wind")
    steps = memory.graph.scan(Where(label="Step"), vectors=True)

    key = key_of(steps, representatives=2)

    boat = steps[0].vector
    assert boat is not None
    assert float(np.vecdot(key, boat)) == pytest.approx(1.0, abs=1e-5)


@settings(max_examples=30, database=None)
@given(st.lists(st.tuples(st.sampled_from("aaab"), words), max_size=30), st.sampled_from(["modularity", "conductance"]))
@example(NINE_AND_TEN_AT_ONCE, "modularity")
def test_events_part_the_stream_and_keep_the_least_and_the_most(said: list[tuple[str, str]], measure: str) -> None:
    rule = EMLLMSettings.model_validate({"gamma": 0.3, "least": 2, "most": 5, "refinement": measure})
    with told(said, EMLLM(rule)) as memory:
        groups = shown(memory)

    assert [text for group in groups for text in texts(group)] == [f"{text} {n}" for n, (_, text) in enumerate(said)]
    assert all(len(group.items) <= rule.most for group in groups)
    assert all(len(group.items) >= rule.least for group in groups[:-1] if group.about["ended"] != "session")


@settings(max_examples=15, database=None)
@given(st.lists(st.tuples(st.sampled_from("aaab"), words), min_size=6, max_size=30))
def test_without_refinement_every_event_begins_where_the_rule_says(said: list[tuple[str, str]]) -> None:
    with told(said, EMLLM(EMLLMSettings(gamma=0.3, most=5, refinement="none"))) as memory:
        groups = shown(memory)

    for group in groups[1:]:
        assert "begins" in group.items[0].about
    assert not [item for group in groups for item in group.items[1:] if "begins" in item.about]


def test_only_a_surprise_is_moved_and_not_an_event_that_was_full(
    open_memory: Callable[..., AgentMemory], tell: Callable[..., None]
) -> None:
    memory = open_memory(most=4)

    tell(memory, "boat sea", "sea boat", "oven bread", "bread oven", "oven bread", "bread oven", session="monday")
    tell(memory, "snow", session="tuesday")

    full, rest, _ = shown(memory)
    assert (texts(full), full.about["ended"]) == (["boat sea", "sea boat", "oven bread", "bread oven"], "size")
    assert texts(rest) == ["oven bread", "bread oven"]
