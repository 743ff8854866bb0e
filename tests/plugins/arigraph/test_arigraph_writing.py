"""What AriGraph makes of an event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from agentmem.agent_memory import AgentMemory
from agentmem.events import Event, Fact
from agentmem.graph.contract import Node, Where
from agentmem.language.contract import Language
from agentmem.language.facts import HERE, Reading, normal
from agentmem.language.recording.replay import RecordedLanguage
from agentmem.language.rules import RuleLanguage
from agentmem.testing.embedding import HashEmbedder
from agentmem_arigraph.extraction import resolve

Open = Callable[..., AgentMemory]
Tell = Callable[..., list[Event]]
Facts = Callable[[AgentMemory], Mapping[str, Node]]

HALL = "You are in the hall. Exits: north. The knife is in the locker. The rope is in the locker."


def test_a_move_tells_how_two_places_lie_to_each_other(open_memory: Open, tell: Tell, facts: Facts) -> None:
    memory = open_memory()

    tell(memory, "You are in the hall.", "> go north\nYou are in the kitchen.")

    assert facts(memory).keys() == {"kitchen, is north of, hall", "hall, is south of, kitchen"}


def test_a_text_without_a_place_is_set_where_the_last_one_was(open_memory: Open, tell: Tell, facts: Facts) -> None:
    memory = open_memory()

    tell(memory, "You are in the hall.", "> look\nThe box is here.")

    assert "box, is in, hall" in facts(memory)


def test_another_session_does_not_begin_where_the_last_one_ended(open_memory: Open, tell: Tell, facts: Facts) -> None:
    memory = open_memory()

    tell(memory, "You are in the hall.", session="monday")
    tell(memory, "> go north\nYou are in the kitchen.", "The box is here.", session="tuesday")

    assert facts(memory).keys() == {"box, is in, kitchen"}


def test_taking_something_from_the_locker_retires_that_fact_only(open_memory: Open, tell: Tell, facts: Facts) -> None:
    memory = open_memory()

    tell(memory, HALL, "> take knife\nThe knife is in the inventory.")

    assert facts(memory).keys() == {"hall, has exit, north", "rope, is in, locker", "knife, is in, inventory"}


def test_an_outdated_fact_is_kept_with_what_replaced_it(open_memory: Open, tell: Tell, facts: Facts) -> None:
    memory = open_memory()
    tell(memory, HALL)
    old = facts(memory)["knife, is in, locker"]

    tell(memory, "> take knife\nThe knife is in the inventory.")

    explained = memory.why(old.id)
    assert explained.successor == facts(memory)["knife, is in, inventory"].id
    assert explained.reason == "outdated by: knife, is in, inventory"


def test_a_known_fact_is_not_added_again_but_its_episode_links_to_it(
    open_memory: Open, tell: Tell, facts: Facts
) -> None:
    memory = open_memory()
    tell(memory, HALL)
    before = facts(memory)

    tell(memory, f"> look\n{HALL}")

    assert {text: node.id for text, node in facts(memory).items()} == {t: n.id for t, n in before.items()}
    episodes = memory.graph.edges([before["rope, is in, locker"].id], types=["EXTRACTED"], direction="in")
    assert len(episodes) == 2


def test_an_episode_is_one_hyper_edge_over_all_its_facts(open_memory: Open, tell: Tell, facts: Facts) -> None:
    memory = open_memory()
    (event,) = tell(memory, HALL)

    (episode,) = memory.graph.scan(Where(memory="arigraph", label="Episode"))

    edges = memory.graph.edges([episode.id], direction="out")
    assert {edge.target for edge in edges if edge.type == "EXTRACTED"} == {node.id for node in facts(memory).values()}
    assert [edge.target for edge in edges if edge.type == "OF"] == [event.node]
    assert episode.text == event.passage


def test_a_thing_that_returns_is_a_new_fact_with_a_past(open_memory: Open, tell: Tell, facts: Facts) -> None:
    memory = open_memory()
    tell(memory, HALL, "> take knife\nThe knife is in the inventory.")

    tell(memory, "> insert knife into locker\nThe knife is in the locker.")

    assert "knife, is in, locker" in facts(memory)
    found = memory.graph.scan(Where(memory="arigraph", label="Fact", retired=True))
    assert [node.retired for node in found if node.text == "knife, is in, locker"] == [2, None]


def test_what_fills_a_slot_is_found_however_much_was_told_since(open_memory: Open, tell: Tell, facts: Facts) -> None:
    memory = open_memory()
    tell(memory, "The key is on the table.")
    tell(memory, *(f"The key unlocks the door {n}." for n in range(5)))

    tell(memory, "The key is on the shelf.")

    assert "key, is on, table" not in facts(memory)
    assert "key, is on, shelf" in facts(memory)


def test_a_known_fact_is_recognised_however_much_was_told_since(open_memory: Open, tell: Tell) -> None:
    memory = open_memory()
    tell(memory, *(f"The key unlocks the door {n}." for n in range(5)))
    before = memory.graph.stats()["arigraph/Fact"]

    tell(memory, "The key unlocks the door 0.")

    assert memory.graph.stats()["arigraph/Fact"] == before


def test_of_two_values_in_one_text_the_last_one_stands() -> None:
    said = (
        Fact(subject="key", relation="is on", object="table", slot="place"),
        Fact(subject="Key", relation="is in", object="Inventory", slot="place"),
    )

    scene = resolve(Reading(facts=said), before=None)

    assert [fact.text for fact in scene.facts] == ["key, is in, inventory"]


def test_a_fact_about_here_is_dropped_and_counted_while_no_place_is_known() -> None:
    reading = Reading(facts=(Fact(subject=HERE, relation="has exit", object="north"),))

    scene = resolve(reading, before=None)

    assert scene.facts == ()
    assert scene.dropped == 1


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("The Golden Locker.", "golden locker"),
        (" an  apple ", "apple"),
        ("theatre", "theatre"),
        ("the", "the"),
        ("salt, pepper & co", "salt, pepper & co"),
        ("tab\tand\x00nul", "tab and nul"),
        ("ÉCLAIR", "éclair"),
    ],
)
def test_names_have_one_form(said: str, name: str) -> None:
    assert normal(said) == name
    assert normal(name) == name


def test_all_texts_of_an_event_are_embedded_once(open_memory: Open, tell: Tell, plain: Language) -> None:
    memory = open_memory()
    tell(memory, HALL)
    before = plain.receipt().embedded

    tell(memory, "> take knife\nThe knife is in the inventory.")

    assert plain.receipt().embedded - before == 3  # the passage, the fact, and the entity "inventory"


def test_with_a_model_only_shown_aliases_count(open_memory: Open, tell: Tell, facts: Facts) -> None:
    shown: list[str] = []

    def model(task: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        if task == "facts":
            where = "box" if "box" in inputs["text"] else "shelf"
            return {"facts": [{"subject": "key", "relation": "is in", "object": where}]}
        shown.append(str(inputs["existing"]))
        return {
            "replaced": [{"old": "f1", "new": "n1"}, {"old": "f7", "new": "n1"}, {"old": "arigraph/1.0", "new": "x"}]
        }

    memory = open_memory(language=RecordedLanguage(model, embedder=HashEmbedder()))

    tell(memory, "the key is in the box", "I put the key on the shelf")

    assert shown == ["f1: key, is in, box"]
    assert facts(memory).keys() == {"key, is in, shelf"}
    newest = memory.graph.scan(Where(memory="arigraph", label="Episode"), newest=True)[0]
    assert newest.props["unknown_aliases"] == 2


def test_with_a_model_facts_of_all_new_entities_are_judged(open_memory: Open, tell: Tell) -> None:
    shown: list[str] = []

    def model(task: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        if task == "facts":
            subject, relation, object_ = inputs["text"].split(" | ")
            return {"facts": [{"subject": subject, "relation": relation, "object": object_}]}
        shown.append(str(inputs["existing"]))
        return {}

    memory = open_memory(language=RecordedLanguage(model, embedder=HashEmbedder()))

    tell(memory, "ann | owns | boat", "bea | buys | boat")

    assert shown == ["f1: ann, owns, boat"]


def test_a_task_is_done_and_can_be_set_again(open_memory: Open, tell: Tell) -> None:
    to_do = Fact(subject="carrot", relation="to be", object="diced")
    done = Fact(subject="carrot", relation="is", object="diced", slot="cut")
    grammar = {"dice it": to_do, "it is diced": done, "dice another one": to_do}
    rules = {"facts": [lambda text, action=None: Reading(facts=(grammar[text],))]}
    memory = open_memory(language=RuleLanguage(HashEmbedder(), rules))

    tell(memory, *grammar)

    known = [{one.text for one in memory.search("carrot", as_of=upto) if one.kind == "fact"} for upto in (1, 2, 3)]
    assert known == [{to_do.text}, {done.text}, {to_do.text, done.text}]
