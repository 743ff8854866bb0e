"""Which facts AriGraph finds, and in which order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from agentmem.agent_memory import AgentMemory
from agentmem.errors import LanguageUnavailable
from agentmem.events import Event, Query
from agentmem.language.contract import Language
from agentmem.language.rules import RuleLanguage
from agentmem.testing.embedding import HashEmbedder
from agentmem.testing.languages import PretendModel
from agentmem.testing.plain_grammar import read_plain
from agentmem_arigraph.semantic_search import entities_by_rule, phrases

Open = Callable[..., AgentMemory]
Tell = Callable[..., list[Event]]
NOW = datetime(2026, 2, 1, tzinfo=UTC)
CHAIN = ("The coin is in the chest.", "The chest is on the raft.", "The raft is on the lake.")


def around(memory: AgentMemory, name: str, *, depth: int, limit: int = 20) -> list[str]:
    found = memory.search(Query(entities={name: depth}, limit=limit, now=NOW))
    return [one.text for one in found if one.kind == "fact"]


def test_at_depth_one_only_what_is_near_the_entity_is_found(open_memory: Open, tell: Tell) -> None:
    memory = open_memory(width=1, fill=False)
    tell(memory, *CHAIN)

    assert around(memory, "coin", depth=1) == ["coin, is in, chest"]


def test_each_hop_looks_around_the_entities_it_found(open_memory: Open, tell: Tell) -> None:
    memory = open_memory(width=2, fill=False)
    tell(memory, *CHAIN)

    assert "chest, is on, raft" not in around(memory, "coin", depth=1, limit=2)
    assert "chest, is on, raft" in around(memory, "coin", depth=2)


def test_a_fact_that_was_found_once_fills_room_without_a_score_later(open_memory: Open, tell: Tell) -> None:
    memory = open_memory(width=1)
    tell(memory, *CHAIN)

    found = {one.text: one for one in memory.search(Query(entities={"coin": 1}, limit=20, now=NOW))}
    later = {one.text: one for one in memory.search(Query(entities={"lake": 1}, limit=20, now=NOW))}

    assert found["coin, is in, chest"].score > 0
    assert later["coin, is in, chest"].score == 0
    assert later["coin, is in, chest"].parts == {"fill": 1.0}


def test_a_fact_of_two_namespaces_tells_of_each_where_it_comes_from(open_memory: Open, tell: Tell) -> None:
    one, other = open_memory(namespace="one"), open_memory(namespace="other")
    tell(one, CHAIN[0])
    tell(other, CHAIN[1], CHAIN[0])

    of = [memory.search(Query(entities={"coin": 1}, limit=20, now=NOW)) for memory in (one, other)]

    told = [next(fact for fact in found if fact.text == "coin, is in, chest") for found in of]
    assert [(fact.sources, fact.position) for fact in told] == [(("e1",), 1), (("e2",), 2)]


def test_what_is_nearer_the_start_scores_higher(open_memory: Open, tell: Tell) -> None:
    memory = open_memory(width=2, fill=False)
    tell(memory, *CHAIN)

    found = memory.search(Query(entities={"coin": 3}, limit=20, now=NOW))

    hops = [one.parts["hops"] for one in found if one.kind == "fact"]
    assert hops == sorted(hops)


def test_an_asker_with_room_is_told_more_and_one_without_is_not(open_memory: Open, tell: Tell) -> None:
    memory = open_memory(width=1)
    tell(memory, *CHAIN)

    assert len(around(memory, "coin", depth=1)) == 3
    assert around(memory, "coin", depth=1, limit=1) == ["coin, is in, chest"]


def test_when_not_all_fits_what_is_linked_to_the_found_comes_first(open_memory: Open, tell: Tell) -> None:
    memory = open_memory(width=1)
    tell(memory, *CHAIN, *(f"The stone {n} is in the pit {n}." for n in range(20)))

    assert around(memory, "coin", depth=1, limit=3) == ["coin, is in, chest", "chest, is on, raft", "raft, is on, lake"]


def test_a_search_embeds_only_what_the_query_names(open_memory: Open, tell: Tell) -> None:
    tell(open_memory(), *CHAIN)
    fresh = RuleLanguage(HashEmbedder(), {"facts": [read_plain]})
    memory = open_memory(language=fresh)

    memory.search(Query(text="where is it", entities={"coin": 3, "lake": 2}, now=NOW))

    assert fresh.receipt().embedded == 3


def test_names_the_memory_knows_are_found_in_the_text_of_a_query(open_memory: Open, tell: Tell) -> None:
    memory = open_memory(width=1, fill=False)
    tell(memory, *CHAIN)

    found = [one.text for one in memory.search("tell me all about the raft")]

    assert "chest, is on, raft" in found or "raft, is on, lake" in found


def test_a_model_is_asked_for_entities_only_where_that_is_set(open_memory: Open, tell: Tell, plain: Language) -> None:
    tell(open_memory(), *CHAIN)
    model = PretendModel(plain, lambda task, inputs: LanguageUnavailable(f"nobody answers {task}"))

    assert open_memory(language=model).search("the coin")[0].memory == "arigraph"
    found = open_memory(language=model, entities="language").search("the coin")
    assert {one.memory for one in found} == {"journal"}


def test_a_name_is_known_by_its_whole_words() -> None:
    said = phrases("Go north with the Key 1!")

    assert {"key", "key 1", "north"} <= set(said)
    assert "monkey" not in said


def test_directions_are_no_entities_to_search_around() -> None:
    assert [one.name for one in entities_by_rule("go north", ["key", "north"]).entities] == ["key"]


def test_what_another_event_said_as_well_is_not_excluded(open_memory: Open, tell: Tell) -> None:
    memory = open_memory(width=3, fill=False)
    tell(memory, "The coin is in the chest.", "The coin is in the chest. The chest is open.")

    found = memory.search(Query(entities={"coin": 1, "chest": 1}, now=NOW, exclude=("e1",)))

    facts = {one.text: one.sources for one in found if one.kind == "fact"}
    assert facts == {"coin, is in, chest": ("e2",), "chest, is, open": ("e2",)}
