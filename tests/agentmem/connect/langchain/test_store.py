"""Items are put, found by their key, listed, expire and are deleted: what LangGraph asks of a store."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from langgraph.store.base import GetOp, InvalidNamespaceError, PutOp, SearchOp

from agentmem import AgentMemory
from agentmem.connect.langchain import GraphStore
from agentmem.errors import InvalidInput, WrongDimension
from agentmem.testing.embedding import HashEmbedder
from tests.agentmem.connect.langchain.conftest import Clock, OpenItems

ON_EVERY_STORE = True
ADA = ("users", "ada")


def keys(found: list[Any]) -> list[str]:
    return [item.key for item in found]


def test_an_item_is_there_after_the_store_was_opened_again(open_items: OpenItems) -> None:
    value = {"text": "I like tea.", "stars": 3, "tags": ["a", {"deep": None}], "done": True}
    open_items().put(ADA, "drinks", value)

    found = open_items().get(ADA, "drinks")

    assert found is not None
    assert (found.namespace, found.key, found.value) == (ADA, "drinks", value)


def test_a_second_put_takes_the_place_of_the_first_and_keeps_when_it_was_created(
    items: GraphStore, clock: Clock
) -> None:
    items.put(ADA, "drinks", {"text": "tea"})
    created = clock.now
    clock.later(minutes=5)

    items.put(ADA, "drinks", {"text": "coffee"})

    [found] = items.search(ADA)
    assert found.value == {"text": "coffee"}
    assert (found.created_at, found.updated_at) == (created, clock.now)
    assert [one.score == pytest.approx(1) for one in items.search(ADA, query="coffee")] == [True]


def test_what_was_deleted_is_nowhere(items: GraphStore) -> None:
    items.put(ADA, "drinks", {"text": "I like tea."})

    items.delete(ADA, "drinks")
    items.delete(ADA, "never there")

    assert items.get(ADA, "drinks") is None
    assert items.search((), query="tea") == []
    assert items.list_namespaces() == []


def test_the_same_key_in_two_namespaces_is_two_items(items: GraphStore) -> None:
    items.put(("a", "b"), "c", {"n": 1})
    items.put(("a",), "c", {"n": 2})
    items.put(("a", "b", "c"), "c", {"n": 3})

    items.delete(("a",), "c")

    assert [item.value["n"] for item in items.search(("a",))] == [3, 1]


@pytest.mark.parametrize(
    "other", ["us", "users2", "users/ada", "use%", "u_ers", "Users", "*", "users\nada", "' or 1=1"]
)
def test_a_prefix_is_never_the_beginning_of_a_label(items: GraphStore, other: str) -> None:
    items.put(ADA, "secret", {"text": "quokka"})
    items.put((other, "ada"), "own", {"text": "zebra"})

    assert keys(items.search((other,))) == ["own"]
    assert keys(items.search((other,), query="quokka")) == ["own"]
    assert keys(items.search(("users",), query="zebra")) == ["secret"]


def test_a_batch_sees_what_was_before_it_and_writes_the_last_of_two(items: GraphStore) -> None:
    answers = items.batch(
        [
            PutOp(ADA, "drinks", {"text": "tea"}),
            GetOp(ADA, "drinks"),
            PutOp(ADA, "drinks", {"text": "coffee"}),
            SearchOp(ADA),
        ]
    )

    [found] = items.search(ADA)
    assert answers == [None, None, None, []]
    assert found.value == {"text": "coffee"}


def test_a_batch_is_written_whole_or_not_at_all(items: GraphStore) -> None:
    with pytest.raises(InvalidInput, match="use what JSON knows"):
        items.batch([PutOp(ADA, "one", {"text": "tea"}), PutOp(ADA, "two", {"text": object()})])

    assert items.search(()) == []


@pytest.mark.parametrize("clash", [("\ud800",), ("",), (3,)])
def test_a_label_that_cannot_be_kept_apart_is_refused(items: GraphStore, clash: Any) -> None:
    with pytest.raises(InvalidInput, match="namespace label"):
        items.batch([PutOp(clash, "key", {"text": "tea"})])

    with pytest.raises((InvalidInput, InvalidNamespaceError)):
        items.search(clash)


def test_pages_together_are_everything_the_newest_first(items: GraphStore) -> None:
    for number in range(7):
        items.put(ADA, f"{number}", {"n": number})

    pages = [keys(items.search(ADA, limit=3, offset=offset)) for offset in (0, 3, 6, 9)]

    assert pages == [["6", "5", "4"], ["3", "2", "1"], ["0"], []]


def test_namespaces_are_listed_by_how_they_begin_and_end(items: GraphStore) -> None:
    for path in (("a", "b", "c"), ("a", "b", "d", "e"), ("a", "f", "c"), ("g",)):
        items.put(path, "key", {"n": 1})

    assert items.list_namespaces(prefix=("a", "b"), max_depth=2) == [("a", "b")]
    assert items.list_namespaces(prefix=("a", "*"), suffix=("c",)) == [("a", "b", "c"), ("a", "f", "c")]
    assert items.list_namespaces(limit=2, offset=1) == [("a", "b", "d", "e"), ("a", "f", "c")]


def test_what_has_expired_is_never_returned(items: GraphStore, clock: Clock) -> None:
    items.put(ADA, "short", {"text": "tea"}, ttl=10)
    items.put(ADA, "long", {"text": "tea"}, ttl=None)
    clock.later(minutes=10)

    assert items.get(ADA, "short") is None
    assert keys(items.search(ADA)) == ["long"]
    assert keys(items.search(ADA, query="tea")) == ["long"]


def test_a_namespace_of_what_has_expired_is_not_listed(items: GraphStore, clock: Clock) -> None:
    items.put(ADA, "short", {"text": "tea"}, ttl=10)

    clock.later(minutes=10)

    assert items.list_namespaces() == []


def test_what_is_used_lives_on_unless_it_shall_not(items: GraphStore, clock: Clock) -> None:
    for key in ("read", "found", "looked at"):
        items.put((key,), key, {"text": key}, ttl=10)
    clock.later(minutes=6)
    items.get(("read",), "read")
    items.search(("found",), query="found")
    items.get(("looked at",), "looked at", refresh_ttl=False)

    clock.later(minutes=6)

    assert sorted(keys(items.search(()))) == ["found", "read"]


def test_writing_sweeps_what_has_expired(open_items: OpenItems, clock: Clock) -> None:
    items = open_items(ttl={"default_ttl": 10, "sweep_interval_minutes": 60})
    items.put(ADA, "short", {"text": "quokka"})
    clock.later(minutes=61)

    items.put(ADA, "new", {"text": "tea"})

    assert items.sweep_ttl() == 0
    clock.later(minutes=10)
    assert items.sweep_ttl() == 1


def test_an_expired_item_that_is_put_again_is_a_new_one(items: GraphStore, clock: Clock) -> None:
    items.put(ADA, "short", {"text": "tea"}, ttl=1)
    clock.later(minutes=2)

    items.put(ADA, "short", {"text": "tea"})

    [found] = items.search(ADA)
    assert found.created_at == clock.now


@pytest.mark.parametrize("ttl", [-1, float("nan"), float("inf"), "10"])
def test_a_ttl_that_is_none_is_refused(items: GraphStore, ttl: Any) -> None:
    with pytest.raises(InvalidInput, match="give minutes"):
        items.put(ADA, "key", {"text": "tea"}, ttl=ttl)


def test_two_stores_of_items_share_nothing(open_items: OpenItems) -> None:
    open_items(namespace="one").put(ADA, "key", {"text": "tea"})

    other = open_items(namespace="two")

    assert other.search((), query="tea") == []
    assert other.get(ADA, "key") is None


def test_items_and_what_an_agent_remembers_do_not_see_each_other(items: GraphStore, ada: AgentMemory) -> None:
    items.put(ADA, "key", {"text": "quokka"})
    ada.add("zebra")

    assert [one.text.endswith("zebra") for one in ada.search("quokka zebra")] == [True]
    assert keys(items.search((), query="zebra")) == ["key"]


def test_the_namespace_of_a_memory_is_refused(open_items: OpenItems, ada: AgentMemory) -> None:
    ada.add("zebra")

    with pytest.raises(InvalidInput, match="that of an AgentMemory"):
        open_items(namespace=ada.scope.namespace)


def test_nor_can_a_memory_be_opened_where_items_are(items: GraphStore, remember: Callable[..., AgentMemory]) -> None:
    items.put(ADA, "key", {"text": "tea"})

    with pytest.raises(InvalidInput, match="holds the items of LangGraph"):
        remember(namespace="langgraph")

    assert items.get(ADA, "key") is not None


def test_another_embedder_is_refused(open_items: OpenItems) -> None:
    open_items().put(ADA, "key", {"text": "tea"})

    with pytest.raises(WrongDimension, match="agentmem reembed"):
        open_items(embedder=HashEmbedder(32))


async def _used_async(items: GraphStore) -> list[Any]:
    await items.aput(ADA, "drinks", {"text": "tea"})
    await items.aput(ADA, "gone", {"text": "coffee"})
    await items.adelete(ADA, "gone")
    return [await items.aget(ADA, "drinks"), await items.asearch(ADA, query="tea"), await items.alist_namespaces()]


def test_all_of_it_can_be_awaited(items: GraphStore) -> None:
    found, [searched], namespaces = asyncio.run(_used_async(items))

    assert found.value == searched.value == {"text": "tea"}
    assert namespaces == [ADA]
