"""The published programs' defects, by the numbers of `memories.md` A.7: ours has none of them.

A13 (a search that always raises), A16 (an import that Python has dropped) and A17
(scoring against the wrong answer) have nothing that corresponds to them here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from agentmem.agent_memory import AgentMemory
from agentmem.events import Query, new_event
from agentmem.graph.contract import Node
from agentmem.graph.sqlite import SQLiteStore
from agentmem.host import Host
from agentmem.language.contract import Language
from agentmem.language.recording.replay import RecordedLanguage
from agentmem.language.rules import RuleLanguage
from agentmem.testing.embedding import HashEmbedder
from agentmem.testing.memory_contract import LATER
from agentmem_amem.memory import AMem
from agentmem_amem.note import note_in

Open = Callable[..., AgentMemory]
Say = Callable[..., None]
Notes = Callable[[AgentMemory], Mapping[str, Node]]
Vectors = Callable[[AgentMemory], Mapping[str, list[float]]]
Links = Callable[[AgentMemory], set[tuple[str, str]]]
Model = Callable[..., Language]
NOTHING: Mapping[str, Any] = {"links": [], "tags": [], "neighbours": []}
DOGS = ("the dog one", "the dog two", "the dog three", "the dog four", "the dog five", "the dog six")


def tagging(content: str, tag: str) -> Callable[[Mapping[str, Any]], Mapping[str, Any]]:
    """Return a model's evolution that links, and tags anew, the neighbour with this content."""

    def evolution(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        found = [alias for alias, note in inputs["neighbours"].items() if content in note.content]
        return {"links": found, "tags": [], "neighbours": [{"alias": alias, "tags": [tag]} for alias in found]}

    return evolution


def listening() -> tuple[list[Mapping[str, Any]], Callable[[Mapping[str, Any]], Mapping[str, Any]]]:
    """Return what a model will have been asked, and its evolution, which changes nothing."""
    asked: list[Mapping[str, Any]] = []

    def evolution(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        asked.append(inputs)
        return NOTHING

    return asked, evolution


def test_a1_a_note_that_cannot_be_made_is_set_aside_and_not_written_empty(open_memory: Open) -> None:
    def answer(task: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        return {} if inputs["text"] == "garbled" else {"keywords": ["dog"], "context": "A dog.", "tags": ["pets"]}

    memory = open_memory(language=RecordedLanguage(answer, embedder=HashEmbedder()))

    added = memory.add_many([new_event("garbled", id="bad"), new_event("the dog", id="good")])

    assert added.set_aside == ("bad",)
    assert [one.sources for one in memory.search("dog") if "vector" in one.parts][:1] == [("good",)]


def test_a2_every_note_is_described(open_memory: Open, say: Say, notes: Notes) -> None:
    memory = open_memory()

    say(memory, "My son won the race", "Dinner was a meal of carrots")

    for node in notes(memory).values():
        assert node.props["keywords"]
        assert node.props["tags"]
        assert node.props["context"]


def test_a3_exactly_the_neighbour_that_is_named_evolves(
    open_memory: Open, say: Say, notes: Notes, vectors: Vectors, model: Model
) -> None:
    memory = open_memory(language=model(tagging("dog three", "seaside")))
    say(memory, *DOGS[:3])
    before = notes(memory), vectors(memory)

    say(memory, *DOGS[3:4])

    after = notes(memory), vectors(memory)
    assert (before[0]["e3"].props["tags"], after[0]["e3"].props["tags"]) == (["said"], ["seaside"])
    assert after[1]["e3"] != before[1]["e3"]
    for event in ("e1", "e2"):
        assert after[0][event] == before[0][event]
        assert after[1][event] == before[1][event]


def test_a4_links_lead_to_the_notes_that_were_meant(open_memory: Open, say: Say, links: Links, model: Model) -> None:
    memory = open_memory(language=model(tagging("dog two", "x")))

    say(memory, *DOGS[:4])

    assert links(memory) == {("e3", "e2"), ("e4", "e2")}


@pytest.mark.parametrize("alias", ["n7", "0", "-1", "memory index:1", "amem/1.0", ""])
def test_a5_what_was_not_shown_cannot_be_named(
    open_memory: Open, say: Say, notes: Notes, links: Links, model: Model, alias: str
) -> None:
    said = {"links": [alias, "n1"], "tags": [], "neighbours": [{"alias": alias, "tags": ["wrong"]}]}
    memory = open_memory(language=model(lambda inputs: said))

    say(memory, "a dog", "the dog")

    assert links(memory) == {("e2", "e1")}
    assert notes(memory)["e1"].props["tags"] == ["said"]
    assert notes(memory)["e2"].props["unknown_aliases"] == 2


def test_a6_a_new_tag_is_searchable_at_once(open_memory: Open, say: Say, model: Model) -> None:
    memory = open_memory(language=model(tagging("dog three", "seaside holiday")))
    say(memory, *DOGS[:3])
    before = memory.search("seaside holiday")

    say(memory, "the dog four")

    found = memory.search("seaside holiday")
    assert found[0].sources == ("e3",)
    assert found[0].score > max((one.score for one in before), default=0.0) + 0.1


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 20])
def test_a7_no_note_comes_twice_and_no_more_than_are_wanted(open_memory: Open, say: Say, limit: int) -> None:
    memory = open_memory()
    say(memory, *DOGS)

    found = memory.search("the dog", limit=limit)

    assert len({one.id for one in found}) == len(found) == min(limit, 6)


def test_a8_linked_notes_are_not_cut_off_and_higher_scores_are_better(
    open_memory: Open, say: Say, model: Model
) -> None:
    memory = open_memory(language=model(tagging("wine", "x")), neighbours=10)
    say(memory, "wine lies below", *DOGS)

    found = memory.search("the dog", limit=3)

    assert ("e1",) in [one.sources for one in found]
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_a9_content_keywords_tags_and_context_are_embedded_together(
    open_memory: Open, say: Say, vectors: Vectors
) -> None:
    memory = open_memory()

    say(memory, "I adopted a rescue dog. It barked.")

    text = "I adopted a rescue dog. It barked.\nrescue, dog, adopted, barked\nanimals\nI adopted a rescue dog."
    expected, asked = HashEmbedder().embed([text, "animals"])
    assert vectors(memory)["e1"] == expected.tolist()
    assert memory.search("animals")[0].score == pytest.approx(float(expected @ asked))


def test_a10_consolidating_embeds_nothing_that_did_not_change(
    open_memory: Open, say: Say, notes: Notes, embedder: Any
) -> None:
    memory = open_memory(likeness=0.99)
    say(memory, *DOGS)
    embedder.given.clear()
    before = notes(memory)

    memory.consolidate(now=LATER)

    assert embedder.given == []
    assert {event: node.id for event, node in notes(memory).items()} == {e: n.id for e, n in before.items()}


def test_a11_two_namespaces_never_meet_and_opening_one_keeps_the_other(open_memory: Open, say: Say) -> None:
    ann = open_memory(namespace="ann")
    say(ann, "the dog of ann")

    bob = open_memory(namespace="bob")
    say(bob, "the dog of bob")

    assert [one.text.rpartition(": ")[2] for one in ann.search("dog")] == ["the dog of ann"]
    assert [one.text.rpartition(": ")[2] for one in bob.search("dog")] == ["the dog of bob"]


def test_a12_notes_and_links_survive_a_restart(tmp_path: Path, say: Say, links: Links, host: Host) -> None:
    def opened() -> tuple[SQLiteStore, AgentMemory]:
        store = SQLiteStore(tmp_path / "agent.db")
        return store, AgentMemory(store, memory=AMem(), language=RuleLanguage(HashEmbedder()), host=host)

    store, memory = opened()
    say(memory, "the rescue dog barked", "the rescue dog slept")
    before = memory.search(Query(text="dog", now=LATER)), links(memory)
    store.close()

    store, memory = opened()
    assert (memory.search(Query(text="dog", now=LATER)), links(memory)) == before
    assert before[1] == {("e2", "e1")}
    store.close()


def test_a14_nobody_is_asked_how_a_first_note_evolves(open_memory: Open, say: Say, model: Model) -> None:
    asked, evolution = listening()
    memory = open_memory(language=model(evolution))

    say(memory, "the dog")
    first = len(asked)
    say(memory, "the dog again")

    assert (first, len(asked)) == (0, 1)


def test_a14_notes_of_many_events_are_made_ahead(open_memory: Open, model: Model) -> None:
    language = model(lambda inputs: NOTHING)
    memory = open_memory(language=language)

    memory.add_many([new_event(text, id=text) for text in DOGS])

    assert language.receipt().cached >= len(DOGS)  # answered before they were asked


def test_a15_nothing_is_printed(open_memory: Open, say: Say, capfd: pytest.CaptureFixture[str]) -> None:
    memory = open_memory()

    say(memory, *DOGS)
    memory.search("dog")
    memory.consolidate(now=LATER)

    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("text", ["[1, 2]", "2023", "true", "null", "{'a': 1}"])
def test_a18_what_looks_like_a_literal_stays_text(open_memory: Open, say: Say, text: str, notes: Notes) -> None:
    def answer(task: str, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        return NOTHING if task == "amem.evolve" else {"keywords": [text], "context": text, "tags": [text]}

    memory = open_memory(language=RecordedLanguage(answer, embedder=HashEmbedder()))

    memory.add_many([new_event(text, id="e1", role="environment")])

    note = note_in(notes(memory)["e1"])
    assert (note.content, note.keywords, note.tags, note.context) == (text, (text,), (text,), text)


def test_a19_content_and_id_of_a_note_never_change(open_memory: Open, say: Say, notes: Notes, model: Model) -> None:
    memory = open_memory(language=model(tagging("dog one", "x")))
    say(memory, DOGS[0])
    before = notes(memory)["e1"]

    say(memory, *DOGS[1:])

    after = notes(memory)["e1"]
    assert (after.id, after.text, after.props["source"]) == (before.id, before.text, "e1")
    assert {one.text for one in memory.why(after.id).versions} == {before.text}


def test_a19_a_note_that_is_taken_back_leaves_no_link_behind(open_memory: Open, say: Say, links: Links) -> None:
    memory = open_memory()
    say(memory, "the rescue dog barked", "the rescue dog slept")

    memory.undo("e2")

    assert links(memory) == set()
    assert [one.sources for one in memory.search("rescue dog", limit=5)] == [("e1",)]
    assert len(memory.search("rescue dog", as_of=2)) == 2


def test_a19_a_note_that_others_changed_since_is_taken_back_as_well(open_memory: Open, say: Say, model: Model) -> None:
    memory = open_memory(language=model(tagging("dog one", "x")))
    say(memory, *DOGS[:3])

    memory.undo("e1")

    assert {one.sources for one in memory.search("dog", limit=5)} == {("e2",), ("e3",)}


def test_a20_neighbours_are_asked_for_by_the_names_they_are_shown_under(
    open_memory: Open, say: Say, model: Model
) -> None:
    asked, evolution = listening()
    memory = open_memory(language=model(evolution), neighbours=3)

    say(memory, *DOGS)

    assert list(asked[-1]["neighbours"]) == ["n1", "n2", "n3"]


def test_a_write_embeds_the_new_note_and_what_it_changes_and_nothing_else(
    open_memory: Open, say: Say, notes: Notes, model: Model, embedder: Any
) -> None:
    memory = open_memory(language=model(tagging("dog three", "seaside")))
    say(memory, *DOGS[:3])
    embedder.given.clear()

    say(memory, "the dog four")

    expected = {note_in(notes(memory)[event]).text for event in ("e3", "e4")}
    assert sorted(embedder.given) == sorted(expected)
