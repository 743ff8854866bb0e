from __future__ import annotations

import pytest

from agentmem_textworld.grammar import read


def facts(text: str, action: str | None = None) -> list[str]:
    reading = read(text, action)
    assert reading is not None
    return [fact.text for fact in reading.facts]


def room(*sentences: str) -> list[str]:
    return facts("-= Attic =-\nYou find yourself in an attic. A normal one.\n\n" + " ".join(sentences))


def test_a_room_header_tells_the_place_and_a_move_the_heading() -> None:
    reading = read("-= Kids' Room =-\nWell, here we are in a kids' room.", "go north")

    assert reading is not None
    assert (reading.place, reading.heading) == ("kids' room", "north")


def test_looking_again_is_no_move() -> None:
    reading = read("-= Attic =-\nYou've entered an attic.", "look")

    assert reading is not None
    assert reading.heading is None


@pytest.mark.parametrize(
    "sentence",
    [
        "You see a chest.",
        "You can make out a chest, so there's that.",
        "You see a gleam over in a corner, where you can see a chest.",
        "What's that over there? It looks like it's a chest!",
        "You scan the room, seeing a chest. Huh, weird.",
        "You smell an awful smell, and follow it to a chest.",
        "Were you looking for a chest? Because look over there, it's a chest.",
        "You rest your hand against a wall, but you miss the wall and fall onto a chest.",
        "You hear a noise behind you and spin around, but you can't see anything other than a chest.",
        "Look out! It's a- oh, never mind, it's just a chest.",
        "Look over there! a chest.",
        "Hey, want to see a chest? Look over there, a chest.",
        "If you haven't noticed it already, there seems to be something there by the wall, it's a chest.",
        "Oh wow! Is that what I think it is? It is! It's a chest.",
        "The wall opens up to reveal a chest. You check the price tag. Fifty bucks?! That's ridiculous!",
        "As if things weren't amazing enough already, you can even see a chest.",
    ],
)
def test_every_way_to_introduce_furniture_is_understood(sentence: str) -> None:
    assert room(sentence) == ["chest, is in, attic"]


@pytest.mark.parametrize(
    ("sentence", "state"),
    [
        ("You see a locked chest.", "locked"),
        ("You can see an opened chest nearby.", "open"),
        ("A closed chest is right there by you.", "closed"),
        ("You make out a closed usual looking chest here.", "closed"),
        ("You can make out a closed chest, which looks typical, in the corner.", "closed"),
    ],
)
def test_furniture_may_be_told_open_closed_or_locked(sentence: str, state: str) -> None:
    assert room(sentence) == ["chest, is in, attic", f"chest, is, {state}"]


def test_what_a_container_contains_is_in_it_and_so_it_is_open() -> None:
    told = room("You see a fridge.", "The fridge contains some milk, a raw chicken wing and a half of a bag of chips.")

    assert told == [
        "fridge, is in, attic",
        "fridge, is, open",
        "milk, is in, fridge",
        "chicken wing, is in, fridge",
        "chicken wing, is, raw",
        "half of a bag of chips, is in, fridge",
    ]


def test_an_empty_container_is_open() -> None:
    assert "chest, is, open" in room("You see a chest.", "Empty! What kind of nightmare TextWorld is this?")


@pytest.mark.parametrize(
    "sentence",
    [
        "On the king size bed you can make out a key 1 and an old pen.",
        "You see a key 1 and an old pen on the king size bed, so there's that.",
    ],
)
def test_things_lie_on_a_supporter(sentence: str) -> None:
    told = room("You can see a king size bed.", sentence)

    assert told[1:] == [
        "king size bed, is a, supporter",
        "key 1, is on, king size bed",
        "old pen, is on, king size bed",
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "But there isn't a thing on it. Hm. Oh well",
        "However, the bed, like an empty bed, has nothing on it.",
        "Looks like someone's already been here and taken everything off it, though.",
        "The bed is large. The bed appears to be empty.",
        "But oh no! there's nothing on this piece of junk. You make a mental note to not get your hopes up"
        " the next time you see a bed in a room.",
    ],
)
def test_a_bare_supporter_is_known_for_one(sentence: str) -> None:
    assert room("You see a bed.", sentence) == ["bed, is in, attic", "bed, is a, supporter"]


def test_the_noun_alone_means_the_furniture_introduced_by_its_full_name() -> None:
    told = room("You see a low table.", "You make out a coin on the table.")

    assert "coin, is on, low table" in told


@pytest.mark.parametrize(
    "sentence",
    [
        "There is an exit to the east.",
        "There is an unblocked exit to the east. Don't worry, it is unguarded.",
        "You need an unguarded exit? You should try going east.",
        "You don't like doors? Why not try going east, that entranceway is unblocked.",
        "Hot tip- if you go east, you won't have to deal with any doors.",
    ],
)
def test_every_way_to_point_at_an_exit_is_understood(sentence: str) -> None:
    assert room(sentence) == ["attic, has exit, east"]


def test_several_exits_in_one_sentence_are_several_facts() -> None:
    assert room("There are exits to the north, south and west.") == [
        "attic, has exit, north",
        "attic, has exit, south",
        "attic, has exit, west",
    ]


def test_a_door_is_an_exit_that_may_be_closed() -> None:
    assert room("There is a closed sliding patio door leading south.") == [
        "attic, has exit, south",
        "sliding patio door, leads south from, attic",
        "sliding patio door, is, closed",
    ]


def test_what_lies_on_the_floor_lies_in_the_room() -> None:
    assert room("There is a Key 1 and a sliced red apple on the floor.") == [
        "key 1, lies in, attic",
        "red apple, lies in, attic",
        "red apple, is, sliced",
    ]


def test_the_inventory_is_read_too() -> None:
    told = facts("-= Attic =-\nYou are in an attic.\n\nYou are carrying: a grilled diced red onion and a knife.")

    assert told == [
        "red onion, is in, inventory",
        "red onion, is, grilled",
        "red onion, is, diced",
        "knife, is in, inventory",
    ]


@pytest.mark.parametrize(
    "chat",
    [
        "",
        "I have put the keys on the table, I think.",
        "You see, a chest of drawers is what I want for my birthday.",
        "We went north last summer; there is a lake to the east.",
        "My task for today: take the dog out. Then open the shop.",
    ],
)
def test_what_people_say_is_left_to_another_grammar(chat: str) -> None:
    assert read(chat) is None


@pytest.mark.parametrize("noise", ["a" * 10**6, "\n" * 10**6, "-= A =-\n" * 10**5, "You see a " * 10**5])
def test_a_megabyte_of_noise_is_read_in_passing(noise: str) -> None:
    read(noise, "take it")
