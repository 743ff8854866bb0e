"""A run of the paper's authors, replayed: what their model answered, folded by our memory."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from agentmem.agent_memory import AgentMemory
from agentmem.events import Fact, new_event
from agentmem.graph.contract import Store, Where
from agentmem.language.maps import read_map, ways_from
from agentmem.language.recorded import RecordedLanguage
from agentmem.testing.embedding import HashEmbedder
from agentmem_arigraph.extraction import fact_in
from agentmem_arigraph.memory import AriGraph

HERE = Path(__file__).resolve()
SHARED = Path(os.environ.get("AGENTMEM_SHARED_DATA", HERE.parents[3].parent / "shared" / "data"))
LOG = SHARED / "arigraph" / "logs" / "hunt_arigraph.txt"
STEP = re.compile(
    r"Observation: \n(?P<text>.*?)\nCrucial items: .*?\nNew triplets: (?P<new>\[.*?\])\n"
    r"Outdated triplets: (?P<old>[^\n]*).*?\"action_to_take\": \"(?P<action>[^\"]*)\"",
    re.DOTALL,
)
ARROW = re.compile(r"([^\[\]\"']+?) -> ([^\[\]\"']+)")
HEADER = re.compile(r"-= (.*?) =-")


@pytest.fixture(scope="module")
def steps() -> list[re.Match[str]]:
    if not LOG.exists():
        pytest.skip(f"{LOG} is not here: set AGENTMEM_SHARED_DATA to the folder with the authors' logs")
    attempt = LOG.read_text(encoding="utf-8").split("Attempt: 2")[0]
    found = (STEP.search(part) for part in re.split(r"\nStep: \d+\n", attempt)[1:])
    return [step for step in found if step is not None]


@pytest.fixture
def replayed(store: Store, steps: list[re.Match[str]]) -> AgentMemory:
    told = iter([None, *(step["action"] for step in steps)])
    events = [new_event(step["text"], action=next(told), id=f"e{n}") for n, step in enumerate(steps)]
    by_text = {step["text"]: step for step in steps}
    judged: Iterator[str] = iter(())

    def model(task: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        nonlocal judged
        if task == "arigraph.outdated":
            return {"replaced": list(replacements(next(judged), inputs))}
        step = by_text[inputs["text"]]
        judged = iter([step["old"]])
        return reading(step, inputs["action"])

    memory = AgentMemory(store, memory=AriGraph(), language=RecordedLanguage(model, embedder=HashEmbedder()))
    for event in events:
        assert memory.add_many([event]).set_aside == ()
    return memory


def reading(step: re.Match[str], action: str | None) -> dict[str, Any]:
    place = HEADER.search(step["text"])
    parts = [triple.split(", ", 2) for triple in ast.literal_eval(step["new"])]
    walked = place is not None and action is not None and re.fullmatch(r"go (north|south|east|west)", action)
    return {
        "facts": [{"subject": s, "relation": r, "object": o} for s, r, o in parts],
        "place": place[1] if place else None,
        "heading": walked[1] if walked else None,
    }


def replacements(recorded: str, inputs: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    old = {fact.text: alias for alias, fact in inputs["existing"].items()}
    new = {fact.text: alias for alias, fact in inputs["new"].items()}
    for left, right in ARROW.findall(recorded):
        yield {"old": old.get(left.strip(), left), "new": new.get(right.strip(), right)}


def test_the_recorded_run_gives_a_map_to_navigate_by(replayed: AgentMemory, steps: list[re.Match[str]]) -> None:
    places = [header[1].lower() for step in steps if (header := HEADER.search(step["text"]))]
    told = replayed.graph.scan(Where(memory="arigraph", label="Fact"))

    ways = ways_from("room a", read_map(fact_in(node) for node in told))

    assert ways.keys() == set(places)
    assert ways["room k"] == ("west", "south", "east", "east", "north", "north", "west")
    assert len(ways) == 10


def test_every_move_of_the_run_is_on_the_map(replayed: AgentMemory, steps: list[re.Match[str]]) -> None:
    told = replayed.graph.scan(Where(memory="arigraph", label="Fact"))
    moves = read_map(fact_in(node) for node in told).moves

    walked = 0
    for before, after in pairwise(steps):
        here, there = HEADER.search(before["text"]), HEADER.search(after["text"])
        direction = before["action"].removeprefix("go ")
        if here and there and direction in ("north", "south", "east", "west"):
            assert moves[here[1].lower()][direction] == there[1].lower()
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
