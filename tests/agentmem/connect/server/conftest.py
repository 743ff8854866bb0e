"""Real servers, asked by real clients."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from agentmem.connect.server.keys import KeyFile
from agentmem.testing.serving import MemoryServer

Serve = Callable[..., MemoryServer]
Ask = Callable[..., httpx.Client]
Error = Callable[[httpx.Response], tuple[int, str]]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Serve the store of this test, with words of the command line; all servers end with the test."""
    with ExitStack() as servers:
        yield lambda *options, **more: servers.enter_context(MemoryServer(tmp_path / "memory.db", *options, **more))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MemoryServer]:
    """One server without keys for the tests of a module, each of which is a user of its own."""
    with MemoryServer(tmp_path_factory.mktemp("shared") / "memory.db") as server:
        yield server


@pytest.fixture
def ask() -> Iterator[Ask]:
    """Make clients: of a user, with a key, or with other headers."""
    with ExitStack() as clients:

        def made(server: MemoryServer, user: str | None = None, *, key: str | None = None, **more: Any) -> httpx.Client:
            headers: dict[str, bytes] = {} if user is None else {"X-Agentmem-User": user.encode()}
            headers |= {} if key is None else {"Authorization": f"Bearer {key}".encode()}
            client = httpx.Client(base_url=server.url, headers=headers | more.pop("headers", {}), timeout=60, **more)
            return clients.enter_context(client)

        yield made


@pytest.fixture
def ada(shared: MemoryServer, ask: Ask, request: pytest.FixtureRequest) -> httpx.Client:
    """A user of the shared server whom no other test knows."""
    return ask(shared, f"ada in {request.node.name}")


@pytest.fixture
def keys(tmp_path: Path) -> KeyFile:
    """A file of keys, with none yet."""
    return KeyFile(tmp_path / "keys.jsonl")


@pytest.fixture(scope="session")
def error() -> Error:
    """Read the status and the kind of error from an answer, which has the form that all errors have."""

    def read(answer: httpx.Response) -> tuple[int, str]:
        body = answer.json()
        assert set(body) == {"error"}
        assert set(body["error"]) == {"type", "message"}
        assert body["error"]["message"]
        return answer.status_code, body["error"]["type"]

    return read
