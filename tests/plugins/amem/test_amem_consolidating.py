"""A-MEM's second look at notes that stand alone, and the notes as people see them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from agentmem.agent_memory import AgentMemory
from agentmem.graph.contract import Node
from agentmem.graph.view import MemoryGraph
from agentmem.language.contract import Language
from agentmem.shape import Group
from agentmem_amem.memory import AMem

Open = Callable[..., AgentMemory]
Say = Callable[..., None]
Notes = Callable[[AgentMemory], Mapping[str, Node]]
Links = Callable[[AgentMemory], set[tuple[str, str]]]
Model = Callable[..., Language]
NOW = datetime(2026, 2, 1, tzinfo=UTC)
NOTHING: Mapping[str, Any] = {"links": [], "tags": [], "neighbours": []}


class Mind:
    """A model that can be told to change its mind, and counts how often it was asked."""

    def __init__(self) -> None:
        self.says: Mapping[str, Any] = NOTHING
        self.asked: list[str] = []

    def __call__(self, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        self.asked.append(inputs["note"].content.rpartition(": ")[2])
        return self.says


def shown(memory: AgentMemory) -> Group:
    (group,) = AMem().show(MemoryGraph(memory.graph, "amem", memory.status().folded), NOW)
    return group


def test_a_note_that_stands_alone_is_compared_with_what_came_later(
    open_memory: Open, say: Say, links: Links, model: Model
) -> None:
    mind = Mind()
    memory = open_memory(language=model(mind))
    say(memory, "dog one", "dog two")
    mind.says = {**NOTHING, "links": ["n1"], "neighbours": [{"alias": "n1", "tags": ["pets"]}]}

    memory.consolidate(now=NOW)

    assert links(memory) == {("e1", "e2")}
    assert mind.asked == ["dog two", "dog one"]
    assert [one.about["tags"] for one in shown(memory).items] == [["said"], ["pets"]]


def test_nothing_is_compared_again_unless_it_is_new_or_changed(open_memory: Open, say: Say, model: Model) -> None:
    mind = Mind()
    memory = open_memory(language=model(mind))
    say(memory, "dog one", "dog two")
    memory.consolidate(now=NOW)
    mind.asked.clear()

    memory.consolidate(now=NOW)
    say(memory, "dog three", "dog four")
    memory.consolidate(now=NOW)

    # each when it was written; then the third once more, with the fourth in sight
    assert mind.asked == ["dog three", "dog four", "dog three"]


def test_what_consolidating_changed_is_no_reason_to_compare_it_again(open_memory: Open, say: Say, model: Model) -> None:
    mind = Mind()
    memory = open_memory(language=model(mind))
    say(memory, "dog one", "dog two")
    mind.says = {**NOTHING, "neighbours": [{"alias": "n1", "tags": ["pets"]}]}
    memory.consolidate(now=NOW)
    mind.asked.clear()

    memory.consolidate(now=NOW)

    assert mind.asked == []


def test_so_many_are_compared_at_a_time_oldest_first(open_memory: Open, say: Say, model: Model) -> None:
    mind = Mind()
    memory = open_memory(language=model(mind), consolidated=2)
    say(memory, "dog one", "dog two", "dog three", "dog four", "dog five")
    mind.asked.clear()

    memory.consolidate(now=NOW)
    memory.consolidate(now=NOW)

    assert mind.asked == ["dog one", "dog two", "dog three", "dog four"]


def test_a_neighbour_taught_twice_in_one_go_keeps_both_lessons(
    open_memory: Open, say: Say, notes: Notes, model: Model
) -> None:
    def teach(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        alias = next((name for name, note in inputs["neighbours"].items() if "cat" in note.content), None)
        if alias is None or not teaching:
            return NOTHING
        tags = [*inputs["neighbours"][alias].tags, inputs["note"].keywords[0]]
        return {**NOTHING, "neighbours": [{"alias": alias, "tags": tags}]}

    teaching: list[bool] = []
    memory = open_memory(language=model(teach))
    say(memory, "dog one", "bird two", "cat three")
    teaching.append(True)

    memory.consolidate(now=NOW)

    assert notes(memory)["e3"].props["tags"] == ["said", "dog", "bird"]
    assert len(memory.why(notes(memory)["e3"].id).versions) == 2


def test_notes_are_shown_as_written_with_links_and_number_of_revisions(open_memory: Open, say: Say) -> None:
    memory = open_memory()
    say(memory, "the rescue dog barked", "rain fell on stones", "the rescue dog slept")

    group = shown(memory)

    first, second, third = group.items
    assert group.about == {"notes": 3, "links": 1, "alone": 1}
    assert (first.about["links"], third.about["links"], second.about["links"]) == ([third.id], [first.id], [])
    assert [one.about["revisions"] for one in group.items] == [1, 0, 0]
    assert first.about["keywords"] == ["rescue", "dog", "barked"]
    assert first.about["context"] == "the rescue dog barked"
