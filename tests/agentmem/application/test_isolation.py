"""Nobody is shown what another user said: whoever asks, whatever is asked, on whatever way out. Asked 10,000 times."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentmem import AgentMemory, Host
from agentmem.errors import InvalidInput
from agentmem.graph.contract import Graph
from agentmem.graph.sqlite import SQLiteStore

HOST = Host()
USERS = ("ada", "ada/", "ada%2f", "user:ada", "' or 1=1 --")
CANARIES = {user: f"quokka{number}zebra" for number, user in enumerate(USERS)}
CASES = 10_000 // len(HOST.memories) + 1


@dataclass(frozen=True)
class Question:
    """What is asked: in words, and by the id of an event that may be another's."""

    words: str
    id: str


Way = Callable[[AgentMemory, Question], object]


def exported(memory: AgentMemory, _: Question) -> str:
    """Return what an export says."""
    path = Path(memory.store.uri).parent / "export.jsonl"
    path.unlink(missing_ok=True)
    memory.export(path)
    return path.read_text()


WAYS: Mapping[str, Way] = {
    "search": lambda memory, asked: memory.search(asked.words, limit=50),
    "search in the past": lambda memory, asked: memory.as_of(memory.status().entries).search(asked.words, limit=50),
    "context": lambda memory, asked: memory.context(asked.words, max_tokens=4000),
    "get": lambda memory, asked: memory.get(asked.id),
    "get_all": lambda memory, asked: memory.get_all(limit=1000),
    "get_all of a memory": lambda memory, asked: memory.get_all(limit=1000, memory=memory.stack.name),
    "history": lambda memory, asked: memory.history(asked.id),
    "why": lambda memory, asked: memory.why(asked.id),
    "diff": lambda memory, asked: memory.diff(0),
    "status": lambda memory, asked: memory.status(),
    "export": exported,
    "update": lambda memory, asked: memory.update(asked.id, "Nothing.") if asked.words == "update" else None,
}
QUESTIONS = st.builds(
    Question,
    words=st.sampled_from([*CANARIES.values(), "number", "what is my number?", "quokka* OR 1", "update"]) | st.text(),
    id=st.sampled_from([f"{kind}{user}-1" for user in USERS for kind in ("", "event/")]),
)


def told(store: SQLiteStore, name: str, opened: ExitStack) -> dict[str, AgentMemory]:
    """Return the memories of all users, each told a secret of its own, and things that all of them say."""
    memories = {}
    for user in USERS:
        memory = opened.enter_context(AgentMemory(store, user=user, memory=name, host=HOST))
        at = datetime(2026, 1, 1, tzinfo=UTC)
        memory.add(f"My number is {CANARIES[user]}.", id=f"{user}-1", at=at, speaker="Mia")
        memory.add("Mia lives in Oslo. She likes tea.", id="same", at=at, speaker="Mia")
        memory.add(f"Mia owns {CANARIES[user]}, and works at a bakery.", id=f"{user}-2", at=at, speaker="Mia")
        memory.consolidate(now=at)
        memories[user] = memory
    return memories


@pytest.fixture(scope="module", params=sorted(HOST.memories))
def users(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, AgentMemory]]:
    """The memories of all users, in one store."""
    folder = tmp_path_factory.mktemp("isolation")
    with closing(SQLiteStore(folder / "chat.db")) as store, ExitStack() as opened:
        yield told(store, request.param, opened)


def leaked(memory: AgentMemory, user: str, way: str, asked: Question) -> list[str]:
    """Return the users whose secret is shown to another one."""
    try:
        shown = repr(WAYS[way](memory, asked)).lower()
    except InvalidInput:
        return []
    return [other for other, canary in CANARIES.items() if other != user and canary in shown]


@settings(max_examples=CASES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(user=st.sampled_from(USERS), way=st.sampled_from(sorted(WAYS)), asked=QUESTIONS)
def test_nobody_is_shown_what_another_said(users: dict[str, AgentMemory], user: str, way: str, asked: Question) -> None:
    assert leaked(users[user], user, way, asked) == []


def test_where_all_share_a_namespace_it_would_be_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    graph = SQLiteStore.graph

    def of_everybody(store: SQLiteStore, namespace: str) -> Graph:
        return graph(store, "everybody")

    monkeypatch.setattr(SQLiteStore, "graph", of_everybody)
    asked = Question(CANARIES["ada/"], "ada/-1")
    with closing(SQLiteStore(tmp_path / "chat.db")) as store, ExitStack() as opened:
        ada = told(store, "episodic", opened)["ada"]

        noticed = {way for way in WAYS if leaked(ada, "ada", way, asked)}

    assert noticed == set(WAYS) - {"status", "update"}
