"""What another user says changes nothing of what one is told: not the order, not a score, not a graph made again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from agentmem import AgentMemory
from agentmem.events import Event
from agentmem.graph.changes import Changes
from agentmem.graph.contract import Where
from agentmem.graph.digest import digest
from agentmem.graph.sqlite import SQLiteStore
from agentmem.graph.view import MemoryGraph
from agentmem.host import Host
from agentmem.language.contract import Language
from agentmem.memory import Memory
from agentmem.testing.notebook import Notebook

HOST = Host()
SAID = ("My kayak.", "The lake is cold.", "Trains are late.", "It rains.", "A lake and a kayak.")


class Linking(Notebook):
    """A notebook that links each note to the one before that shares most words with it."""

    name = "linking"

    def write(self, event: Event, graph: MemoryGraph, language: Language) -> Changes:
        changes = graph.changes()
        note = changes.add("Note", event.text, props={"source": event.id})
        for hit in graph.matching(event.text, Where(label="Note"), limit=1):
            changes.link(note, "LIKE", hit.node.id)
        return changes


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SQLiteStore]:
    with closing(SQLiteStore(tmp_path / "chat.db")) as store:
        yield store


def told(store: SQLiteStore, user: str, said: tuple[str, ...], memory: str | Memory) -> AgentMemory:
    one = AgentMemory(store, user=user, memory=memory, host=HOST)
    for number, text in enumerate(said):
        one.add(text, id=f"e{number}", role="user")
    return one


def speak(store: SQLiteStore, memory: str | Memory) -> None:
    """Let Bob speak of what Ada asks about."""
    told(store, "bob", tuple(f"Another kayak, number {number}." for number in range(20)), memory)


@pytest.mark.parametrize("memory", ["bm25", "episodic"])
def test_what_bob_says_changes_no_score_of_ada(store: SQLiteStore, memory: str) -> None:
    ada = told(store, "ada", SAID, memory)
    before = [(one.id, one.score) for one in ada.search("kayak lake", limit=3)]

    speak(store, memory)

    assert [(one.id, one.score) for one in ada.search("kayak lake", limit=3)] == before


def test_what_is_said_later_changes_no_score_of_then(store: SQLiteStore) -> None:
    ada = told(store, "ada", SAID, "bm25")
    before = [(one.id, one.score) for one in ada.search("kayak lake", limit=3)]
    now = ada.status().entries

    for number in range(20):
        ada.add(f"Another kayak, number {number}.", role="user")

    assert [(one.id, one.score) for one in ada.as_of(now).search("kayak lake", limit=3)] == before


def test_a_memory_that_searches_as_it_writes_is_rebuilt_as_it_was_though_bob_spoke_since(store: SQLiteStore) -> None:
    ada = told(store, "ada", SAID, Linking())
    before = digest(ada.graph, "linking")
    assert ada.graph.edges([node.id for node in ada.graph.scan()], types=["LIKE"])

    speak(store, Linking())
    ada.rebuild()

    assert digest(ada.graph, "linking") == before
