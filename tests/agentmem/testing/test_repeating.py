"""A store that repeats every piece of work shows a host that keeps something of the first time."""

from collections.abc import Iterator

import pytest

from agentmem.graph.contract import Store, ids_of
from agentmem.graph.sqlite import SQLiteStore
from agentmem.testing.repeating import RepeatingStore
from agentmem.testing.store_world import fact


@pytest.fixture
def store() -> Iterator[Store]:
    store = RepeatingStore(SQLiteStore.in_memory())
    yield store
    store.close()


def test_work_is_done_twice_and_kept_once(store: Store) -> None:
    graph, seen = store.graph("alice"), []

    def work() -> int:
        seen.append(ids_of(graph.scan()))
        graph.put_nodes([fact(f"n{len(seen)}")])
        return len(seen)

    assert graph.transact(work) == 2
    assert seen == [[], []]
    assert ids_of(graph.scan()) == ["n2"]


def test_work_in_work_is_done_twice_each_time(store: Store) -> None:
    graph, seen = store.graph("alice"), []

    graph.transact(lambda: graph.transact(lambda: seen.append(graph.counter("journal"))))

    assert seen == [0] * 4


def test_work_that_raises_is_not_done_again(store: Store) -> None:
    graph, times = store.graph("alice"), []

    def work() -> None:
        times.append(1)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        graph.transact(work)

    assert times == [1]
