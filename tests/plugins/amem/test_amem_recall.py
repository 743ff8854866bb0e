"""What A-MEM recalls: hits, and what is linked to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from agentmem.agent_memory import AgentMemory
from agentmem.errors import LanguageUnavailable
from agentmem.events import Query
from agentmem.graph.contract import Node
from agentmem.language.contract import Language
from agentmem.testing.languages import PretendModel

Open = Callable[..., AgentMemory]
Say = Callable[..., None]
Notes = Callable[[AgentMemory], Mapping[str, Node]]
Model = Callable[..., Language]
NOW = datetime(2026, 2, 1, tzinfo=UTC)


def linking(*texts: str) -> Callable[[Mapping[str, Any]], Mapping[str, Any]]:
    """Return a model's evolution that links the note of the last text to those of the others, by their words."""

    def evolution(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        here = {alias for alias, note in inputs["neighbours"].items() if any(text in note.content for text in texts)}
        is_last = texts[-1] in inputs["note"].content
        return {"links": sorted(here) if is_last else [], "tags": [], "neighbours": []}

    return evolution


@pytest.fixture
def linked(open_memory: Open, say: Say, model: Model) -> Callable[..., AgentMemory]:
    """Six dogs, and a cellar that has nothing in common with them but a link to the sixth."""

    def opened(**settings: Any) -> AgentMemory:
        language = model(linking("cellar", "dog six"))
        memory = open_memory(language=language, neighbours=8, **settings)
        if not memory.status().entries:
            numbers = ("one", "two", "three", "four", "five", "six")
            say(memory, "wine lies below in the cellar", *(f"dog {number}" for number in numbers))
        return memory

    return opened


def test_the_nearest_notes_come_first_with_their_likeness(open_memory: Open, say: Say) -> None:
    memory = open_memory()
    say(memory, "rain fell", "the dog barked at the postman", "the dog barked")

    found = memory.search("dog barked")

    assert [one.sources for one in found[:2]] == [("e3",), ("e2",)]
    assert found[0].score == found[0].parts["vector"] > found[1].score


def test_what_is_linked_to_a_hit_comes_with_it_and_scores_less(linked: Callable[..., AgentMemory]) -> None:
    found = linked().search("dog six", limit=4)

    cellar = next(one for one in found if one.sources == ("e1",))
    hit = next(one for one in found if one.sources == ("e7",))
    assert cellar.parts["linked"] == pytest.approx(hit.score / 2)
    assert cellar.score < hit.score
    assert len(found) == 4


def test_a_link_leads_both_ways_unless_that_is_set_otherwise(linked: Callable[..., AgentMemory]) -> None:
    both = linked().search("wine cellar below", limit=2)
    one_way = linked(symmetric=False).search("wine cellar below", limit=2)

    assert [one.sources for one in both] == [("e1",), ("e7",)]
    assert "linked" in both[1].parts
    assert not any("linked" in one.parts for one in one_way)


@pytest.mark.parametrize(
    ("share", "limit", "places"), [(0.0, 5, 0), (0.2, 1, 0), (0.2, 2, 1), (0.5, 4, 1), (1.0, 3, 1)]
)
def test_places_are_kept_for_linked_notes_and_go_to_hits_where_there_are_none(
    linked: Callable[..., AgentMemory], share: float, limit: int, places: int
) -> None:
    found = linked(linked_share=share).search("dog six", limit=limit)

    assert sum("linked" in one.parts for one in found) == places
    assert len(found) == limit
    assert found[0].sources == ("e7",)


def test_a_linked_note_obeys_the_query_as_well(linked: Callable[..., AgentMemory]) -> None:
    memory = linked()

    for refused in ({"exclude": ("e1",)}, {"min_score": 0.6}):
        found = memory.search(Query(text="dog six", limit=4, now=NOW, **refused))
        assert ("e1",) not in [one.sources for one in found]


def test_room_goes_to_what_is_unlike_the_query_unless_that_is_set_otherwise(open_memory: Open, say: Say) -> None:
    say(open_memory(), *(f"{word} {word}" for word in ("rain", "moon", "coal", "fish", "mill", "salt")))
    query = Query(text="dog", now=NOW)

    filled, like = open_memory().search(query), open_memory(fill=False).search(query)

    assert len(filled) == 6
    assert filled[: len(like)] == like == [one for one in filled if one.score > 0]
    assert len(like) < 6


def test_a_note_that_evolved_is_recalled_with_the_time_and_place_of_its_event(open_memory: Open, say: Say) -> None:
    memory = open_memory()
    say(memory, "the rescue dog barked", "the rescue dog slept")

    first = next(one for one in memory.search("dog barked") if one.sources == ("e1",))

    assert len(memory.why(first.id).versions) == 2
    assert first.position == 1
    assert first.at == datetime(2026, 1, 1, 9, 1, tzinfo=UTC)


def test_what_is_told_is_the_content_or_all_of_the_note(open_memory: Open, say: Say) -> None:
    say(open_memory(), "the dog barked", speaker="Ann")

    (content,) = open_memory().search("dog")
    (note,) = open_memory(told="note").search("dog")

    assert content.text == "Ann (9:01 am on 1 January, 2026): the dog barked"
    assert note.text == f"{content.text}\ncontext: Ann: the dog barked\nkeywords: dog, barked\ntags: animals"


def test_a_search_asks_a_model_only_where_that_is_set(open_memory: Open, say: Say, rules: Language) -> None:
    say(open_memory(), "the dog barked")
    out = PretendModel(rules, lambda task, inputs: LanguageUnavailable(f"nobody answers {task}"))

    assert open_memory(language=out).search("where is the dog")[0].memory == "amem"
    (from_journal,) = open_memory(language=out, query="keywords").search("where is the dog")
    assert from_journal.parts["unasked"] == 1.0


def test_keywords_of_a_question_are_searched_with_where_that_is_set(open_memory: Open, say: Say) -> None:
    say(open_memory(), "what is where", "the dog")

    assert open_memory(query="keywords").search("where is what is the dog", limit=1)[0].sources == ("e2",)


def test_names_alone_can_be_asked_for_and_nothing_finds_nothing(open_memory: Open, say: Say) -> None:
    memory = open_memory()
    say(memory, "the dog barked")

    assert memory.search(Query(entities={"dog": 1}, now=NOW))
    assert memory.search(Query(text=" ", now=NOW)) == []
    assert memory.search("...") == []
