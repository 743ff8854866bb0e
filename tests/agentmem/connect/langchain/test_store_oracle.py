"""LangGraph's own store is asked the same, and answers the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from langchain_core.embeddings import Embeddings
from langgraph.store.base import BaseStore
from langgraph.store.memory import InMemoryStore

from agentmem import Host
from agentmem.connect.langchain import GraphStore
from agentmem.graph.contract import Store
from agentmem.testing.embedding import HashEmbedder

ON_EVERY_STORE = True
ALL = 1000
NUMBERS = count()
HOST = Host()
Step = Callable[[BaseStore], object]

labels = st.sampled_from(["a", "b", "ab", "a/b", "a%", "*", '"', "é", "e\u0301", "a b"])
paths = st.lists(labels, min_size=1, max_size=3).map(tuple)
prefixes = st.lists(labels, max_size=2).map(tuple)
keys = st.sampled_from(["k", "K", "k/k", "ключ"])
numbers = st.integers(0, 3)
words = st.lists(st.sampled_from(["red", "key", "mat", "rain", "oslo"]), min_size=1, max_size=3).map(" ".join)
values = st.fixed_dictionaries(
    {"text": words, "n": numbers}, optional={"deep": st.fixed_dictionaries({"n": numbers | st.none()})}
)
operators = st.dictionaries(st.sampled_from(["$eq", "$ne", "$gt", "$gte", "$lt", "$lte"]), numbers, min_size=1)
filters = st.none() | st.fixed_dictionaries({}, optional={"n": numbers | operators, "deep": st.builds(dict, n=numbers)})


@dataclass(frozen=True, eq=False)
class Score:
    """A cosine, which is the same whether it was computed in 32 bits or in 64."""

    cosine: float

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Score) and abs(self.cosine - other.cosine) < 1e-5

    __hash__ = None  # type: ignore[assignment]


class Hashed(Embeddings):
    """The embedder of these tests, as LangChain has them."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [[float(number) for number in row] for row in HashEmbedder().embed(texts)]

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]


def put(path: tuple[str, ...], key: str, value: dict[str, Any], index: Any) -> Step:
    def step(store: BaseStore) -> object:
        store.delete(path, key)  # LangGraph's keeps the vectors of an item that is put again without an index
        store.put(path, key, value, index)
        return None

    return step


def delete(path: tuple[str, ...], key: str) -> Step:
    return lambda store: store.delete(path, key)


def get(path: tuple[str, ...], key: str) -> Step:
    return lambda store: (found := store.get(path, key)) and (found.namespace, found.key, found.value)


def search(prefix: tuple[str, ...], wanted: Any, query: str | None) -> Step:
    def step(store: BaseStore) -> object:
        found = store.search(prefix, filter=wanted, query=query, limit=ALL)
        scores = [one.score for one in found if one.score is not None]
        assert scores == sorted(scores, reverse=True)
        return {(one.namespace, one.key): (one.value, None if one.score is None else Score(one.score)) for one in found}

    return step


def list_namespaces(prefix: Any, suffix: Any, depth: int | None, offset: int) -> Step:
    def step(store: BaseStore) -> object:
        if isinstance(store, InMemoryStore):  # it lists what was only asked for, and what is empty by now
            held = InMemoryStore()
            for one in store.search((), limit=ALL):
                held.put(one.namespace, one.key, one.value)
            store = held
        return store.list_namespaces(prefix=prefix, suffix=suffix, max_depth=depth, offset=offset, limit=3)

    return step


steps = (
    st.builds(put, paths, keys, values, st.sampled_from([None, False, ["text"], ["deep.n", "text"], ["absent"]]))
    | st.builds(delete, paths, keys)
    | st.builds(get, paths, keys)
    | st.builds(search, prefixes, filters, st.none() | words)
    | st.builds(
        list_namespaces, st.none() | prefixes, st.none() | prefixes, st.none() | st.integers(1, 3), st.integers(0, 2)
    )
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=st.lists(steps, min_size=1, max_size=25))
def test_langgraphs_own_store_answers_the_same(open_store: Callable[[], Store], steps: Sequence[Step]) -> None:
    oracle = InMemoryStore(index={"dims": 64, "embed": Hashed(), "fields": ["text"]})
    ours = GraphStore(
        open_store(), namespace=f"case-{next(NUMBERS)}", embedder=HashEmbedder(), fields=["text"], words=0.0, host=HOST
    )

    for number, step in enumerate(steps):
        assert step(ours) == step(oracle), f"step {number}"
