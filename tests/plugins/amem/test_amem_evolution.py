"""How A-MEM's notes link, and what they become."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentmem.agent_memory import AgentMemory
from agentmem.events import new_event
from agentmem.graph.contract import Node, Where
from agentmem.graph.sqlite import SQLiteStore
from agentmem.host import Host
from agentmem.language.contract import Language
from agentmem.language.prompting import filled
from agentmem.language.recording.replay import RecordedLanguage
from agentmem.testing.embedding import HashEmbedder
from agentmem_amem.evolution import EVOLVE, Neighbour, evolve, evolved_by_rule
from agentmem_amem.memory import AMem
from agentmem_amem.note import Note, note_in
from agentmem_amem.settings import AMemSettings

Open = Callable[..., AgentMemory]
Say = Callable[..., None]
Notes = Callable[[AgentMemory], Mapping[str, Node]]
Links = Callable[[AgentMemory], set[tuple[str, str]]]
Model = Callable[..., Language]
NOTHING: Mapping[str, Any] = {"links": [], "tags": [], "neighbours": []}


def a_note(content: str, *, keywords: str = "", tags: str = "", speaker: str = "") -> Note:
    return Note(content, "2026-01-01 09:00", tuple(keywords.split()), tuple(tags.split()), "It is so.", speaker)


def by_rule(note: Note, *others: Note, cosine: float = 0.9) -> Any:
    neighbours = {f"n{number}": other for number, other in enumerate(others, 1)}
    return evolved_by_rule(note, neighbours, dict.fromkeys(neighbours, cosine), likeness=0.55)


def test_notes_that_are_alike_and_share_a_keyword_are_linked_and_tagged(
    open_memory: Open, say: Say, notes: Notes, links: Links
) -> None:
    memory = open_memory()

    say(memory, "the rescue dog barked", "rain fell on stones", "the rescue dog slept")

    assert links(memory) == {("e3", "e1")}
    assert notes(memory)["e1"].props["tags"] == ["animals", "rescue", "dog"]


def test_likeness_without_a_shared_keyword_links_nothing() -> None:
    assert by_rule(a_note("x", keywords="dog"), a_note("x", keywords="cat")).links == ()


def test_a_shared_keyword_without_likeness_links_nothing() -> None:
    assert by_rule(a_note("x", keywords="dog"), a_note("x", keywords="dog"), cosine=0.5).links == ()


def test_a_shared_name_links_but_not_that_of_a_speaker() -> None:
    note = a_note("Ann (9:00 am on 1 January, 2026): I flew to Paris.", speaker="Ann")

    assert by_rule(note, a_note("We loved Paris in January.")).links == ("n1",)
    assert by_rule(note, a_note("I met Ann in January.")).links == ()
    assert by_rule(note, a_note("It rained, Ann.", keywords="ann"), cosine=1).links == ()


def test_a_note_is_linked_to_three_by_rule_and_takes_over_what_two_of_them_are_tagged_with() -> None:
    tagged = [a_note("x", keywords="dog", tags=tags) for tags in ("pet home", "pet", "pet home", "park")]

    said = by_rule(a_note("x", keywords="dog", tags="mine"), *tagged)

    assert said.links == ("n1", "n2", "n3")
    assert said.tags == ("mine", "pet", "home")


def test_a_neighbour_is_not_tagged_without_end_and_its_context_is_not_invented() -> None:
    full = a_note("x", keywords="dog cat", tags="a b c d e f g")

    (said,) = by_rule(a_note("x", keywords="dog cat"), full).neighbours

    assert said.tags == (*"abcdefg", "dog")
    assert said.context == ""


def test_a_model_sees_of_its_neighbours_what_they_say_once_under_aliases_and_not_without_end() -> None:
    seen: list[str] = []

    def answer(task: str, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        seen.append(filled(EVOLVE.prompt, inputs))
        return NOTHING

    near = [
        Neighbour("amem/1.0", a_note("blue " * 1000, keywords="sky", tags="nature"), 0.7),
        Neighbour("amem/2.0", a_note("It rains.", keywords="rain"), 0.6),
    ]
    evolve(RecordedLanguage(answer, embedder=HashEmbedder()), a_note("new"), near, AMemSettings(shown=100))

    assert "n1: [2026-01-01 09:00] blue blue" in seen[0]
    assert "context: It is so.\nkeywords: sky\ntags: nature\nn2: [2026-01-01 09:00] It rains." in seen[0]
    assert "keywords: rain" not in seen[0]
    assert "amem/1.0" not in seen[0]
    assert seen[0].count("blue") <= 20


def test_a_time_that_the_content_tells_is_not_told_again() -> None:
    said = a_note("Ann (9:00 am on 1 January, 2026): I flew to Paris.", speaker="Ann")

    assert str(said).startswith("Ann (9:00 am on 1 January, 2026): I flew")
    assert str(a_note("It rains.")).startswith("[2026-01-01 09:00] It rains.")


def test_a_neighbour_is_known_by_its_alias_however_it_is_written() -> None:
    near = [Neighbour("amem/1.0", a_note("blue"), 0.7), Neighbour("amem/2.0", a_note("sky"), 0.6)]
    answer = {**NOTHING, "links": ["N1", "[n2]", "n3"]}

    outcome = evolve(
        RecordedLanguage(lambda task, inputs: answer, embedder=HashEmbedder()), a_note("new"), near, AMemSettings()
    )

    assert (outcome.links, outcome.unknown) == (("amem/1.0", "amem/2.0"), 1)


def test_words_too_many_or_too_long_are_dropped_and_counted(open_memory: Open, notes: Notes) -> None:
    answer = {"keywords": [f"word{n}" for n in range(20)], "context": "So it is.", "tags": ["a", "A", "", "x" * 99]}
    language = RecordedLanguage(lambda task, inputs: answer, embedder=HashEmbedder())

    memory = open_memory(language=language)
    memory.add("a dog")

    (node,) = notes(memory).values()
    assert node.props["keywords"] == [f"word{n}" for n in range(12)]
    assert (node.props["tags"], node.props["dropped_words"]) == (["a"], 9)


def test_a_model_rewrites_context_and_tags_and_the_old_ones_are_kept(
    open_memory: Open, say: Say, notes: Notes, model: Model
) -> None:
    told = {"alias": "n1", "context": "The dog is called Rex.", "tags": ["Pets"]}
    memory = open_memory(language=model(lambda inputs: {**NOTHING, "neighbours": [told]}))

    say(memory, "a dog", "dog Rex")

    node = notes(memory)["e1"]
    assert (node.props["context"], node.props["tags"]) == ("The dog is called Rex.", ["pets"])
    versions = memory.why(node.id).versions
    assert [one.props["context"] for one in versions] == ["It is about dog.", "The dog is called Rex."]
    assert versions[1].since.event == "e2"


def test_what_a_model_leaves_empty_stays_as_it_is(open_memory: Open, say: Say, notes: Notes, model: Model) -> None:
    memory = open_memory(language=model(lambda inputs: {**NOTHING, "neighbours": [{"alias": "n1"}]}))
    say(memory, "a dog")
    before = notes(memory)["e1"]

    say(memory, "dog Rex")

    assert notes(memory)["e1"].props == before.props
    assert len(memory.why(before.id).versions) == 1


def test_without_evolution_notes_are_only_linked(
    open_memory: Open, say: Say, notes: Notes, links: Links, model: Model
) -> None:
    said = {"links": ["n1"], "tags": ["other"], "neighbours": [{"alias": "n1", "tags": ["other"]}]}
    memory = open_memory(language=model(lambda inputs: said), evolution=False)

    say(memory, "a dog", "dog Rex")

    assert links(memory) == {("e2", "e1")}
    assert [node.props["tags"] for node in notes(memory).values()] == [["said"], ["said"]]


def test_without_neighbours_nothing_is_linked_and_nobody_asked(open_memory: Open, say: Say, links: Links) -> None:
    memory = open_memory(neighbours=0)

    say(memory, "the dog", "the dog")

    assert links(memory) == set()


def test_a_write_reads_as_much_in_a_large_memory(open_memory: Open, say: Say) -> None:
    memory = open_memory()
    sizes = []
    for number in range(30):
        say(memory, f"the dog {number} barked")
        stats = memory.graph.stats()
        sizes.append((stats["nodes"], stats["edges"]))

    grown = [(later[0] - sooner[0], later[1] - sooner[1]) for sooner, later in pairwise(sizes)]
    assert {nodes for nodes, _ in grown} == {2}  # the event and its note
    assert max(edges for _, edges in grown) == 4  # the edge to the event, and three links


aliases = st.sampled_from(["n1", "n2", "n3", "n0", "n7", "-1", "0", "amem/1.0", ""])
words = st.lists(st.sampled_from(["Dog", "cat", "", " sea ", "[1, 2]", "true"]), max_size=4)
answers = st.fixed_dictionaries(
    {
        "links": st.lists(aliases, max_size=5),
        "tags": words,
        "neighbours": st.lists(
            st.fixed_dictionaries({"alias": aliases, "context": st.sampled_from(["", "New."]), "tags": words}),
            max_size=4,
        ),
    }
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.lists(answers, min_size=3, max_size=3))
def test_whatever_a_model_says_the_notes_stay_sound(host: Host, said: list[dict[str, Any]]) -> None:
    """Contents stay, links end at notes shown, and each vector is that of what the note says."""
    script = iter(said)

    def answer(task: str, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        if task == "amem.evolve":
            return next(script)
        return {"keywords": inputs["text"].split(), "context": "Old.", "tags": ["said"]}

    store = SQLiteStore.in_memory()
    language = RecordedLanguage(answer, embedder=HashEmbedder())
    memory = AgentMemory(store, memory=AMem(), language=language, host=host)
    events = [new_event(text, id=text) for text in ("dog one", "dog two", "dog three", "dog four")]

    assert memory.add_many(events).set_aside == ()

    found = memory.graph.scan(Where(memory="amem", label="Note"), vectors=True)
    assert sorted(node.text.rpartition(": ")[2] for node in found) == sorted(event.text for event in events)
    vectors = HashEmbedder().embed([note_in(node).text for node in found]).tolist()
    assert [node.vector.tolist() for node in found if node.vector is not None] == vectors
    edges = memory.graph.edges([node.id for node in found], types=["LINKED_TO"])
    assert all(edge.source != edge.target and edge.position > int(edge.target.split("/")[1][0]) for edge in edges)
    store.close()
