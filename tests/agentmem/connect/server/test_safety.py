"""Where a server listens, to whom it answers, and what it tells of anybody."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from agentmem import errors
from agentmem.connect.server.app import create_app
from agentmem.connect.server.keys import KeyFile
from agentmem.connect.server.refusals import status_of
from agentmem.connect.server.settings import Serving
from agentmem.errors import AgentmemError
from agentmem.graph.sqlite import SQLiteStores
from agentmem.testing.serving import MemoryServer

Serve = Callable[..., MemoryServer]
Ask = Callable[..., httpx.Client]
Error = Callable[[httpx.Response], tuple[int, str]]
STATUSES = {400, 401, 403, 404, 409, 413, 422, 429, 500, 501, 502, 503}


def refused(*words: str | Path) -> tuple[int, str]:
    command = [sys.executable, "-m", "agentmem.cli", "serve", *map(str, words), "--port", "0"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert not ran.stdout
    return ran.returncode, ran.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "chat.example"])
def test_without_keys_it_listens_to_this_machine_alone(tmp_path: Path, host: str) -> None:
    code, said = refused(tmp_path / "memory.db", "--host", host)

    assert code == 2
    assert said.startswith("agentmem: without keys nobody but this machine may ask")
    assert said.count("\n") == 1
    assert not (tmp_path / "memory.db").exists()


def test_with_keys_it_listens_where_it_is_told(serve: Serve, ask: Ask, keys: KeyFile) -> None:
    key, _ = keys.add(user="ada")

    server = serve("--keys", str(keys.path), "--host", "0.0.0.0")

    here = httpx.URL(server.url).copy_with(host="127.0.0.1")
    answer = httpx.get(here.join("/v1/status"), headers={"Authorization": f"Bearer {key}", "Host": "chat.example"})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "words",
    [
        ("--keys", "nothing.jsonl"),
        ("--memory", "amen"),
        ("--language", "nobody"),
        ("--upstream", "localhost"),
        ("--record", "r.jsonl"),
        ("--set", "unheard=1"),
    ],
)
def test_what_cannot_be_served_is_said_in_one_sentence(tmp_path: Path, words: tuple[str, ...]) -> None:
    code, said = refused(tmp_path / "memory.db", *words)

    assert code == 2
    assert said.startswith("agentmem: ")
    assert said.count("\n") == 1


def test_a_port_that_is_taken_is_said_to_be(shared: MemoryServer, tmp_path: Path) -> None:
    port = shared.url.rpartition(":")[2]
    command = [sys.executable, "-m", "agentmem.cli", "serve", str(tmp_path / "other.db"), "--port", port]

    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert (ran.returncode, ran.stderr.count("\n")) == (2, 1)
    assert f"nothing can listen at 127.0.0.1:{port}" in ran.stderr


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost@evil.example", "", "[::1"])
def test_a_name_that_was_made_to_point_here_is_refused(shared: MemoryServer, ask: Ask, error: Error, host: str) -> None:
    assert error(ask(shared, headers={"Host": host}).get("/v1/status")) == (403, "Refused")


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:1", "file://", ""])
def test_a_page_from_elsewhere_is_refused(shared: MemoryServer, ask: Ask, error: Error, origin: str) -> None:
    assert error(ask(shared, headers={"Origin": origin}).get("/v1/status")) == (403, "Refused")


def test_names_and_pages_that_are_allowed_may_ask(serve: Serve, ask: Ask) -> None:
    server = serve("--allow-host", "chat.example", "--allow-origin", "https://ui.example")

    answer = ask(server, headers={"Host": "chat.example", "Origin": "https://ui.example"}).get("/v1/status")

    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "https://ui.example"
    own = ask(server, headers={"Origin": server.url}).get("/v1/status")
    assert own.status_code == 200


def test_the_log_has_no_text_no_user_and_no_key(serve: Serve, ask: Ask, keys: KeyFile) -> None:
    key, kept = keys.add(app="a", any_user=True)
    server = serve("--keys", str(keys.path))
    secret = "xyzzy"
    client = ask(server, f"user-{secret}", key=key)
    client.post("/v1/memories", json={"id": f"id-{secret}", "content": f"text {secret}"})
    client.post("/v1/memories", json={"id": f"id-{secret}", "content": f"text {secret}", "role": secret})
    client.post("/v1/memories", json={"id": 5, "content": [secret], "at": secret})
    client.post("/v1/memories/search", json={"query": secret})
    client.get(f"/v1/memories/id-{secret}/why", params={"user": secret})
    client.get(f"/v1/{secret}")
    ask(server, key=secret).get("/v1/status")
    server.wait_for(lambda: sum(line.get("what") == "request" for line in server.log) == 7)

    told = str(server.log)
    requests = [line for line in server.log if line.get("what") == "request"]
    assert secret not in told
    assert key.split("_", 2)[2] not in told
    assert [line["status"] for line in requests] == [201, 422, 422, 200, 200, 404, 401]
    assert requests[0].items() >= {"method": "POST", "route": "/v1/memories", "key": kept.id}.items()
    assert not [line for line in server.log if "text" in line]


def test_every_error_of_ours_has_a_status() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, AgentmemError)]
    made = [kind("x", retry_after_s=1.0) if kind is errors.TooManyRequests else kind("x") for kind in kinds]

    assert {status_of(error) for error in made} <= STATUSES
    assert status_of(errors.UnknownSetting("x")) == 422
    assert status_of(errors.LanguageMisconfigured("x")) == 503
    assert status_of(errors.LeftToRules("x")) == 429


def test_a_server_whose_store_does_not_answer_is_alive_and_not_ready(tmp_path: Path, error: Error) -> None:
    app = create_app(Serving(store="memory:"))
    app.state.store = SQLiteStores().open(str(tmp_path / "memory.db"))
    app.state.store.close()

    async def asked() -> list[httpx.Response]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
            return [await client.get(path) for path in ("/health", "/ready")]

    alive, ready = asyncio.run(asked())

    assert alive.status_code == 200
    assert error(ready) == (503, "StoreUnavailable")
