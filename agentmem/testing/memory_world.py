"""The small world that memories are tested in: events, questions, and ways to tell and ask. It needs no pytest."""

from __future__ import annotations

import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from unittest import SkipTest

from agentmem.agent_memory import AgentMemory
from agentmem.events import Event, Query, Recollection, new_event
from agentmem.graph.contract import Store
from agentmem.graph.sqlite import SQLiteStore
from agentmem.host import Host
from agentmem.language.contract import Language
from agentmem.language.rules import RuleLanguage
from agentmem.memory import Memory
from agentmem.testing.embedding import HashEmbedder
from agentmem.testing.graph_difference import Held, difference, held_in
from agentmem.testing.lived import Lived, Recalled
from agentmem.testing.plain_grammar import read_plain

START = datetime(2026, 1, 1, tzinfo=UTC)
LATER = START + timedelta(days=30)
SCENES: Sequence[tuple[str | None, str]] = (
    (None, "You are in the hall. Exits: north, east. The red key is on the table. The chest is locked."),
    ("go north", "You are in the kitchen. Exits: south. The fridge is here. The fridge is closed."),
    ("open fridge", "The fridge is open. The apple is in the fridge."),
    ("go south", "You are in the hall. Exits: north, east. The red key is on the table. The chest is locked."),
    ("take red key", "The red key is in the inventory."),
    ("examine red key", "The red key unlocks the chest."),
    ("go east", "There is no exit east."),
    ("open chest", "The chest is open. The coin is in the chest."),
)
QUESTIONS = ("where is the red key", "what is in the chest", "explore: which exits are unexplored", "")


@cache
def installed() -> Host:
    """Return the host of all tests here: finding plugins takes longer than most of what is tested."""
    return Host()


class OtherPromise(AssertionError):
    """A promise cannot be tried, because another one is broken: what is to be done about this one is no help."""


class TellsMemories(ABC):
    """How the contract tests build, tell and ask a memory; all but `new_memory` may be replaced."""

    @abstractmethod
    def new_memory(self) -> Memory:
        """Return a new memory, the same at each call."""

    def host(self) -> Host:
        """Return the host whose plugins hear what is written and asked."""
        return installed()

    def new_language(self) -> Language:
        """Return the language to test with: rules for plain sentences, and an embedder by hash."""
        return RuleLanguage(HashEmbedder(), {"facts": [read_plain]})

    def new_events(self) -> list[Event]:
        """Return at least six events, oldest first, that the memory can make something of."""
        return [
            new_event(text, action=action, at=START + timedelta(minutes=step), id=f"e{step}", role="environment")
            for step, (action, text) in enumerate(SCENES, 1)
        ]

    def questions(self) -> Sequence[str]:
        """Return what is asked in every test of recall; the empty question among them."""
        return QUESTIONS

    def new_store(self, folder: Path) -> Store:
        """Return an empty store of its own for each empty folder."""
        return SQLiteStore(folder / "memory.db")

    @contextmanager
    def empty_store(self) -> Iterator[Store]:
        """Give an empty store for one test, and let it go."""
        with tempfile.TemporaryDirectory() as folder, closing(self.new_store(Path(folder))) as store:
            yield store

    def lived(self, store: Store, namespace: str = "test") -> Lived:
        """Return what becomes of a memory that is told everything, and then does all it can."""
        memory = self._tidied(store, namespace)
        return Lived(self._held(memory), self._by_question(memory))

    def _open(self, store: Store, namespace: str = "test") -> AgentMemory:
        return AgentMemory(
            store, namespace=namespace, memory=self.new_memory(), language=self.new_language(), host=self.host()
        )

    def _told(self, store: Store, namespace: str = "test") -> AgentMemory:
        memory = self._open(store, namespace)
        memory.add_many(self.new_events())
        self._assert_taken_in(memory)
        return memory

    def _tidied(self, store: Store, namespace: str = "test") -> AgentMemory:
        """Return a memory that was told everything, and has done all it can."""
        memory = self._told(store, namespace)
        memory.reinforce(self._all(memory)[:2], now=LATER)
        memory.consolidate(now=LATER)
        memory.forget(now=LATER)
        memory.undo("e5", now=LATER)
        return memory

    def _assert_taken_in(self, memory: AgentMemory, what: str = "what it was told") -> None:
        """Refuse a memory that set something aside, with its own words for the first."""
        reasons = list(memory.status().set_aside.values())
        if reasons:
            raise OtherPromise(f"it could not take in {what}: {reasons[0]}")

    def _recalled(
        self,
        memory: AgentMemory,
        *,
        limit: int = 30,
        as_of: int | None = None,
        exclude: tuple[str, ...] = (),
        min_score: float = 0.0,
    ) -> list[list[Recollection]]:
        """Return what each question recalls."""
        return [
            memory.search(
                Query(text=text, limit=limit, now=LATER, as_of=as_of, exclude=exclude, min_score=min_score),
            )
            for text in self.questions()
        ]

    def _by_question(self, memory: AgentMemory) -> Recalled:
        """Return what each question recalls, by the question."""
        return dict(zip(self.questions(), self._recalled(memory), strict=True))

    def _all(self, memory: AgentMemory, *, exclude: tuple[str, ...] = (), min_score: float = 0.0) -> list[Recollection]:
        """Return what any question recalls."""
        return [one for found in self._recalled(memory, exclude=exclude, min_score=min_score) for one in found]

    def _held(self, memory: AgentMemory) -> Held:
        return held_in(memory.graph, memory.stack.name)

    def _assert_same(self, memory: AgentMemory, wanted: AgentMemory | Held) -> None:
        """Refuse a memory that does not hold the same as another, or as before, byte for byte."""
        should_be = self._held(wanted) if isinstance(wanted, AgentMemory) else wanted
        said = difference(self._held(memory), should_be)
        assert not said, said

    def _having(self, power: type, what: str) -> Memory:
        """Return a memory that has the power; raises `SkipTest` where it does not."""
        memory = self.new_memory()
        if not isinstance(memory, power):
            raise SkipTest(f"{memory.name!r} does not {what}: an optional power it does not declare")
        return memory

    def _replayed(self, memory: AgentMemory) -> str:
        """Derive a memory again from the journal; return what is not as it was, "" for nothing."""
        before = self._held(memory)
        memory.rebuild()
        return difference(self._held(memory), before)

    def _assert_replayed(self, memory: AgentMemory) -> None:
        """Refuse a memory that is not what it was once the journal is replayed."""
        if said := self._replayed(memory):
            raise OtherPromise(f"the journal cannot be replayed: {said}")
