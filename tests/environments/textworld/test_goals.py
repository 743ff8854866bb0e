"""Objectives, and what is left when the way there is cut."""

from __future__ import annotations

import pytest

from agentmem_textworld.goals import brief

TREASURE = (
    "Welcome to another exciting session of TextWorld! Here is your task for today. First off, if it's not too much "
    "trouble, I need you to make an attempt to venture south. After that, attempt to take a trip south. With that "
    "over with, make an effort to go to the east. And then, lift the keycard from the floor of the workshop. "
    "Alright, thanks!"
)
COIN = (
    "You are now playing a profound game of TextWorld! Here is your task for today. First of all, you could, like, "
    "make an effort to move south. Okay, and then, head west. Next, pick up the coin from the floor of the bathroom. "
    "Once that's all handled, you can stop!"
)
SIMPLE = (
    "Hey, thanks for coming over to the TextWorld today, there is something I need you to do for me. First of all, you "
    "could, like, look and see that the antique trunk inside the bedroom is opened. After unlocking the wooden door, "
    "open the wooden door in the bedroom. Once you get through with that, take the milk from the couch within the "
    "living room. That done, rest the milk on the stove inside the kitchen. And if you do that, you're the winner!"
)


@pytest.mark.parametrize(
    ("objective", "aim"),
    [
        (TREASURE, "Lift the keycard from the floor of the workshop."),
        (COIN, "Pick up the coin from the floor of the bathroom."),
        (SIMPLE, "Rest the milk on the stove inside the kitchen."),
    ],
)
def test_only_the_last_instruction_is_the_aim(objective: str, aim: str) -> None:
    assert brief(objective) == aim


@pytest.mark.parametrize(
    "lead_in",
    [
        "Then, ",
        "Okay, and then, ",
        "If you can get your hands on the lamp, ",
        "Having picked up the lamp, ",
        "With the lamp, ",
        "Once you get around to doing that, ",
        "After you have got the lamp, you can ",
    ],
)
def test_how_the_last_instruction_is_led_in_does_not_matter(lead_in: str) -> None:
    objective = f"Get ready to pick stuff up, because you've just entered TextWorld! First stop, go up. {lead_in}insert"

    assert brief(f"{objective} the lamp into the chest. That's it!") == "Insert the lamp into the chest."


@pytest.mark.parametrize(
    "objective",
    [
        "Your objective is to take the lamp.",
        "Hey, thanks for coming over to TextWorld! Please take the lamp.",
        "Welcome to TextWorld! Your task for today is to take the lamp.",
        "Welcome to TextWorld! First, it would be a great idea if you could take the lamp. Got that? Good!",
    ],
)
def test_a_single_instruction_is_the_aim(objective: str) -> None:
    assert brief(objective) == "Take the lamp."


@pytest.mark.parametrize(
    "objective",
    [
        "",
        "You are hungry! Let's cook a delicious meal. Check the cookbook in the kitchen for the recipe. Once done, "
        "enjoy your meal!",
        "The dinner is almost ready! It's only missing a grilled milk.",
        "Your task is to get a treasure. Treasure is hidden in the golden locker. You need a golden key to unlock it.",
        "First, find the lamp. Then go north and light it.",
        "Welcome to TextWorld! Find the lamp. The chest is where it belongs.",
    ],
)
def test_what_is_no_list_of_commands_stays_as_it_is(objective: str) -> None:
    assert brief(objective) == objective


def test_each_of_several_quests_keeps_its_aim() -> None:
    assert brief(f"{COIN}\nAND\n{SIMPLE}") == (
        "Pick up the coin from the floor of the bathroom.\nAND\nRest the milk on the stove inside the kitchen."
    )
