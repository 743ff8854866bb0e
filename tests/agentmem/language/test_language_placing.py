"""Where things are, from either side."""

from __future__ import annotations

import pytest

from agentmem.events import Fact
from agentmem.language.placing import Placing, moved, placing, side_by_side


def facts(*triplets: str) -> list[Fact]:
    return [Fact(subject=s, relation=r, object=o) for s, r, o in (one.split(", ") for one in triplets)]


def fact(triplet: str) -> Fact:
    return facts(triplet)[0]


@pytest.mark.parametrize(
    ("triplet", "expected"),
    [
        ("key, is in, locker", Placing("key", "locker")),
        ("key, is on, floor", Placing("key", "floor")),
        ("key, is located in, locker", Placing("key", "locker")),
        ("locker, contains, key", Placing("key", "locker")),
        ("table, has on it, knife", Placing("knife", "table")),
        ("locker, contained, key", None),
        ("key, was in, locker", None),
        ("hall, has exit, north", None),
        ("hall, is north of, yard", None),
        ("meal, to be prepared in, kitchen", None),
        ("knife, is in need of, polish", None),
    ],
)
def test_a_place_is_told_by_the_exact_relation_of_the_present(triplet: str, expected: Placing | None) -> None:
    assert placing(fact(triplet)) == expected


def test_a_slot_says_place_whatever_the_relation() -> None:
    assert placing(Fact(subject="cat", relation="sleeps under", object="bed", slot="place")) == Placing("cat", "bed")


def test_of_one_text_places_are_kept_together_and_other_slots_keep_their_last_value() -> None:
    said = facts("key, is on, floor", "key, is in, hall")
    doors = [Fact(subject="door", relation="is", object=state, slot="openness") for state in ("closed", "open")]

    assert [one.text for one in side_by_side([*said, *doors])] == [
        "key, is on, floor",
        "key, is in, hall",
        "door, is, open",
    ]


def test_where_something_was_taken_from_is_not_where_it_is() -> None:
    said = facts("key, is in, inventory", "locker, contains, key", "locker, contains, note")

    assert [one.text for one in side_by_side(said)] == ["key, is in, inventory", "locker, contains, note"]


@pytest.mark.parametrize(
    "old", ["key, is in, locker", "locker, contains, key", "key, is on, floor", "hall, contains, key"]
)
def test_what_is_taken_is_nowhere_else_from_whichever_side_it_was_told(old: str) -> None:
    new = fact("key, is in, inventory")

    assert moved([new], [fact(old)], place="hall") == [(fact(old), new)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("cookbook, is in, kitchen", "table, has on it, cookbook"),
        ("table, has on it, cookbook", "kitchen, contains, cookbook"),
        ("kitchen, contains, cookbook", "cookbook, is on, floor"),
        ("cookbook, is on, table", "table, has on it, cookbook"),
    ],
)
def test_a_place_within_a_place_is_not_elsewhere(old: str, new: str) -> None:
    known = facts("kitchen, contains, table", old)

    assert moved([fact(new)], known, place="kitchen") == []


def test_the_floor_is_that_of_where_it_was_told() -> None:
    known = fact("key, is in, hall")

    assert moved([fact("key, is on, floor")], [known], place="hall") == []
    assert moved([fact("key, is on, floor")], [known], place="attic") == [(known, fact("key, is on, floor"))]


def test_things_in_each_other_are_no_endless_search() -> None:
    known = facts("box, is in, bag", "bag, is in, box", "key, is in, box")

    assert moved(facts("key, is in, hall"), known, place="hall") == [(known[2], fact("key, is in, hall"))]
