"""A search by words looks at no more texts than it has to, and finds what it would if it looked at all."""

import random
from collections.abc import Iterator
from contextlib import closing

import pytest

from agentmem.graph.contract import Graph, Where, ids_of
from agentmem.graph.sqlite import SQLiteStore
from agentmem.graph.text import MOST_ROWS
from agentmem.testing.store_world import fact, names


@pytest.fixture
def graph() -> Iterator[Graph]:
    with closing(SQLiteStore.in_memory()) as store:
        yield store.graph("a")


@pytest.mark.parametrize("seed", range(6))
def test_the_best_few_are_the_first_of_all(graph: Graph, seed: int) -> None:
    chance = random.Random(seed)

    def said() -> str:
        return " ".join(f"word{int(300 ** chance.random())}" for _ in range(chance.randint(2, 20)))

    graph.put_nodes([fact(f"n{number}", text=said(), props={"n": number % 3}) for number in range(400)])
    for where in (Where(), Where(props={"n": ("=", 1)})):
        for _ in range(10):
            text = said()
            everything = graph.matching(text, where, limit=400)
            for limit in (1, 3, 20):
                assert graph.matching(text, where, limit=limit) == everything[:limit]


def test_of_a_word_that_is_everywhere_the_newest_texts_are_ranked(graph: Graph) -> None:
    count = MOST_ROWS + 200
    graph.put_nodes(
        [fact(f"n{number}", number, text="key " * (9 if number < 200 else 2) + "lamp") for number in range(count)]
    )
    graph.put_nodes([fact("best", count, text="key key key key")])

    assert names(graph.matching("key", limit=1)) == ["best"]
    assert {hit.node.position for hit in graph.matching("key", limit=MOST_ROWS)} == set(range(201, count + 1))
    assert sorted(names(graph.matching("key", limit=9999))) == sorted(ids_of(graph.scan()))


def test_a_text_is_scored_by_how_often_it_has_a_word_and_how_long_it_is(graph: Graph) -> None:
    graph.put_nodes(
        [
            fact("twice", text="Keys, keys, and a lamp."),
            fact("short", text="A key and a lamp."),
            fact("long", text="A key and a lamp, and much else that is not told here."),
        ]
    )

    assert names(graph.matching("key", limit=5)) == ["twice", "short", "long"]
