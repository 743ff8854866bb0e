"""What may be typed for a generated game."""

from __future__ import annotations

import pytest

from agentmem.errors import InvalidInput, UnknownName, UnknownSetting
from agentmem_textworld import levels
from agentmem_textworld.family import TextWorldFamily
from agentmem_textworld.options import parse as parse_options


@pytest.mark.parametrize("name", levels.OFFERED)
def test_what_the_catalogue_offers_can_be_opened_by_its_name(name: str) -> None:
    assert levels.parse(name).name == name


def test_the_fourth_kitchen_has_all_difficulties_and_twelve_rooms() -> None:
    settings = levels.parse("cook:4").settings

    assert settings["recipe"] == settings["take"] == 3
    assert settings["go"] == 12
    assert all(settings[skill] is True for skill in ("open", "cook", "cut", "drop"))


def test_any_level_that_textworld_makes_in_time_may_be_typed() -> None:
    assert [levels.parse(name).settings["level"] for name in ("coin:1", "coin:233", "treasure:24")] == [1, 233, 24]


@pytest.mark.parametrize(
    ("typed", "suggested"),
    [
        ("cook:9", "cook:5"),
        ("cook:0", "cook:1"),
        ("coin:301", "coin:300"),
        ("treasure:31", "treasure:30"),
        ("cok:4", "cook:4"),
        ("tresure:5", "treasure:5"),
        ("simpel", "simple"),
        ("simple:3", "simple"),
    ],
)
def test_a_wrong_name_is_told_the_nearest(typed: str, suggested: str) -> None:
    with pytest.raises(UnknownName, match=f"'{suggested}'"):
        levels.parse(typed)


@pytest.mark.parametrize("typed", ["cook", "cook:", "coin:ten", "coin:-5", "coin:1.5", "coin:٣", "", ":", "chess:1"])
def test_what_is_no_level_is_refused(typed: str) -> None:
    with pytest.raises(UnknownName, match="agentmem games"):
        levels.parse(typed)


@pytest.mark.parametrize(("typed", "instead"), [("coin:151", "coin:150"), ("coin:234", "coin:233")])
def test_more_rooms_than_textworld_makes_are_refused_with_the_largest_that_it_does(typed: str, instead: str) -> None:
    with pytest.raises(InvalidInput, match=f"at most 100; take {instead}"):
        levels.parse(typed)


@pytest.mark.parametrize("level", [25, 30])
def test_a_treasure_that_takes_minutes_to_hide_is_refused_at_once(level: int) -> None:
    with pytest.raises(InvalidInput, match="minutes"):
        TextWorldFamily().open(f"treasure:{level}", {"seed": 1})


def test_the_family_claims_names_and_story_files_and_nothing_else() -> None:
    family = TextWorldFamily()

    claimed = [
        spec
        for spec in ("cook:4", "cook:99", "a/b.z8", "ZORK1.Z5", "chat.jsonl", "notes.zip", "")
        if family.claims(spec)
    ]

    assert claimed == ["cook:4", "cook:99", "a/b.z8", "ZORK1.Z5"]


def test_an_unknown_option_is_named_and_so_are_the_known_ones() -> None:
    with pytest.raises(UnknownSetting, match=r"no setting named 'goal_stile'; did you mean 'goal_style'"):
        TextWorldFamily().open("coin:10", {"goal_stile": "brief"})


@pytest.mark.parametrize(
    "options",
    [{"seed": -1}, {"seed": 2**32}, {"seed": "three"}, {"goal_style": "long"}, {"show_valid_actions": "sometimes"}],
)
def test_an_option_out_of_its_range_is_refused_by_name(options: dict[str, object]) -> None:
    with pytest.raises(UnknownSetting, match=next(iter(options))):
        parse_options(options)
