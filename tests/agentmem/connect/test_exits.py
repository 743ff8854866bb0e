"""The other ways out - REST, MCP, a LangGraph store, turns of a chat: nobody else's words, and nothing but data."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from agentmem import AgentMemory, Host
from agentmem.connect.langchain import GraphStore
from agentmem.connect.mcp.serving import mcp_server
from agentmem.connect.server.app import create_app
from agentmem.connect.server.settings import Serving
from agentmem.connect.turns import Turns
from agentmem.graph.contract import Graph
from agentmem.graph.sqlite import SQLiteStore
from agentmem.testing.hostile import HOSTILE, breaks_out

HOST = Host()
USERS = ("ada", "ada/", "ada%2f", "user:ada", "' or 1=1 --")
CANARIES = {user: f"quokka{number}zebra" for number, user in enumerate(USERS)}
CASES = 700
"""Of each of the four exits."""
Exit = Callable[[str, str, str], str]
"""Takes who asks, in which words, and for which id; returns all that is told."""


def told(store: SQLiteStore) -> None:
    """Tell the memory of each user a secret of its own."""
    for user in USERS:
        with AgentMemory(store, user=user, host=HOST) as memory:
            memory.add([f"My number is {CANARIES[user]}.", "I like tea."], speaker=user)
            memory.add("The zebra is mine.", id=f"{user}-1")


def over_http(folder: Path, opened: ExitStack) -> Exit:
    """Ask a server in each of its ways."""
    client = TestClient(create_app(Serving(store=str(folder / "chat.db"), rate=0)), base_url="http://127.0.0.1")
    opened.enter_context(client)

    def ask(user: str, words: str, id_: str) -> str:
        answers = [
            client.request(method, path, params={"user": user}, json=body)
            for method, path, body in [
                ("POST", "/v1/memories/search", {"query": words}),
                ("POST", "/v1/memories/context", {"query": words}),
                ("GET", f"/v1/memories/{id_}", None),
                ("GET", f"/v1/memories/{id_}/history", None),
                ("GET", "/v1/memories", None),
            ]
        ]
        return " ".join(answer.text for answer in answers)

    return ask


def by_mcp(folder: Path, opened: ExitStack) -> Exit:
    """Call each tool that reads."""
    store = opened.enter_context(closing(SQLiteStore(folder / "chat.db")))
    servers = {user: mcp_server(opened.enter_context(AgentMemory(store, user=user, host=HOST))) for user in USERS}

    def ask(user: str, words: str, id_: str) -> str:
        async def called() -> list[Any]:
            server = servers[user]
            return [
                await server.call_tool("recall", {"query": words}),
                await server.call_tool("why", {"id": id_}),
                await server.call_tool("list", {}),
                await server.call_tool("status", {"user": "ada"}),
            ]

        return repr(asyncio.run(called()))

    return ask


def as_items(folder: Path, opened: ExitStack) -> Exit:
    """Search a LangGraph store of each user."""
    store = opened.enter_context(closing(SQLiteStore(folder / "chat.db")))
    stores = {user: GraphStore(store, namespace=f"langgraph of {user}", host=HOST) for user in USERS}
    for user, items in stores.items():
        items.put(("memories",), f"{user}-1", {"text": f"My number is {CANARIES[user]}."})

    def ask(user: str, words: str, id_: str) -> str:
        items = stores[user]
        found = [*items.search((), query=words), *items.search(("memories",))]
        return repr([found, items.get(("memories",), id_), items.list_namespaces()])

    return ask


def in_turns(folder: Path, opened: ExitStack) -> Exit:
    """Begin a turn of a chat."""
    store = opened.enter_context(closing(SQLiteStore(folder / "chat.db")))
    turns = {user: Turns(opened.enter_context(AgentMemory(store, user=user, host=HOST))) for user in USERS}
    asked = {"model": "any"}

    def ask(user: str, words: str, id_: str) -> str:
        turn = turns[user].begin({**asked, "messages": [{"role": "user", "content": f"{words} {id_}"}]})
        return json.dumps([one for one in turn.request["messages"] if one["role"] != "user"])

    return ask


EXITS = {"http": over_http, "mcp": by_mcp, "langgraph": as_items, "turns": in_turns}


@pytest.fixture(scope="module", params=EXITS)
def asked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exit]:
    """One exit of a store that all users share."""
    folder = tmp_path_factory.mktemp("exits")
    with ExitStack() as opened:
        with closing(SQLiteStore(folder / "chat.db")) as store:
            told(store)
        yield EXITS[request.param](folder, opened)


def leaked(asked: Exit, user: str, words: str, id_: str) -> list[str]:
    """Return the users whose secret another one is told."""
    shown = asked(user, words, id_).replace(words, "")
    return [other for other, canary in CANARIES.items() if other != user and canary in shown]


@settings(max_examples=CASES, suppress_health_check=list(HealthCheck))
@given(
    user=st.sampled_from(USERS),
    words=st.sampled_from([*CANARIES.values(), "my number", "zebra"]) | st.text(min_size=1, max_size=20),
    id_=st.sampled_from([f"{user}-1" for user in USERS] + ["1", "episodic"]),
)
def test_no_exit_tells_what_another_said(asked: Exit, user: str, words: str, id_: str) -> None:
    assert leaked(asked, user, words, id_) == []


@pytest.mark.parametrize("way", EXITS)
def test_where_all_share_a_namespace_it_would_be_noticed(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph = SQLiteStore.graph

    def of_everybody(store: SQLiteStore, namespace: str) -> Graph:
        return graph(store, "langgraph" if namespace.startswith("langgraph") else "everybody")

    monkeypatch.setattr(SQLiteStore, "graph", of_everybody)
    with ExitStack() as opened:
        with closing(SQLiteStore(tmp_path / "chat.db")) as store:
            told(store)

        assert leaked(EXITS[way](tmp_path, opened), "ada", "my number", "ada/-1")


def test_a_hostile_message_leaves_as_data_only(tmp_path: Path) -> None:
    messages = [said.encode("utf-8", "replace").decode() for said in HOSTILE.values() if len(said) < 2_000]
    with ExitStack() as opened:
        with (
            closing(SQLiteStore(tmp_path / "chat.db")) as store,
            AgentMemory(store, user="ada", host=HOST) as memory,
        ):
            memory.add_many(messages)
        turn = in_turns(tmp_path, opened)
        client = TestClient(create_app(Serving(store=str(tmp_path / "chat.db"), rate=0)), base_url="http://127.0.0.1")
        http = opened.enter_context(client)

        blocks = []
        for said in (*messages, "zebra"):
            blocks += [one["content"] for one in json.loads(turn("ada", said, "nothing"))]
            asked = http.post("/v1/memories/context", params={"user": "ada"}, json={"query": said})
            blocks.append(asked.json()["text"])

    assert sum(block.count("\n- ") for block in blocks) > 100
    assert {breaks_out(block) for block in blocks if block} == {""}
