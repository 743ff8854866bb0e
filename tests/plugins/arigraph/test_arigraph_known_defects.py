"""The published program's defects, by the numbers of `memories.md` B.7: ours has none of them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from agentmem.agent_memory import AgentMemory
from agentmem.events import Event, Fact, Query, new_event
from agentmem.graph.contract import Node, Where
from agentmem.graph.sqlite import SQLiteStore
from agentmem.language.contract import Language
from agentmem.language.facts import Reading
from agentmem.language.maps import is_of_the_map, read_map, unexplored, ways_from
from agentmem.language.recording.replay import RecordedLanguage
from agentmem.language.rules import RuleLanguage
from agentmem.testing.embedding import HashEmbedder
from agentmem.testing.plain_grammar import read_plain
from agentmem_arigraph.episodic_search import rank_by_paper
from agentmem_arigraph.memory import AriGraph
from agentmem_arigraph.retirement import judge

Open = Callable[..., AgentMemory]
Tell = Callable[..., list[Event]]
Facts = Callable[[AgentMemory], Mapping[str, Node]]
NOW = datetime(2026, 2, 1, tzinfo=UTC)


def test_b1_episodes_are_ranked_by_what_this_search_found(open_memory: Open, tell: Tell) -> None:
    memory = open_memory(episodes=1, width=2, fill=False)
    tell(memory, "The coin is in the chest. The chest is open.", "The cup is on the shelf. The shelf is in the attic.")
    memory.search(Query(entities={"cup": 1}, now=NOW))

    found = memory.search(Query(entities={"coin": 1, "chest": 1}, now=NOW))

    assert [one.sources for one in found if one.kind == "episode"] == [("e1",)]


def test_b2_what_was_just_seen_is_not_recalled(open_memory: Open, tell: Tell) -> None:
    memory = open_memory()
    tell(memory, "The coin is in the chest.", "The chest is open. The chest is in the attic.")

    found = memory.search(Query(text="the chest", entities={"chest": 2}, limit=50, now=NOW, exclude=("e2",)))

    assert {one.text for one in found} == {"coin, is in, chest"}


def test_b3_no_fact_is_embedded_twice(open_memory: Open, tell: Tell, plain: Language) -> None:
    memory = open_memory()
    tell(memory, *(f"The stone {n} is in the pit {n}." for n in range(30)))
    written = plain.receipt().embedded

    for _ in range(3):
        memory.search(Query(entities={"stone 1": 3}, limit=50, now=NOW))

    assert plain.receipt().embedded == written


def test_b4_an_event_costs_the_same_however_many_there_are(open_memory: Open, tell: Tell) -> None:
    memory = open_memory()
    sizes = []
    for _ in range(40):
        tell(memory, "The coin is in the chest. The chest is open.")
        stats = memory.graph.stats()
        sizes.append((stats["nodes"], stats["edges"]))

    grown = {(later[0] - sooner[0], later[1] - sooner[1]) for sooner, later in pairwise(sizes[1:])}
    assert grown == {(2, 3)}  # the event and its episode; the edges to the event and to two known facts


def test_b5_a_name_may_hold_any_punctuation(store: SQLiteStore) -> None:
    fact = Fact(subject="salt, pepper; and more", relation="is in, or on", object="jar -> lid")
    language = RuleLanguage(HashEmbedder(), {"facts": [lambda text, action=None: Reading(facts=(fact,))]})
    memory = AgentMemory(store, memory=AriGraph(), language=language)

    memory.add("any text")

    assert memory.search("salt", limit=1)[0].fact == fact


def test_b6_case_articles_and_punctuation_do_not_hide_what_is_outdated(store: SQLiteStore) -> None:
    said = iter([("The Red Key", "table"), ("red  key.", "Inventory")])

    def read(text: str, action: str | None = None) -> Reading:
        subject, place = next(said)
        return Reading(facts=(Fact(subject=subject, relation="is in", object=place, slot="place"),))

    memory = AgentMemory(store, memory=AriGraph(), language=RuleLanguage(HashEmbedder(), {"facts": [read]}))

    memory.add("once")
    memory.add("and then")

    assert [one.text for one in memory.search("red key") if one.kind == "fact"] == ["red key, is in, inventory"]


@pytest.mark.parametrize(
    ("fact", "guarded"),
    [
        (Fact(subject="western novel", relation="is on", object="shelf"), False),
        (Fact(subject="feast", relation="is in", object="hall"), False),
        (Fact(subject="carrot", relation="to be", object="diced"), False),
        (Fact(subject="hall", relation="is west of", object="yard"), True),
        (Fact(subject="hall", relation="has exit", object="west"), True),
    ],
)
def test_b7_only_facts_of_the_map_are_guarded(fact: Fact, guarded: bool) -> None:
    assert is_of_the_map(fact) is guarded


def test_b7_what_was_to_be_done_is_outdated_once_it_is_done(plain: Language) -> None:
    to_do = Fact(subject="carrot", relation="to be", object="diced")
    done = Fact(subject="carrot", relation="is", object="diced", slot="cut")

    assert judge(plain, {"n": to_do}, [done]).replaced == {"n": done}


def test_b8_an_answer_that_cannot_be_used_sets_one_event_aside(open_memory: Open) -> None:
    def model(task: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        if "garbled" in inputs["text"]:
            return {"facts": "```json oops"}
        return {"facts": [{"subject": "key", "relation": "is in", "object": "box"}]}

    memory = open_memory(language=RecordedLanguage(model, embedder=HashEmbedder()))

    added = memory.add_many([new_event("garbled", id="bad"), new_event("the key is in the box", id="good")])

    assert added.set_aside == ("bad",)
    assert "key, is in, box" in {one.text for one in memory.search("where is the key")}


def test_b9_what_was_true_can_still_be_asked_for(open_memory: Open, tell: Tell) -> None:
    memory = open_memory()
    tell(memory, "The key is on the table.", "The key is in the inventory.")

    then = [one.text for one in memory.search("where is the key", as_of=1) if one.kind == "fact"]
    now = [one.text for one in memory.search("where is the key") if one.kind == "fact"]

    assert (then, now) == (["key, is on, table"], ["key, is in, inventory"])


def test_b10_likeness_is_of_unit_vectors_and_needs_no_threshold(open_memory: Open, tell: Tell) -> None:
    memory = open_memory(width=10)
    tell(memory, *(f"The stone {n} is in the pit {n}." for n in range(10)))

    found = memory.search(Query(text="stone pit", limit=50, now=NOW))

    assert all(0 < one.parts["similarity"] <= 1 for one in found if "similarity" in one.parts)


def test_b11_no_part_of_an_observation_is_cut(open_memory: Open, tell: Tell) -> None:
    memory = open_memory()
    text = "A sign: x > y. The coin is in the chest. > The chest is open."

    tell(memory, f"> read sign\n{text}")

    (episode,) = memory.graph.scan(Where(memory="arigraph", label="Episode"))
    assert episode.text == f"> read sign\n{text}"


def test_b12_a_place_without_a_way_is_absent_and_no_sentence() -> None:
    drawn = read_map([Fact(subject="island", relation="has exit", object="north")])

    assert "island" not in ways_from("hall", drawn)


def test_b13_everything_is_there_after_reopening(tmp_path: Path) -> None:
    def opened() -> tuple[SQLiteStore, AgentMemory]:
        store = SQLiteStore(tmp_path / "agent.db")
        language = RuleLanguage(HashEmbedder(), {"facts": [read_plain]})
        return store, AgentMemory(store, memory=AriGraph(), language=language)

    store, memory = opened()
    memory.add("You are in the hall. The key is on the table.")
    before = memory.search(Query(text="key", now=NOW))
    store.close()

    store, memory = opened()
    assert memory.search(Query(text="key", now=NOW)) == before
    store.close()


def test_b14_the_best_episodes_are_returned_and_not_the_worst() -> None:
    episodes = {f"episode {size}": (size, size) for size in (2, 4, 8, 16)}

    assert [one for one, _ in rank_by_paper(episodes, limit=2)] == ["episode 16", "episode 8"]


def test_b14_b15_nothing_depends_on_the_hash_seed_of_the_process() -> None:
    program = (
        "from agentmem.agent_memory import AgentMemory\n"
        "from agentmem.events import new_event\n"
        "from agentmem.graph.digest import digest\n"
        "from agentmem.graph.sqlite import SQLiteStore\n"
        "from agentmem.language.rules import RuleLanguage\n"
        "from agentmem.testing.embedding import HashEmbedder\n"
        "from agentmem.testing.memory_contract import LATER, SCENES\n"
        "from agentmem.testing.plain_grammar import read_plain\n"
        "from agentmem_arigraph.memory import AriGraph\n"
        "language = RuleLanguage(HashEmbedder(), {'facts': [read_plain]})\n"
        "memory = AgentMemory(SQLiteStore.in_memory(), memory=AriGraph(), language=language)\n"
        "memory.add_many([new_event(t, action=a, id=str(n), at=LATER) for n, (a, t) in enumerate(SCENES)])\n"
        "found = memory.search('explore: where is the red key', limit=50, now=LATER)\n"
        "print(digest(memory.graph, 'arigraph'), [one.text for one in found])\n"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert len(said) == 1


def test_b16_an_exit_that_turned_out_to_be_none_is_not_unexplored(open_memory: Open, tell: Tell) -> None:
    memory = open_memory(navigation="always")
    tell(memory, "You are in the hall. Exits: north, east.", "> go east\nThere is no exit east.")

    exits = [one.text for one in memory.search("anything", limit=20) if one.kind == "exit"]

    assert exits == ["unexplored: north of hall"]
    walls = [Fact(subject="hall", relation="has no exit", object="east")]
    assert unexplored("hall", read_map([*walls, Fact(subject="hall", relation="has exit", object="east")])) == []
