from __future__ import annotations

import pytest

from agentmem_textworld.aims import parse_goal


def aims(goal: str) -> list[str]:
    return [aim.text for aim in parse_goal(goal).aims]


@pytest.mark.parametrize(
    ("goal", "aim"),
    [
        ("Pick up the passkey from the floor of the cookery.", "take passkey"),
        ("Retrieve the fly larva that's in the cellar.", "take fly larva"),
        ("Take the gummy bear from the brand new chest within the attic.", "take gummy bear"),
        ("take treasure", "take treasure"),
        ("Find the coin!", "take coin"),
        ("Put the milk on the stove.", "put milk stove"),
        ("Place the teacup into the fancy box in the salon.", "insert teacup fancy box"),
        ("Open the oak hatch.", "open oak hatch"),
        ("Make sure that the safe is wide open.", "open safe"),
        ("Doublecheck that the red gate is locked with the red key.", "lock red gate"),
        ("Unlock the type 6 locker with the type 6 keycard.", "unlock type 6 locker type 6 keycard"),
        ("Insert the old key into the iron gate's lock to unlock it.", "unlock iron gate old key"),
        ("Close the fridge.", "close fridge"),
        ("Eat the burger.", "eat burger"),
        ("Drop the towel on the floor of the sauna.", "drop towel sauna"),
        ("Read the note.", "examine note"),
    ],
)
def test_a_goal_in_plain_words_is_one_aim(goal: str, aim: str) -> None:
    assert aims(goal) == [aim]


def test_of_a_generated_list_of_instructions_only_the_last_is_the_aim() -> None:
    goal = (
        "Welcome to TextWorld! Here is your task for today. First off, travel west. Okay, and then, open the chest. "
        "And then, recover the passkey from the bench. And once you've done that, you win!"
    )

    assert aims(goal) == ["take passkey"]


def test_several_sentences_of_a_person_are_several_aims() -> None:
    assert aims("Take the lamp. Open the box and put the lamp in it.") == ["take lamp", "open box", "insert lamp box"]


def test_a_meal_is_cooked_by_the_cookbook() -> None:
    goal = parse_goal(
        "You are hungry! Let's cook a delicious meal. Check the cookbook in the kitchen for the recipe. "
        "Once done, enjoy your meal!"
    )

    assert [aim.text for aim in goal.aims] == ["cook"]
    assert goal.place == "kitchen"


def test_what_a_goal_tells_besides_is_known() -> None:
    goal = parse_goal(
        "Your task is to get a treasure. Treasure is hidden in the golden locker. You need a golden key to unlock it. "
        "The key 1 you found in room A unlocks white locker."
    )

    assert [aim.text for aim in goal.aims] == ["take treasure"]
    assert [fact.text for fact in goal.facts] == [
        "treasure, is in, golden locker",
        "golden key, unlocks, golden locker",
        "key 1, unlocks, white locker",
    ]


@pytest.mark.parametrize("goal", ["", "Have fun!", "Explore the amazing world of TextWorld.", "(((" * 1000])
def test_a_goal_that_asks_for_nothing_has_no_aim(goal: str) -> None:
    assert aims(goal) == []
