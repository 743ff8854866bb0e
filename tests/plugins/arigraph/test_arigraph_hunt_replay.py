"""A run of the paper's authors, replayed: what their model answered, folded by our memory."""

from __future__ import annotations

from itertools import pairwise

import pytest

from agentmem.agent_memory import AgentMemory
from agentmem.events import Fact
from agentmem.graph.contract import Store, Where
from agentmem.language.maps import read_map, ways_from
from agentmem.language.recorded import RecordedLanguage
from agentmem.testing.embedding import HashEmbedder
from agentmem_arigraph.extraction import fact_in
from agentmem_arigraph.memory import AriGraph

pytest.importorskip("textworld")

from arigraph_logs import DATA, Step, attempts
from real_answers import Answering


@pytest.fixture(scope="module")
def steps() -> tuple[Step, ...]:
    if not (DATA / "logs").is_dir():
        pytest.skip(f"{DATA / 'logs'} is not here: set AGENTMEM_SHARED_DATA to the folder above it")
    return attempts("hunt")[0].steps


@pytest.fixture
def replayed(store: Store, steps: tuple[Step, ...]) -> AgentMemory:
    model = Answering()
    memory = AgentMemory(store, memory=AriGraph(), language=RecordedLanguage(model, embedder=HashEmbedder()))
    for step in steps:
        model.tell(step, memory)
    return memory


def test_the_recorded_run_gives_a_map_to_navigate_by(replayed: AgentMemory, steps: tuple[Step, ...]) -> None:
    places = {step.place.lower() for step in steps if step.place}
    told = replayed.graph.scan(Where(memory="arigraph", label="Fact"))

    ways = ways_from("room a", read_map(fact_in(node) for node in told))

    assert ways.keys() == places
    assert ways["room k"] == ("west", "south", "east", "east", "north", "north", "west")
    assert len(ways) == 10


def test_every_move_of_the_run_is_on_the_map(replayed: AgentMemory, steps: tuple[Step, ...]) -> None:
    told = replayed.graph.scan(Where(memory="arigraph", label="Fact"))
    moves = read_map(fact_in(node) for node in told).moves

    walked = 0
    for before, after in pairwise(steps):
        direction = before.taken.removeprefix("go ")
        if before.place and after.place and direction in ("north", "south", "east", "west"):
            assert moves[before.place.lower()][direction] == after.place.lower()
            walked += 1
    assert walked >= 8


def test_what_the_model_called_outdated_is_retired(replayed: AgentMemory) -> None:
    current = {node.text for node in replayed.graph.scan(Where(memory="arigraph", label="Fact"))}

    assert "key 1, is in, room a" not in current
    assert "golden key, is in, inventory" in current
    assert Fact(subject="room a", relation="has exit", object="west").text in current


def test_the_way_to_the_key_is_recalled(replayed: AgentMemory) -> None:
    found = replayed.search("which key unlocks the red locker", limit=20)

    assert "key 2, unlocks, red locker" in [one.text for one in found if one.kind == "fact"][:3]
