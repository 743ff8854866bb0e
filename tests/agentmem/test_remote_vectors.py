"""Memories with an embedder that leaves the machine: nothing is lost, and nothing waits inside a transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from agentmem.agent_memory import AgentMemory
from agentmem.errors import InvalidInput, LanguageUnavailable, WrongDimension
from agentmem.events import Event, new_event
from agentmem.graph.changes import Changes
from agentmem.graph.contract import Graph, Where
from agentmem.graph.sqlite import SQLiteStore
from agentmem.graph.view import MemoryGraph
from agentmem.host import Host
from agentmem.language.contract import Language
from agentmem.language.embedding.openai import OpenAIEmbedder
from agentmem.language.providers.retrying import Patience
from agentmem.language.recording.recorder import recorded
from agentmem.language.rules import RuleLanguage
from agentmem.spending.budget import Budget
from agentmem.testing.embedding import HashEmbedder
from agentmem.testing.models.faults import server_error
from agentmem.testing.models.server import ModelServer
from agentmem.testing.notebook import Notebook
from agentmem.vectors import Vectors

HOST = Host()
MEMORIES = sorted(name for name, offer in HOST.memories.items() if offer.distribution == "agentmem-graph")
START = datetime(2026, 3, 2, 18, 30, tzinfo=UTC)
LATER = START + timedelta(days=10)
TALK = ("My sister Mia moved to Oslo.", "Mia works as a nurse.", "I adopted a puppy, Daisy.", "Daisy is in the garden.")


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SQLiteStore]:
    store = SQLiteStore(tmp_path / "memory.db")
    yield store
    store.close()


def afar(server: ModelServer) -> OpenAIEmbedder:
    return OpenAIEmbedder("tiny", base_url=server.url, patience=Patience(sleep=lambda seconds: None))


def talk() -> list[Event]:
    return [
        new_event(text, id=f"t{n}", at=START + timedelta(minutes=n), role="user", speaker="Ann", session="monday")
        for n, text in enumerate(TALK)
    ]


def held(graph: Graph, memory: str) -> list[tuple[object, ...]]:
    """What a memory holds, without its numbers."""
    nodes = graph.scan(Where(memory=memory, retired=True))
    edges = graph.edges([node.id for node in nodes], retired=True)
    return [(node.id, node.text, node.position, node.retired) for node in nodes] + sorted(edge[:3] for edge in edges)


@pytest.mark.parametrize("name", MEMORIES)
def test_rules_derive_the_same_wherever_the_vectors_come_from(
    name: str, server: ModelServer, store: SQLiteStore
) -> None:
    far = AgentMemory(store, namespace="far", memory=name, embedder=afar(server), host=HOST)
    near = AgentMemory(store, namespace="near", memory=name, embedder=HashEmbedder(), host=HOST)

    for memory in (far, near):
        assert memory.add_many(talk()).receipt.deferred == 0
        memory.consolidate(now=LATER)

    assert held(far.graph, name) == held(near.graph, name)
    wanted = [one.text for one in near.search("Where does Mia live?", now=LATER)]
    assert [one.text for one in far.search("Where does Mia live?", now=LATER)] == wanted


@pytest.mark.parametrize("name", ["episodic", "arigraph", "hcam", "amem"])
def test_no_transaction_is_open_while_an_embedder_is_asked(name: str, server: ModelServer, tmp_path: Path) -> None:
    other = SQLiteStore(tmp_path / "memory.db", wait_s=0)
    server.watch = lambda asked: other.graph("other").advance("seen", expected=seen(), value=seen() + 1)

    def seen() -> int:
        return other.graph("other").counter("seen")

    with AgentMemory(tmp_path / "memory.db", memory=name, embedder=afar(server), host=HOST) as memory:
        memory.add_many(talk())
        memory.search("Where does Mia live?", now=LATER)
        memory.rebuild()

    assert seen() == len(server.asked) > 0
    other.close()


def test_calls_of_an_embedder_are_in_the_receipt_and_in_the_ledger(server: ModelServer, store: SQLiteStore) -> None:
    memory = AgentMemory(store, memory="episodic", embedder=afar(server), host=HOST)

    receipt = memory.add_many(talk()).receipt

    assert receipt.calls == len(server.asked) == 1
    assert receipt.tokens > 0
    assert receipt.embedded == len(TALK)


def test_an_event_waits_for_a_dead_embedder_and_is_found_by_words_meanwhile(
    server: ModelServer, store: SQLiteStore
) -> None:
    memory = AgentMemory(store, memory="episodic", embedder=afar(server), host=HOST)
    memory.add_many(talk()[:2])

    with server.failing(server_error()):
        added = memory.add_many(talk()[2:])
        found = memory.search("Daisy the puppy", now=LATER)

    assert len(added.events) == 2
    assert added.receipt.deferred == 2
    assert added.set_aside == ()
    assert {one.id for one in found} == {"event/t2", "event/t3"}
    assert all(one.parts["text"] == 1 and ("unfolded" in one.parts or "unasked" in one.parts) for one in found)

    memory.catch_up()
    assert memory.status().folded == 4
    assert memory.search("Daisy the puppy", now=LATER)[0].memory == "episodic"


def test_the_first_event_is_safe_even_if_the_embedder_was_never_there(server: ModelServer, store: SQLiteStore) -> None:
    with server.refusing():
        memory = AgentMemory(store, memory="rag", embedder=afar(server), host=HOST)
        added = memory.add_many(talk())
        assert added.receipt.deferred == 4
        assert [one.text for one in memory.search("puppy", now=LATER)] == [talk()[2].dated]

    memory.catch_up()
    assert memory.status().folded == 4


def test_a_model_that_changed_makes_events_wait_and_says_what_to_do(store: SQLiteStore) -> None:
    dim = [64]
    with ModelServer(embed=lambda texts: HashEmbedder(dim[0]).embed(texts)) as server:
        AgentMemory(store, memory="rag", embedder=afar(server), host=HOST).add_many(talk()[:2])
        dim[0] = 32
        memory = AgentMemory(store, memory="rag", embedder=afar(server), host=HOST)

        added = memory.add_many(talk()[2:])

        assert added.receipt.deferred == 2
        assert "agentmem reembed" in memory.status().memories[0].waits
        assert memory.graph.stats()["vectors"] == 2


def test_a_namespace_names_its_embedder_and_the_cure(server: ModelServer, store: SQLiteStore) -> None:
    AgentMemory(store, memory="rag", embedder=afar(server), host=HOST).add_many(talk())

    with pytest.raises(WrongDimension, match=r"'openai:tiny' \(64 numbers\).*'wordllama-256@.*agentmem reembed STORE"):
        AgentMemory(store, memory="rag", host=HOST)


def test_the_dimension_of_a_namespace_is_known_again_without_a_call(server: ModelServer, store: SQLiteStore) -> None:
    AgentMemory(store, memory=Notebook(), embedder=afar(server), host=HOST).add_many(talk())
    before = len(server.asked)

    again = afar(server)
    memory = AgentMemory(store, memory=Notebook(), embedder=again, host=HOST)
    memory.add_many(talk())
    memory.search("", now=LATER)

    assert again.dim == 64
    assert len(server.asked) == before


def test_a_language_that_is_open_brings_its_own_embedder(store: SQLiteStore) -> None:
    with pytest.raises(InvalidInput, match="has its embedder already"):
        AgentMemory(store, language=RuleLanguage(HashEmbedder()), embedder="wordllama", host=HOST)


def test_a_budget_caps_what_an_embedder_is_asked(server: ModelServer, store: SQLiteStore) -> None:
    memory = AgentMemory(store, memory="rag", embedder=afar(server), host=HOST, budget="session.calls=1")

    first, second = memory.add_many(talk()[:2]), memory.add_many(talk()[2:])

    assert (first.receipt.deferred, second.receipt.deferred) == (0, 2)
    assert len(server.asked) == 1


def test_a_text_that_cannot_be_embedded_hides_nothing_from_a_search(store: SQLiteStore) -> None:
    def embed(texts: Sequence[str]) -> Vectors:
        vectors = HashEmbedder().embed(texts)
        vectors[["poison" in text for text in texts]] = np.nan
        return vectors

    with ModelServer(embed=embed) as server:
        memory = AgentMemory(store, memory=Notebook(), language=RuleLanguage(afar(server)))
        memory.add("Mia moved to Oslo.", id="good")
        assert memory.add("There is poison in the cup.", id="bad").set_aside == ("bad",)

        assert [one.sources for one in memory.search("Mia Oslo")] == [("good",)]
        assert next(one.sources for one in memory.search("the cup")) == ("bad",)
        assert [one.sources for one in memory.search("poison")] == [("bad",)], "by words"


def test_an_embedder_that_was_opened_by_name_is_closed_with_the_memory(
    tmp_path: Path, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "any")
    ours = AgentMemory(tmp_path / "memory.db", memory=Notebook(), embedder=f"openai:tiny@{server.url}")
    theirs = afar(server)
    other = AgentMemory(tmp_path / "other.db", memory=Notebook(), embedder=theirs)
    for memory in (ours, other):
        memory.add("Mia moved to Oslo.")
        memory.close()

    with pytest.raises(LanguageUnavailable):
        ours.language.embedder.embed(["the client is closed"])
    assert theirs.embed(["still open"]).any()


def test_calls_for_vectors_that_failed_are_in_the_receipt(store: SQLiteStore, server: ModelServer) -> None:
    memory = AgentMemory(store, memory=Notebook(), language=RuleLanguage(afar(server)))
    server.fail(server_error(), times=None)

    receipt = memory.add("Mia moved to Oslo.").receipt

    assert (receipt.calls, receipt.deferred) == (len(server.asked), 1) == (3, 1)


def test_no_thread_of_a_plugin_gets_vectors_around_the_budget(store: SQLiteStore, server: ModelServer) -> None:
    class Sneaky(Notebook):
        def write(self, event: Event, graph: MemoryGraph, language: Language) -> Changes:
            with ThreadPoolExecutor(1) as pool:
                pool.submit(language.embedder.embed, [event.text]).result()
            return super().write(event, graph, language)

    memory = AgentMemory(store, memory=Sneaky(), language=RuleLanguage(afar(server)), budget=Budget(calls=0))

    assert memory.add("Mia moved to Oslo.").receipt.deferred == 1
    assert server.asked == []


@pytest.mark.parametrize("poisoned", [False, True])
def test_what_could_not_be_embedded_is_replayed_as_it_went(tmp_path: Path, poisoned: bool) -> None:
    def embed(texts: Sequence[str]) -> Vectors:
        vectors = HashEmbedder().embed(texts)
        vectors[[poisoned and "puppy" in text for text in texts]] = np.nan
        return vectors

    def went(language: Language, store: str) -> list[object]:
        memory = AgentMemory(tmp_path / store, memory=Notebook(), language=language)
        seen: list[object] = []
        for event in talk():
            added = memory.add_many([event])
            found = memory.search(event.text + "?", now=LATER)
            seen += [added.receipt.deferred, added.set_aside, [(one.id, one.score) for one in found]]
        seen += held(memory.graph, "notebook")
        memory.close()
        return seen

    cassette = tmp_path / "run.jsonl"
    with ModelServer(embed=embed) as server:
        if not poisoned:
            server.fail(server_error(), times=5)
        live = went(recorded(RuleLanguage(afar(server)), cassette), "live.db")

    again = went(HOST.language(f"replay:{cassette}"), "again.db")

    assert again == live
    assert ("t2",) in live if poisoned else 1 in live, "something was set aside, or waited"
