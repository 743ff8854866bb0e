"""A namespace arrives as it left, whatever kind of store it leaves and comes to; or nobody can open it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from agentmem import AgentMemory
from agentmem.errors import InvalidInput, StoreRefused
from agentmem.graph.contract import Edge, Graph, Node, Store
from agentmem.graph.moving.copying import copy
from agentmem.graph.moving.mark import is_arriving
from agentmem.graph.moving.pages import fingerprint
from agentmem.host import Host
from agentmem.testing.store_world import NOON

Opens = Callable[[str], Store]


def test_what_arrives_is_what_left_and_comes_back_the_same(house: Store, opens: Opens, tmp_path: Path) -> None:
    there = opens("there")

    done = copy(house, there, "alice")
    back = copy(there, opens("back"), "alice")

    assert (done.nodes, done.edges, done.was_there) == (41, 40, False)
    assert back.sha256 == done.sha256 == fingerprint(house.graph("alice")).sha256
    held = {name: value for name, value in there.graph("alice").counters().items() if name != "arriving"}
    assert held == dict(house.graph("alice").counters())
    assert there.namespaces() == ["alice"]


def test_copied_again_it_is_found_to_be_there(house: Store, opens: Opens) -> None:
    there = opens("there")
    copy(house, there, "alice")

    assert copy(house, there, "alice").was_there


def test_a_namespace_that_holds_something_else_is_refused_and_left_alone(house: Store, opens: Opens) -> None:
    there = opens("there")
    there.graph("alice").put_nodes([Node("mine", "Fact", NOON)])
    before = fingerprint(there.graph("alice"))

    with pytest.raises(InvalidInput, match="in use"):
        copy(house, there, "alice")

    assert fingerprint(there.graph("alice")) == before


@pytest.mark.parametrize("writes", [0, 1, 2, 3])
def test_interrupted_it_cannot_be_opened_and_goes_on_where_it_stopped(
    house: Store, opens: Opens, writes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agentmem.graph.moving.pages.PAGE", 15)
    there = opens("there")
    steps: list[str] = []

    def moved(what: str, count: int) -> None:
        steps.append(what)
        if len(steps) > writes:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy(house, there, "alice", moved=moved)

    assert is_arriving(there.graph("alice"))
    with pytest.raises(StoreRefused, match="not whole"):
        AgentMemory(there, namespace="alice")
    with pytest.raises(StoreRefused, match="not whole"):
        copy(there, opens("further"), "alice")
    assert not copy(house, there, "alice").was_there
    assert fingerprint(there.graph("alice")) == fingerprint(house.graph("alice"))


def test_what_left_the_source_after_an_interruption_does_not_arrive(house: Store, opens: Opens) -> None:
    there = opens("there")

    def interrupt(what: str, count: int) -> None:
        if what == "edges":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy(house, there, "alice", moved=interrupt)
    house.graph("alice").delete(["n3"])
    house.graph("alice").put_nodes([Node("new", "Fact", NOON)])
    house.graph("alice").put_edges([Edge("new", "near", "n4")])

    copy(house, there, "alice")

    assert fingerprint(there.graph("alice")) == fingerprint(house.graph("alice"))


def test_an_edge_that_left_the_source_after_an_interruption_does_not_arrive(house: Store, opens: Opens) -> None:
    there, graph = opens("there"), house.graph("alice")

    def interrupt(what: str, count: int) -> None:
        if what == "edges":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy(house, there, "alice", moved=interrupt)
    again = graph.get(["n3"], vectors=True)
    graph.delete(["n3"])
    graph.put_nodes(again)

    copy(house, there, "alice")

    assert fingerprint(there.graph("alice")) == fingerprint(graph)


def test_who_had_the_target_open_can_keep_nothing_there_before_it_is_whole(opens: Opens, tmp_path: Path) -> None:
    left, there = Host().store(str(tmp_path / "left.db")), opens("there")
    with AgentMemory(left) as before:
        before.add("Mia moved to Oslo.", role="user")

    with AgentMemory(there) as memory:

        def moved(what: str, count: int) -> None:
            with pytest.raises(StoreRefused, match="not whole"):
                memory.add("I am lost.", role="user")

        copy(left, there, "default", moved=moved)
        memory.add("I am kept.", role="user")

        assert memory.search("I am kept")
    left.close()


@pytest.mark.parametrize("memory", ["arigraph", "amem", "episodic", "memorybank"])
def test_the_same_is_recalled_afterwards(opens: Opens, tmp_path: Path, memory: str) -> None:
    said = [
        "Mia moved to Oslo.",
        "The key is in the kitchen.",
        "Mia likes apples.",
        "The door is locked.",
        "Mia has a cat.",
    ]
    with AgentMemory(tmp_path / "before.db", memory=memory) as before:
        for text in said:
            before.add(text, role="user")
    source, there = opens("unused"), opens("there")
    source.close()
    left = Host().store(str(tmp_path / "before.db"))
    copy(left, there, "default")
    asked = ["Where does Mia live?", "What does Mia like?", "Where is the key?"]

    with AgentMemory(left, memory=memory) as here, AgentMemory(there, memory=memory) as elsewhere:
        for question in asked:
            old, new = here.search(question), elsewhere.search(question)
            assert [one.id for one in old] == [one.id for one in new]
            assert [one.score for one in old] == pytest.approx([one.score for one in new], abs=1e-5)
            assert [one.text for one in old] == [one.text for one in new]
    left.close()


def test_a_page_may_be_of_one_position(opens: Opens) -> None:
    store = opens("there")
    graph: Graph = store.graph("alice")
    graph.put_nodes([Node(f"n{number:04d}", "Fact", NOON, position=1) for number in range(1200)])

    assert fingerprint(graph).nodes == 1200
