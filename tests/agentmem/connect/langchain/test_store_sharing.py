"""One store of items for many: prefixes that never leak, writers at the same time, and another embedder."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from langgraph.store.base import InvalidNamespaceError

from agentmem import Host
from agentmem.connect.langchain import GraphStore, items
from agentmem.errors import InvalidInput
from agentmem.graph.contract import Store
from agentmem.graph.sqlite import SQLiteStore
from agentmem.reembedding import reembed
from agentmem.testing.embedding import HashEmbedder
from tests.agentmem.connect.langchain.conftest import OpenItems

ON_EVERY_STORE = True
HOST = Host()
USERS = (("ada",), ("ad",), ("ada", "x"), ("ada/x",), ("ada%",), ("*",), ("' or 1=1 --",), ("level_0",))
CANARIES = {user: f"quokka{number}zebra" for number, user in enumerate(USERS)}
prefixes = st.lists(st.sampled_from([label for user in USERS for label in user]) | st.text(), min_size=1, max_size=2)
queries = st.none() | st.sampled_from([*CANARIES.values(), "number", "quokka* OR 1"]) | st.text()


@pytest.fixture(scope="module")
def told() -> Iterator[GraphStore]:
    """A store in which each of several users has a secret."""
    with closing(SQLiteStore.in_memory()) as kept:
        store = GraphStore(kept, embedder=HashEmbedder(), host=HOST)
        for user, canary in CANARIES.items():
            store.put(("users", *user), "secret", {"text": f"My number is {canary}.", "of": list(user)})
        yield store


def leaks(store: GraphStore, prefix: tuple[str, ...], query: str | None) -> bool:
    """Return whether who asks under a prefix is shown what is not under it."""
    try:
        found = store.search(("users", *prefix), query=query, filter={"of": {"$ne": 0}}, limit=100)
    except (InvalidInput, InvalidNamespaceError):
        return False  # such a label is refused
    said = json.dumps([one.value for one in found])
    return any(canary in said and user[: len(prefix)] != prefix for user, canary in CANARIES.items())


@settings(max_examples=1000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(prefix=prefixes.map(tuple), query=queries)
def test_nothing_is_found_that_is_not_under_the_prefix(
    told: GraphStore, prefix: tuple[str, ...], query: str | None
) -> None:
    assert not leaks(told, prefix, query)


def test_a_store_without_the_predicate_would_be_caught(told: GraphStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(items, "levels_of", lambda path: {})

    assert leaks(told, ("ad",), None)
    assert leaks(told, ("ad",), "number")


def test_writers_at_the_same_time_leave_one_item_and_lose_none(open_store: Callable[[], Store]) -> None:
    store = GraphStore(open_store(), embedder=HashEmbedder(), host=HOST)

    def write(number: int) -> None:
        store.put(("shared",), "same", {"n": number})
        store.put(("own",), f"{number}", {"n": number})

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(write, range(20)))

    assert len(store.search(("shared",))) == 1
    assert sorted(one.value["n"] for one in store.search(("own",), limit=50)) == list(range(20))


def test_vectors_can_be_made_anew(open_items: OpenItems, plugins: Host) -> None:
    old, other = open_items(), HashEmbedder(32)
    old.put(("own",), "tea", {"text": "I like tea."})
    old.put(("own",), "rain", {"text": "It rains."}, index=False)

    made = reembed(old.store, "langgraph", other, memories=plugins.memory)

    best, rest = open_items(embedder=other).search((), query="tea")
    assert made.vectors == 1
    assert (best.key, rest.key, rest.score) == ("tea", "rain", None)
