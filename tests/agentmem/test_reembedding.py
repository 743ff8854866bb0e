"""All vectors of a namespace made anew by another embedder: whole or not at all, and nothing else touched."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from agentmem.agent_memory import AgentMemory
from agentmem.errors import (
    InvalidInput,
    LanguageMisconfigured,
    LanguageUnavailable,
    PluginError,
    UnknownName,
    WrongDimension,
)
from agentmem.events import Event, Query, Recollection, new_event
from agentmem.graph.changes import Changes
from agentmem.graph.contract import Graph, Node, Store, Where
from agentmem.graph.digest import digest
from agentmem.graph.sqlite import SQLiteStore
from agentmem.graph.view import MemoryGraph
from agentmem.host import Host
from agentmem.language.contract import Embedder, Language
from agentmem.memory import Memory
from agentmem.reembedding import WAITING, Reembedded, in_use, reembed, under_way
from agentmem.same_embedder import noted_in
from agentmem.testing.embedding import HashEmbedder, TurnedEmbedder
from agentmem.testing.notebook import Notebook
from agentmem.vectors import Vectors

HOST = Host()
MEMORIES = sorted(name for name, offer in HOST.memories.items() if offer.distribution == "agentmem-graph")
START = datetime(2026, 3, 2, 18, 30, tzinfo=UTC)
LATER = START + timedelta(days=10)
TALK = (
    (0, "Ann", "Hey Bob! My sister Mia moved to Oslo last week."),
    (0, "Bob", "Oh nice, what is she doing there?"),
    (0, "Ann", "Mia works as a nurse at the university hospital."),
    (0, "Bob", "Cool. I adopted a puppy on Sunday, her name is Daisy."),
    (3, "Ann", "How is the puppy? I painted a sunrise over the lake yesterday."),
    (3, "Bob", "Daisy is fine. She chewed my running shoes, so no marathon for me."),
    (9, "Ann", "I signed up for a pottery class with Mia, she visits me in May."),
    (9, "Bob", "I love pottery! Daisy would break every pot, though."),
)
QUESTIONS = ("Where does Ann's sister Mia live?", "the puppy Daisy", "pottery", "running shoes", "")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SQLiteStore]:
    store = SQLiteStore(tmp_path / "memory.db")
    yield store
    store.close()


def talk() -> list[Event]:
    return [
        new_event(text, id=f"t{n}", at=START + timedelta(days=day, minutes=n), role="user", speaker=speaker,
                  session=f"day {day}")
        for n, (day, speaker, text) in enumerate(TALK)
    ]  # fmt: skip


def told(store: Store, name: str, embedder: Embedder, *, namespace: str = "default") -> AgentMemory:
    """A memory with a life behind it: something was consolidated, undone and used."""
    memory = AgentMemory(store, namespace=namespace, memory=name, embedder=embedder, host=HOST)
    memory.add_many(talk()[:6])
    memory.consolidate(now=START + timedelta(days=4))
    memory.undo("t1", now=START + timedelta(days=5))
    memory.reinforce(memory.search("Daisy", now=LATER), now=START + timedelta(days=6))
    memory.add_many(talk()[6:])
    return memory


def recalled(memory: AgentMemory, *, as_of: int | None = None) -> list[list[Recollection]]:
    return [memory.search(Query(text=text, limit=20, now=LATER, as_of=as_of)) for text in QUESTIONS]


def assert_alike(found: Sequence[Sequence[Recollection]], wanted: Sequence[Sequence[Recollection]]) -> None:
    for ones, others in zip(found, wanted, strict=True):
        assert sorted(one.text for one in ones) == sorted(one.text for one in others)
        assert sorted(one.score for one in ones) == pytest.approx(sorted(one.score for one in others), abs=1e-5)


def without_vectors(graph: Graph) -> list[Node]:
    return [node for node in graph.scan(Where(retired=True)) if node.memory or node.label != "Embedder"]


def run(store: Store, embedder: Embedder, *, namespace: str = "default") -> Reembedded:
    return reembed(store, namespace, embedder, memories=HOST.memory)


@pytest.mark.parametrize("name", MEMORIES)
def test_recall_is_as_if_the_new_embedder_had_been_there_from_the_start(name: str, store: SQLiteStore) -> None:
    old, new = (
        HashEmbedder(),
        TurnedEmbedder(HashEmbedder()),
    )  # with the same likenesses: what those decided is the same
    told(store, name, old)

    run(store, new)

    anew = AgentMemory(store, memory=name, embedder=new, host=HOST)
    fresh = told(store, name, new, namespace="fresh")
    assert_alike(recalled(anew), recalled(fresh))
    for then in (2, 5):
        assert_alike(recalled(anew, as_of=then), recalled(fresh, as_of=then))


@pytest.mark.parametrize("name", MEMORIES)
def test_nothing_but_vectors_changes(name: str, store: SQLiteStore) -> None:
    memory = told(store, name, HashEmbedder())
    graph = memory.graph
    nodes, edges = without_vectors(graph), graph.edges([node.id for node in without_vectors(graph)], retired=True)

    run(store, HashEmbedder(24))

    assert without_vectors(graph) == nodes
    assert graph.edges([node.id for node in nodes], retired=True) == edges
    assert {node.vector.shape for node in graph.scan(Where(retired=True), vectors=True) if node.vector is not None} <= {
        (24,)
    }
    assert noted_in(graph) == ("hash-24@1", 24)
    assert in_use(store) == store.namespaces() == ["default"]


@pytest.mark.parametrize("name", MEMORIES)
def test_with_a_rebuild_the_graph_is_that_of_the_new_embedder_byte_for_byte(name: str, store: SQLiteStore) -> None:
    old, new = AgentMemory(store, memory=name, embedder=HashEmbedder(), host=HOST), HashEmbedder(24)
    old.add_many(talk())
    old.consolidate(now=LATER)

    run(store, new)
    anew = AgentMemory(store, memory=name, embedder=new, host=HOST)
    anew.rebuild()

    fresh = AgentMemory(store, namespace="fresh", memory=name, embedder=new, host=HOST)
    fresh.add_many(talk())
    fresh.consolidate(now=LATER)
    assert digest(anew.graph, name) == digest(fresh.graph, name)


def test_the_same_embedder_has_nothing_to_do(store: SQLiteStore) -> None:
    memory = told(store, "episodic", HashEmbedder())
    before = digest(memory.graph, "episodic")

    done = run(store, HashEmbedder())

    assert done == Reembedded(namespace="default", before="hash-64@1", after="hash-64@1", is_needless=True)
    assert digest(memory.graph, "episodic") == before


def test_what_was_embedded_before_an_outage_is_not_embedded_again(store: SQLiteStore) -> None:
    told(store, "episodic", HashEmbedder())
    flaky = Flaky(fails_at=5)

    with pytest.raises(LanguageUnavailable):
        reembed(store, "default", flaky, memories=HOST.memory, page=2)
    graph = store.graph("default")
    assert under_way(graph, store) == len(flaky.embedded) > 0
    assert in_use(store) == ["default"]
    done = reembed(store, "default", flaky, memories=HOST.memory, page=2)

    assert len(flaky.embedded) == len(set(flaky.embedded)) == done.found + done.embedded
    assert done.found > 0
    assert under_way(graph, store) == 0


def test_a_model_that_makes_other_vectors_now_can_take_the_place_of_itself(store: SQLiteStore) -> None:
    memory = AgentMemory(store, memory="episodic", embedder=Flaky(dim=24), host=HOST)
    memory.add_many(talk())

    done = run(store, Flaky(dim=32))

    assert (done.before, done.after, done.vectors) == ("flaky", "flaky", len(TALK))
    assert noted_in(memory.graph) == ("flaky", 32)


def test_a_model_that_changed_while_it_was_interrupted_begins_anew(store: SQLiteStore) -> None:
    told(store, "episodic", HashEmbedder())
    with pytest.raises(LanguageUnavailable):
        reembed(store, "default", Flaky(dim=24, fails_at=3), memories=HOST.memory, page=2)

    with pytest.raises(LanguageMisconfigured, match="call it again"):
        run(store, Flaky(dim=32))
    run(store, Flaky(dim=32))

    assert noted_in(store.graph("default")) == ("flaky", 32)


def test_half_done_the_store_works_with_its_old_embedder(store: SQLiteStore) -> None:
    memory = told(store, "episodic", HashEmbedder())
    with pytest.raises(LanguageUnavailable):
        reembed(store, "default", Flaky(fails_at=5), memories=HOST.memory, page=2)

    memory.add("Bob bought new running shoes.", at=LATER, id="new")
    found = memory.search("running shoes", now=LATER)

    assert found[0].sources == ("new",)
    assert noted_in(memory.graph) == ("hash-64@1", 64)


def test_what_is_written_meanwhile_is_re_embedded_too(store: SQLiteStore) -> None:
    memory = told(store, "episodic", HashEmbedder())
    new = Flaky(before=lambda count: memory.add(f"Bob said it {count} times.", at=LATER) if count < 3 else None)

    run(store, new)

    vectors = [node.vector for node in memory.graph.scan(Where(label="Moment"), vectors=True)]
    assert len(vectors) > len(TALK)
    assert all(vector is not None and vector.shape == (24,) for vector in vectors)


def test_whoever_has_the_namespace_open_is_told(store: SQLiteStore) -> None:
    memory = told(store, "episodic", HashEmbedder())
    turned = TurnedEmbedder(HashEmbedder(), more=0)  # of the same dimension: the store could not tell

    run(store, turned)

    for use in (lambda: memory.search("Daisy", now=LATER), lambda: memory.add("Daisy barks.")):
        with pytest.raises(WrongDimension, match=r"turned-hash-64@1.*opened with 'hash-64@1'"):
            use()


def test_a_write_that_had_begun_before_does_not_mix_vectors(store: SQLiteStore) -> None:
    told(store, "episodic", HashEmbedder())
    turned = TurnedEmbedder(HashEmbedder(), more=0)
    slow = Flaky(dim=64, name="hash-64@1", before=lambda count: run(store, turned) if not count else None)
    memory = AgentMemory(store, memory="episodic", embedder=slow, host=HOST)

    with pytest.raises(WrongDimension, match="make its vectors anew"):
        memory.add("Daisy barks.", id="bark", at=LATER)

    graph = store.graph("default")
    assert {node.id for node in graph.get(["event/bark"])} == {"event/bark"}
    assert noted_in(graph) == ("turned-hash-64@1", 64)
    again = AgentMemory(store, memory="episodic", embedder=turned, host=HOST)
    assert again.search("Daisy barks", now=LATER)[0].sources == ("bark",)


def test_two_at_once_do_it_once(store: SQLiteStore) -> None:
    told(store, "arigraph", HashEmbedder())
    done: list[Reembedded] = []
    both = [threading.Thread(target=lambda: done.append(run(store, HashEmbedder(24)))) for _ in range(2)]

    for one in both:
        one.start()
    for one in both:
        one.join()

    assert len(done) == 2
    vectors = [node.vector for node in store.graph("default").scan(Where(retired=True), vectors=True)]
    assert {vector.shape for vector in vectors if vector is not None} == {(24,)}
    assert store.namespaces() == ["default"]


def test_a_namespace_without_vectors_notes_the_embedder(store: SQLiteStore) -> None:
    AgentMemory(store, memory="bm25", embedder=HashEmbedder(), host=HOST).add_many(talk())

    done = run(store, HashEmbedder(24))

    assert (done.vectors, done.embedded) == (0, 0)
    assert noted_in(store.graph("default")) == ("hash-24@1", 24)


def test_a_memory_that_is_not_installed_is_named(store: SQLiteStore) -> None:
    memory = AgentMemory(store, memory=Notebook(), embedder=HashEmbedder(), host=HOST)
    memory.add_many(talk())

    with pytest.raises(UnknownName, match="no memory named 'notebook'"):
        run(store, HashEmbedder(24))

    assert noted_in(memory.graph) == ("hash-64@1", 64)
    assert memory.search("Daisy", now=LATER)


class Means:
    """A memory that keeps a mean, and does not say of what."""

    name = "means"

    def write(self, event: Event, graph: MemoryGraph, language: Language) -> Changes:
        changes = graph.changes()
        changes.add("Mean", vector=language.embed([event.text])[0])
        return changes

    def recall(self, query: Query, graph: MemoryGraph, language: Language) -> list[Recollection]:
        return []


def test_a_vector_of_which_nobody_says_what_it_is_of_is_not_lost(store: SQLiteStore) -> None:
    memory: Memory = Means()
    AgentMemory(store, memory=memory, embedder=HashEmbedder(), host=HOST).add_many(talk())

    with pytest.raises(PluginError, match="memory 'means' keeps vectors on Mean nodes that have no text"):
        reembed(store, "default", HashEmbedder(24), memories=lambda name: memory)

    assert store.graph("default").stats()["vectors"] == len(TALK)


def test_where_vectors_wait_is_no_namespace_to_re_embed(store: SQLiteStore) -> None:
    with pytest.raises(InvalidInput, match="name that"):
        run(store, HashEmbedder(24), namespace=f"{WAITING}somewhere")


class Flaky:
    """Embeds by hash, with 24 numbers; fails once at one of its calls, or lets somebody else go first."""

    def __init__(
        self,
        *,
        dim: int = 24,
        name: str = "flaky",
        fails_at: int | None = None,
        before: Callable[[int], object] = lambda count: None,
    ) -> None:
        self.id, self.dim, self.leaves = name, dim, True
        self.embedded: list[str] = []
        self._fails_at, self._before, self._calls = fails_at, before, 0

    def embed(self, texts: Sequence[str]) -> Vectors:
        self._before(self._calls)
        self._calls += 1
        if self._calls == self._fails_at:
            raise LanguageUnavailable("pulled the plug")
        self.embedded += texts
        return HashEmbedder(self.dim).embed(texts) if texts else np.zeros((0, self.dim), np.float32)
