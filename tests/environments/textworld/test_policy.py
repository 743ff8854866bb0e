from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agentmem.agent.environment import Observation
from agentmem.agent.policy import Decision
from agentmem.events import Fact, Recollection
from agentmem_textworld.policy import RulePolicy

NOW = datetime(2026, 1, 1, tzinfo=UTC)
EMPTY_HANDS = "You are carrying nothing."
KITCHEN = """-= Kitchen =-
You've entered a kitchen.

You see a fridge. You see a stove. But there isn't a thing on it. You see a table. On the table you see a knife.

There is an exit to the east. There is a closed wooden door leading north."""


def remembered(*facts: str) -> list[Recollection]:
    """Recollections of facts, each written "subject, relation, object"."""
    told = [Fact(subject=s, relation=r, object=o) for s, r, o in (fact.split(", ") for fact in facts)]
    return [recollection("fact", fact.text, number, fact) for number, fact in enumerate(told)]


def passages(*texts: str) -> list[Recollection]:
    """Recollections of events, in their order, one after the other."""
    return [recollection("event", text, number) for number, text in enumerate(texts, start=1)]


def recollection(kind: str, text: str, position: int, fact: Fact | None = None) -> Recollection:
    known = Recollection(id="r", kind=kind, text=text, score=1, sources=("e",), memory="m", at=NOW, position=position)
    return known.model_copy(update={"id": f"{kind}{position}", "fact": fact})


def decide(
    text: str, goal: str, recalled: list[Recollection], inventory: str = "You are carrying nothing."
) -> Decision:
    return RulePolicy().act(Observation(text=text, goal=goal, inventory=inventory), recalled)


def test_what_the_goal_asks_for_is_taken_where_it_is_seen() -> None:
    decision = decide(KITCHEN, "Take the knife.", [])

    assert decision.action == "take knife from table"
    assert decision.plan == ("take knife",)


def test_what_is_remembered_elsewhere_is_walked_to() -> None:
    recalled = remembered("hall, is east of, kitchen", "attic, is north of, hall", "coin, lies in, attic")

    assert decide(KITCHEN, "Find the coin.", recalled).action == "go east"


def test_a_closed_door_on_the_way_is_opened_first() -> None:
    recalled = remembered("attic, is north of, kitchen", "coin, lies in, attic")

    assert decide(KITCHEN, "Find the coin.", recalled).action == "open wooden door"


def test_a_locked_container_is_unlocked_with_the_key_that_is_told() -> None:
    recalled = remembered("coin, is in, fridge", "fridge, is, locked", "key 1, unlocks, fridge")

    decision = decide(KITCHEN, "Find the coin.", recalled, "You are carrying: a Key 1.")

    assert decision.action == "unlock fridge with key 1"


def test_what_is_not_known_is_looked_for_in_the_nearest_container_first() -> None:
    decision = decide(KITCHEN, "Find the coin.", [])

    assert decision.action == "open fridge"
    assert decision.plan == ("explore", "take coin")


def test_what_failed_before_is_not_tried_again() -> None:
    recalled = remembered("open fridge, failed in, kitchen", "kitchen, has no exit, east")

    assert decide(KITCHEN, "Find the coin.", recalled).action == "open wooden door"


def test_an_ingredient_is_done_as_the_recipe_asks() -> None:
    recalled = remembered("recipe, requires, milk", "milk, to be, fried", "meal, to be, prepared")

    decision = decide(KITCHEN, "Cook the meal of the cookbook.", recalled, "You are carrying: some milk.")

    assert decision.action == "cook milk with stove"
    assert decision.plan == ("have the milk fried", "prepare the meal", "eat the meal")


def test_what_is_done_is_not_done_twice() -> None:
    recalled = remembered("recipe, requires, milk", "milk, to be, fried", "milk, is, fried", "meal, to be, prepared")

    decision = decide(KITCHEN, "Cook the meal of the cookbook.", recalled, "You are carrying: some fried milk.")

    assert decision.action == "prepare meal"


def test_full_hands_put_down_what_no_recipe_needs() -> None:
    recalled = remembered("recipe, requires, milk", "milk, lies in, kitchen", "inventory, is, full")

    decision = decide(
        KITCHEN,
        "Cook a meal by the recipe.",
        [*recalled, *remembered("meal, to be, prepared")],
        "You are carrying: a pen.",
    )

    assert decision.action == "drop pen"


