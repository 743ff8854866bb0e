from __future__ import annotations

import pytest

from agentmem_textworld.grammar import read


def facts(text: str, action: str | None = None) -> list[str]:
    reading = read(f"{text}\n\nYou are carrying nothing.", action)
    assert reading is not None
    return [fact.text for fact in reading.facts]


@pytest.mark.parametrize(
    ("action", "answer", "told"),
    [
        ("take knife from counter", "You take the knife from the counter.", ["knife, is in, inventory"]),
        ("take coin", "You pick up the coin from the ground.", ["coin, is in, inventory"]),
        ("drop coin", "You drop the coin on the ground.", ["coin, lies in, here", "inventory, is, free"]),
        ("open toy box", "You open the toy box, revealing a pen.", ["toy box, is, open", "pen, is in, toy box"]),
        ("open screen door", "You open screen door.", ["screen door, is, open"]),
        ("close fridge", "You close the fridge.", ["fridge, is, closed"]),
        ("eat meal", "You eat the meal. Not bad.", ["meal, is, consumed", "inventory, is, free"]),
        ("dice red onion with knife", "You dice the red onion.", ["red onion, is, diced"]),
        ("cook milk with stove", "You fried the milk.", ["milk, is, fried", "stove, makes food, fried"]),
        ("cook milk with stove", "You burned the milk!", ["milk, is, burned"]),
        ("prepare meal", "Adding the meal to your inventory.", ["meal, is in, inventory", "meal, is, prepared"]),
        ("unlock gate with pin", "You unlock gate.", ["gate, is, closed", "pin, unlocks, gate"]),
        (
            "put milk on stove",
            "You put the milk on the stove.\n\n\n\nYour score has just gone up by one point.",
            ["milk, is on, stove", "milk, was once put on, stove", "stove, is a, supporter", "inventory, is, free"],
        ),
    ],
)  # fmt: skip
def test_what_was_done_is_told(action: str, answer: str, told: list[str]) -> None:
    assert facts(answer, action) == told


@pytest.mark.parametrize(
    ("action", "answer", "told"),
    [
        ("go up", "You can't go that way.", ["here, has no exit, up"]),
        ("go east", "You have to open the wooden door first.", ["wooden door, is, closed"]),
        ("open box", "You have to unlock the box with the Key 1 first.", ["box, is, locked", "key 1, unlocks, box"]),
        ("open chest", "The chest is welded shut.", ["chest, is, locked", "chest, cannot be, opened"]),
        ("unlock chest with key 1", "The Key 1 doesn't seem to fit the lock.", ["key 1, does not fit, chest"]),
        ("open tv", "That's not something you can open.", ["tv, cannot be, opened"]),
        ("open fridge", "It's already open.", ["fridge, is, open"]),
        ("take sofa", "The sofa is fixed in place.", ["sofa, cannot be, taken"]),
        ("take knife", "You're carrying too many things already.", ["inventory, is, full"]),
        ("prepare meal", "Can only prepare meal in the -= Kitchen =-.", ["meal, can be prepared in, kitchen"]),
        ("prepare meal", "You still miss something.", ["prepare meal, failed in, here"]),
        ("Dance", "That's not a verb I recognise.", ["dance, failed in, here"]),
        ("pull lever", "Nothing much happens.", ["pull lever, failed in, here"]),
    ],
)  # fmt: skip
def test_what_failed_is_told_so_that_nobody_tries_again(action: str, answer: str, told: list[str]) -> None:
    assert facts(answer, action) == told


def test_a_failed_attempt_names_the_place_where_the_text_does() -> None:
    reading = read("You can't see any such thing.\n\n-= Attic =-\nYou are in an attic.", "open chest")

    assert reading is not None
    assert [fact.text for fact in reading.facts] == ["open chest, failed in, attic"]


def test_a_cookbook_tells_what_the_recipe_requires() -> None:
    cookbook = (
        "You open the copy of 'Cooking: A Modern Approach (3rd Ed.)' and start reading:\n\nRecipe #1\n---------\n"
        "Gather all following ingredients and follow the directions to prepare this tasty meal.\n\n"
        "Ingredients:\n  milk\n  red onion\n\nDirections:\n  dice the red onion\n  grill the red onion\n  prepare meal"
    )

    assert facts(cookbook, "examine cookbook") == [
        "cookbook, has been, examined",
        "recipe, requires, milk",
        "recipe, requires, red onion",
        "red onion, to be, diced",
        "red onion, to be, grilled",
        "meal, to be, prepared",
    ]


def test_a_note_tells_what_a_key_unlocks() -> None:
    assert facts("The key 2 unlocks Red locker.", "examine Note 2") == [
        "note 2, has been, examined",
        "key 2, unlocks, red locker",
    ]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("The safe looks strong. It is locked.", ["safe, is, locked"]),
        ("You can't see inside it because the lid's in your way.", ["safe, is, closed"]),
        (
            "The safe looks strong. You can see inside it.\n\nIn the safe is a note.",
            ["safe, is, open", "note, is in, safe"],
        ),
    ],
)
def test_a_close_look_at_a_container_tells_whether_it_is_open(answer: str, told: list[str]) -> None:
    assert facts(answer, "examine safe") == ["safe, has been, examined", *told]


def test_looking_around_in_vain_is_no_failure() -> None:
    assert facts("Time passes.", "wait") == []


def test_furniture_shown_by_its_noun_is_known_by_both_its_names() -> None:
    told = facts("You have to unlock the ugly safe with the brass key first.", "open safe")

    assert told == [
        "ugly safe, is, locked",
        "brass key, unlocks, ugly safe",
        "safe, is, locked",
        "brass key, unlocks, safe",
    ]
