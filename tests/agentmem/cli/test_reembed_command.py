"""`agentmem reembed`: over a real server, killed and called again, and what it says when it cannot."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from agentmem.agent_memory import AgentMemory
from agentmem.events import new_event
from agentmem.graph.contract import Where
from agentmem.graph.digest import digest
from agentmem.graph.sqlite import SQLiteStore
from agentmem.same_embedder import noted_in
from agentmem.testing.models.faults import html_page, server_error
from agentmem.testing.models.script import Asked
from agentmem.testing.models.server import ModelServer

from .conftest import COMMAND

if TYPE_CHECKING:
    from tests.agentmem.cli.conftest import Run

START = datetime(2026, 3, 2, 18, 30, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return filled(tmp_path / "memory.db", events=40)


def filled(path: Path, *, events: int) -> Path:
    with AgentMemory(path, memory="hcam") as memory:
        memory.add_many(
            new_event(f"Mia saw {n} boats", id=f"e{n}", at=START + timedelta(minutes=n), role="user", session="s")
            for n in range(events)
        )
    return path


def shapes(path: Path) -> set[tuple[int, ...]]:
    store = SQLiteStore(path)
    nodes = store.graph("default").scan(Where(retired=True), vectors=True)
    store.close()
    return {node.vector.shape for node in nodes if node.vector is not None}


def test_all_vectors_are_made_anew(agentmem: Run, store: Path, server: ModelServer) -> None:
    spec = f"openai:tiny@{server.url}"

    told = json.loads(agentmem("reembed", store, "--embedder", spec, "--json").out)
    again = agentmem("reembed", store, "--embedder", spec)

    assert (told["before"].partition("@")[0], told["after"]) == ("wordllama-256", "openai:tiny")
    assert (told["embedded"], told["calls"], told["found"]) == (40, 1, 0)
    assert shapes(store) == {(64,)}
    assert again.out == "default keeps vectors of openai:tiny already: nothing to do\n"
    with AgentMemory(store, memory="hcam", embedder=spec) as memory:
        assert memory.search("7 boats", now=START + timedelta(days=1))


def test_people_are_told_how_to_open_it_from_now_on(agentmem: Run, store: Path, server: ModelServer) -> None:
    ran = agentmem("reembed", store, "--embedder", f"openai:tiny@{server.url}")

    assert "40 texts embedded, 1 calls" in ran.out
    assert f"--embedder openai:tiny@{server.url} from now on" in ran.out


def test_then_a_memory_can_be_derived_again(agentmem: Run, store: Path, server: ModelServer) -> None:
    spec = f"openai:tiny@{server.url}"
    agentmem("reembed", store, "--embedder", spec)

    ran = agentmem("rebuild", store, "--memory", "hcam", "--embedder", spec)
    wrong = agentmem("rebuild", store, "--memory", "hcam")

    assert ran.code == 0
    assert wrong.code == 1
    assert "agentmem reembed STORE --embedder" in wrong.err


@pytest.mark.parametrize("calls", [0, 1, 2])
def test_killed_amid_a_call_it_goes_on_where_it_was(
    agentmem: Run, tmp_path: Path, server: ModelServer, calls: int
) -> None:
    store, whole = filled(tmp_path / "killed.db", events=700), filled(tmp_path / "whole.db", events=700)
    spec = f"openai:tiny@{server.url}"
    agentmem("reembed", whole, "--embedder", spec)
    before = len(server.asked)
    running: list[subprocess.Popen[bytes]] = []

    def kill(asked: Asked) -> None:
        if len(server.asked) - before == calls + 1:
            running[0].send_signal(signal.SIGKILL)

    server.watch = kill
    running.append(subprocess.Popen([*COMMAND, "reembed", str(store), "--embedder", spec], stdin=subprocess.DEVNULL))
    assert running[0].wait() == -signal.SIGKILL
    server.watch = lambda asked: None
    assert shapes(store) == {(256,)}
    status = agentmem("status", store).out
    told = json.loads(agentmem("reembed", store, "--embedder", spec, "--json").out)

    assert told["found"] + told["embedded"] == 700
    assert (told["found"] > 0) == (calls > 0)
    assert ("new vectors wait" in status) == (told["found"] > 0)
    assert shapes(store) == {(64,)}
    assert digests(store) == digests(whole)


def digests(path: Path) -> list[str]:
    store = SQLiteStore(path)
    graph = store.graph("default")
    found = [digest(graph, "hcam"), *map(str, noted_in(graph)), *store.namespaces()]
    store.close()
    return found


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("openai:tiny", "OPENAI_API_KEY"),
        ("openai:", "openai:MODEL"),
        ("worllama", "did you mean 'wordllama'"),
        ("wordllama:big", "takes no argument"),
        ("openai:tiny@http://127.0.0.1:9/v1", "cannot be reached"),
    ],
)
def test_what_cannot_embed_is_said_in_a_sentence_and_nothing_changes(
    agentmem: Run, store: Path, monkeypatch: pytest.MonkeyPatch, spec: str, said: str
) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("agentmem.language.providers.retrying.FIRST_WAIT_S", 0.0)

    ran = agentmem("reembed", store, "--embedder", spec)

    assert ran.code in (1, 2)
    assert said in ran.err
    assert ran.err.count("\n") == 1
    assert shapes(store) == {(256,)}


@pytest.mark.parametrize(("fault", "said"), [(html_page(), "web page"), (server_error(501), "501")])
def test_a_server_that_is_none_is_said_too(
    agentmem: Run, store: Path, server: ModelServer, fault: Any, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.fail(fault, times=None)
    monkeypatch.setattr("agentmem.language.providers.retrying.FIRST_WAIT_S", 0.0)

    ran = agentmem("reembed", store, "--embedder", f"openai:tiny@{server.url}")

    assert ran.code == 1
    assert said in ran.err
    assert shapes(store) == {(256,)}