def test_passages_are_read_again_and_moves_between_neighbouring_ones_join_rooms() -> None:
    hall = "-= Hall =-\nYou've entered a hall.\n\nThere is an exit to the west.\n\nThere is a coin on the floor."
    recalled = passages(hall, f"> go west\n{KITCHEN}")

    assert decide(KITCHEN, "Take the coin.", recalled).action == "go east"


def test_with_passages_missing_between_no_rooms_are_joined() -> None:
    hall = "-= Hall =-\nYou've entered a hall.\n\nThere is an exit to the west.\n\nThere is a coin on the floor."
    recalled = [recollection("event", hall, 1), recollection("event", f"> go west\n{KITCHEN}", 7)]

    assert decide(KITCHEN, "Take the coin.", recalled).action == "open fridge"


def test_the_memory_may_tell_where_the_agent_is() -> None:
    recalled = [*remembered("kitchen, has exit, east", "coin, lies in, kitchen"), recollection("place", "kitchen", 9)]

    assert decide("Time passes.", "Take the coin.", recalled).action == "take coin"


def test_without_knowing_where_it_is_the_policy_looks() -> None:
    assert decide("Time passes.", "Take the coin.", []).action == "look"


def test_the_same_recollections_give_the_same_action_whatever_was_before() -> None:
    policy = RulePolicy()
    observation = Observation(text=KITCHEN, goal="Find the coin.", inventory=EMPTY_HANDS)
    before = policy.act(observation, [])

    policy.act(observation, remembered("coin, lies in, kitchen"))

    assert policy.act(observation, []) == before


def test_the_query_names_the_goal_and_what_is_in_sight() -> None:
    query = RulePolicy().query(Observation(text=KITCHEN, goal="Find the coin."), NOW)

    assert {"coin", "kitchen", "fridge", "knife"} <= set(query.entities)
    assert query.limit >= 400
    assert query.now == NOW


@pytest.mark.parametrize("text", ["", "\x00\x07" * 50, "ü" * 10**5, "-= =-\n", "> > >"])
def test_any_text_gets_an_action(text: str) -> None:
    assert decide(text, text[:100], []).action


@pytest.mark.parametrize("level", ["coin:10", "cook:1", "simple"])
def test_a_game_is_won_with_everything_recalled(level: str, story: Callable[[str], Path]) -> None:
    from agentmem_textworld.family import TextWorldFamily

    policy = RulePolicy()
    game = TextWorldFamily().open(str(story(level)), {})
    observation, action, seen = game.reset(), None, list[str]()
    for _ in range(60):
        text = f"{observation.text}\n\n{observation.inventory}"
        seen.append(f"> {action}\n{text}" if action else text)
        action = policy.act(observation, passages(*seen)).action
        result = game.step(action)
        observation = result.observation
        if result.done:
            break

    assert game.evaluate().won
    game.close()


RECIPE = (
    "recipe, requires, carrot",
    "recipe, requires, leek",
    "carrot, is, sliced",
    "leek, to be, sliced",
    "leek, to be, fried",
    "inventory, is, full",
)
COOK = "Check the cookbook for the recipe. Once done, enjoy your meal!"


def test_what_is_done_is_put_down_before_the_knife_that_is_still_needed() -> None:
    recalled = remembered(*RECIPE, "leek, is on, table")

    decision = decide(KITCHEN, COOK, recalled, "You are carrying: a sliced carrot and a knife.")

    assert decision.action == "drop carrot"


def test_finished_food_on_the_floor_stays_there_while_other_food_needs_the_hands() -> None:
    recalled = remembered(*RECIPE, "leek, is on, table", "carrot, lies in, kitchen", "inventory, is, free")

    decision = decide(KITCHEN, COOK, recalled, "You are carrying: a knife.")

    assert decision.action == "take leek from table"


def test_in_which_order_facts_are_recalled_makes_no_difference() -> None:
    recalled = remembered(*RECIPE, "stove, is in, hall", "hall, is east of, kitchen", "knife, lies in, hall")

    chosen = {
        decide(KITCHEN.replace("a knife", "a fork"), COOK, list(order), "You are carrying: a leek.").action
        for order in (recalled, recalled[::-1], recalled[4:] + recalled[:4])
    }

    assert len(chosen) == 1
