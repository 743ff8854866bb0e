"""Items are found by what they mean and say, where they are indexed, and through filters."""

from __future__ import annotations

from typing import Any

import pytest

from agentmem.connect.langchain import GraphStore
from agentmem.errors import InvalidInput
from tests.agentmem.connect.langchain.conftest import OpenItems

ON_EVERY_STORE = True
ADA = ("users", "ada")


def keys(found: list[Any]) -> list[str]:
    return [item.key for item in found]


def test_the_best_comes_first_with_its_score(items: GraphStore) -> None:
    items.put(ADA, "rain", {"text": "It rains in Oslo."})
    items.put(ADA, "mat", {"text": "The key is under the mat."})

    best, other = items.search(ADA, query="where is the key")

    assert (best.key, other.key) == ("mat", "rain")
    assert best.score is not None
    assert other.score is not None
    assert 1 >= best.score > other.score


def test_all_of_an_item_is_indexed_but_the_names_of_its_fields(items: GraphStore) -> None:
    items.put(ADA, "value", {"note": {"deep": ["a zebra"]}})
    items.put(ADA, "name", {"zebra": "a note"})

    assert keys(items.search(ADA, query="zebra")) == ["value", "name"]


def test_what_is_not_indexed_is_still_read_listed_and_filtered(items: GraphStore) -> None:
    items.put(ADA, "hidden", {"text": "quokka", "n": 1}, index=False)
    items.put(ADA, "shown", {"text": "zebra", "n": 1})

    assert items.get(ADA, "hidden") is not None
    assert keys(items.search(ADA, filter={"n": 1})) == ["shown", "hidden"]
    assert [(one.key, one.score is None) for one in items.search(ADA, query="quokka")] == [
        ("shown", False),
        ("hidden", True),
    ]


def test_an_item_is_found_by_the_paths_it_names(items: GraphStore) -> None:
    chapters = [{"title": "rain", "text": "quokka"}, {"title": "zebra", "text": "tea"}]
    items.put(ADA, "book", {"chapters": chapters}, index=["chapters[*].title"])
    items.put(ADA, "other", {"text": "quokka zebra and many other words beside them"})

    assert keys(items.search(ADA, query="zebra")) == ["book", "other"]
    assert keys(items.search(ADA, query="quokka")) == ["other", "book"]


def test_ranked_pages_fit_together(items: GraphStore) -> None:
    for number in range(9):
        items.put(ADA, f"{number}", {"text": "tea " * (number % 3) + f"word{number}", "n": number}, index=None)
    items.put(ADA, "hidden", {"text": "tea"}, index=False)

    whole = keys(items.search(ADA, query="tea", limit=50))
    pages = [keys(items.search(ADA, query="tea", limit=4, offset=offset)) for offset in (0, 4, 8, 12)]

    assert [key for page in pages for key in page] == whole
    assert whole[-1] == "hidden"


def test_a_filter_that_lets_few_through_still_finds_them(open_items: OpenItems) -> None:
    items = open_items(words=0.0)
    for number in range(150):
        items.put(ADA, f"{number}", {"text": "tea", "rare": number == 149})
    items.put(ADA, "far", {"text": "rain", "rare": True})

    assert keys(items.search(ADA, query="tea", filter={"rare": True}, limit=2)) == ["149", "far"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"stars": 3}, ["three"]),
        ({"stars": {"$eq": 3}}, ["three"]),
        ({"stars": {"$ne": 3}}, ["none", "words", "one"]),
        ({"stars": {"$gt": 1}}, ["three"]),
        ({"stars": {"$gte": 1, "$lt": 3}}, ["one"]),
        ({"stars": {"$lte": 3}}, ["three", "one"]),
        ({"stars": {"$gte": "a"}}, ["words"]),
        ({"stars": None}, ["none"]),
        ({"stars": True}, []),
        ({"deep": {"a": [1, {"$gt": 1}]}}, ["three"]),
        ({"stars": 1, "deep": {"a": []}}, ["one"]),
        ({}, ["none", "words", "three", "one"]),
    ],
)
def test_a_filter_compares_values_as_json_does(items: GraphStore, wanted: dict[str, Any], found: list[str]) -> None:
    items.put(ADA, "one", {"stars": 1, "deep": {"a": []}})
    items.put(ADA, "three", {"stars": 3.0, "deep": {"a": [1, 2], "b": 0}})
    items.put(ADA, "words", {"stars": "many"})
    items.put(ADA, "none", {"deep": None})

    assert keys(items.search(ADA, filter=wanted)) == found


@pytest.mark.parametrize("wanted", [{"a": {"$in": [1]}}, {"a": {"b": {"$regex": "x"}}}, {"a": {"$gt": 1, "b": 2}}])
def test_an_operator_nobody_knows_is_refused(items: GraphStore, wanted: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match=r"use one of \$eq, \$ne, \$gt, \$gte, \$lt, \$lte"):
        items.search(ADA, filter=wanted)


@pytest.mark.parametrize("hostile", ['" OR 1', "NEAR(", "text:*", "'; drop table nodes", "(}", "tea\x00"])
def test_what_is_asked_is_never_a_command(items: GraphStore, hostile: str) -> None:
    items.put(ADA, "drinks", {"text": "tea"})

    assert keys(items.search(ADA, query=hostile)) == ["drinks"]


def test_offset_and_limit_below_what_makes_sense(items: GraphStore) -> None:
    items.put(ADA, "drinks", {"text": "tea"})

    assert items.search(ADA, limit=0) == []
    with pytest.raises(InvalidInput, match="offset is -1"):
        items.search(ADA, offset=-1)
