"""Clients of the official SDK, on the command as they start it: over pipes, and over HTTP on a socket."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import Client, StdioServerParameters
from mcp.types import CallToolResult, TextContent

from agentmem import AgentMemory
from agentmem.connect.mcp import mcp_server
from agentmem.errors import MissingExtra

COMMAND = ("-m", "agentmem.cli", "mcp")


def piped(place: Path, *options: str) -> StdioServerParameters:
    environment = {"PYTHONPATH": os.pathsep.join(sys.path)}
    return StdioServerParameters(
        command=sys.executable, args=[*COMMAND, str(place), "--user", "ada", *options], env=environment
    )


@asynccontextmanager
async def talking(place: Path, *options: str) -> AsyncIterator[Client]:
    async with Client(piped(place, *options)) as client:
        yield client


@contextmanager
def listening(place: Path) -> Iterator[str]:
    command = [sys.executable, *COMMAND, str(place), "--user", "ada", "--http", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        yield server.stderr.readline().strip()
        server.send_signal(signal.SIGINT)
        server.communicate(timeout=60)


def said(answer: CallToolResult) -> str:
    (content,) = answer.content
    assert isinstance(content, TextContent)
    return content.text


def held(answer: CallToolResult) -> dict[str, Any]:
    assert not answer.is_error, said(answer)
    found = answer.structured_content
    assert isinstance(found, dict)
    return found


def run(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(work())


async def remember_and_recall(client: Client) -> None:
    await client.call_tool("remember", {"text": "My sister Mia moved to Oslo."})
    answer = await client.call_tool("recall", {"query": "where does Mia live?"})

    assert said(answer).startswith("<recalled>")
    assert "Oslo" in held(answer)["recollections"][0]["text"]


def test_over_a_pipe_a_client_remembers_and_recalls(tmp_path: Path) -> None:
    async def work() -> None:
        async with talking(tmp_path / "m.db") as client:
            await remember_and_recall(client)

    run(work)
    with AgentMemory(tmp_path / "m.db", user="ada") as ada:
        assert len(ada.get_all()) == 1


def test_over_http_a_client_remembers_and_recalls(tmp_path: Path) -> None:
    async def work(address: str) -> None:
        async with Client(address) as client:
            await remember_and_recall(client)

    with listening(tmp_path / "m.db") as address:
        run(lambda: work(address))


def test_every_verb_is_a_tool_that_takes_no_user_and_says_what_it_may_do(tmp_path: Path) -> None:
    async def work() -> None:
        async with talking(tmp_path / "m.db") as client:
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}

        assert set(tools) == {"remember", "recall", "list", "correct", "forget", "why", "undo", "status"}
        for tool in tools.values():
            assert not {"user", "app", "namespace"} & set(tool.input_schema["properties"])
            assert tool.description
            assert tool.output_schema
            assert tool.annotations is not None
        reading = {name for name, tool in tools.items() if tool.annotations and tool.annotations.read_only_hint}
        assert reading == {"recall", "list", "why", "status"}
        assert tools["forget"].annotations
        assert tools["forget"].annotations.destructive_hint

    run(work)


def test_what_was_said_is_corrected_explained_undone_and_forgotten(tmp_path: Path) -> None:
    async def work() -> None:
        async with talking(tmp_path / "m.db") as client:
            (old,) = held(await client.call_tool("remember", {"text": "The code is 1111."}))["ids"]
            (new,) = held(await client.call_tool("correct", {"id": old, "text": "The code is 2222."}))["ids"]
            listed = held(await client.call_tool("list", {}))["items"]
            assert [one["text"] for one in listed] == ["The code is 2222."]
            assert "The code is 2222." in held(await client.call_tool("why", {"id": new}))["versions"]
            await client.call_tool("undo", {"id": new})
            assert set(held(await client.call_tool("forget", {"id": new}))["ids"]) == {old, new}
            assert held(await client.call_tool("list", {}))["items"] == []
            assert held(await client.call_tool("status", {}))["namespace"] == "user:ada"

    run(work)


IMPOSSIBLE: list[tuple[str, dict[str, Any], str]] = [
    ("recall", {"query": ""}, "query"),
    ("recall", {"query": "x", "limit": 10**9}, "limit"),
    ("recall", {"query": {"$ne": 1}}, "query"),
    ("remember", {"text": " "}, "empty"),
    ("remember", {"text": "x" * 2_000_001}, "text"),
    ("forget", {"id": "../../etc/passwd"}, "nothing has the id"),
    ("correct", {"id": "'; DROP TABLE nodes; --", "text": "x"}, "nothing has the id"),
    ("why", {"id": "a\u0000b"}, "id"),
    ("list", {"after": -1}, "after"),
    ("drop_everything", {}, "no tool"),
]


def test_what_cannot_be_done_is_told_in_one_sentence_and_the_server_goes_on(tmp_path: Path) -> None:
    async def work() -> None:
        async with talking(tmp_path / "m.db") as client:
            for tool, arguments, why in IMPOSSIBLE:
                answer = await client.call_tool(tool, arguments)
                assert answer.is_error, tool
                assert why in said(answer)
                assert "\n" not in said(answer)
                assert "Traceback" not in said(answer)
                assert not (await client.call_tool("status", {})).is_error

    run(work)


def test_a_user_that_is_passed_as_an_argument_changes_nothing(tmp_path: Path) -> None:
    with AgentMemory(tmp_path / "m.db", user="bob") as bob:
        bob.add("The code of Bob is 4711.")

    async def work() -> None:
        async with talking(tmp_path / "m.db") as client:
            answer = await client.call_tool("recall", {"query": "code of Bob", "user": "bob", "namespace": "user:bob"})
            assert "4711" not in said(answer)

    run(work)


def test_a_client_that_is_killed_in_the_middle_takes_nobody_with_it(tmp_path: Path) -> None:
    rude = """
import asyncio, os, sys
from mcp import Client
async def work():
    async with Client(sys.argv[1]) as client:
        await client.call_tool("remember", {"text": "Said before."})
        asyncio.ensure_future(client.call_tool("remember", {"text": "Said last."}))
        await asyncio.sleep(0)
        os.kill(os.getpid(), 9)
asyncio.run(work())
"""

    async def work(address: str) -> None:
        async with Client(address) as client:
            held(await client.call_tool("remember", {"text": "Said after."}))
            items = held(await client.call_tool("list", {}))["items"]
        assert {"Said before.", "Said after."} <= {one["text"] for one in items}

    with listening(tmp_path / "m.db") as address:
        killed = subprocess.run([sys.executable, "-c", rude, address], timeout=120, check=False)
        assert killed.returncode == -signal.SIGKILL
        run(lambda: work(address))


def test_several_clients_share_one_file_and_nothing_is_lost(tmp_path: Path) -> None:
    async def one(number: int) -> None:
        async with talking(tmp_path / "m.db") as client:
            for turn in range(5):
                assert held(await client.call_tool("remember", {"text": f"Fact {turn} of client {number}."}))["ids"]

    async def work() -> None:
        await asyncio.gather(*(one(number) for number in range(4)))

    run(work)
    with AgentMemory(tmp_path / "m.db", user="ada") as ada:
        assert len({one.text for one in ada.get_all()}) == 20


def test_what_was_acknowledged_outlives_a_server_that_is_killed(tmp_path: Path) -> None:
    hello = (
        '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18",'
        '"capabilities":{},"clientInfo":{"name":"t","version":"1"}}}\n'
        '{"jsonrpc":"2.0","method":"notifications/initialized"}\n'
        '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"remember","arguments":{"text":"Kept."}}}\n'
    )
    place = tmp_path / "m.db"
    command = [sys.executable, *COMMAND, str(place), "--user", "ada"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(hello)
        server.stdin.flush()
        lines = [server.stdout.readline() for _ in range(2)]
        server.kill()

    assert all(line.startswith('{"jsonrpc":"2.0"') for line in lines)
    with AgentMemory(place, user="ada") as ada:
        assert [one.text for one in ada.get_all()] == ["Kept."]


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "mcp.types", None)

    with AgentMemory(tmp_path / "m.db") as memory, pytest.raises(MissingExtra, match=r"agentmem-graph\[mcp\]"):
        mcp_server(memory)


def test_a_server_ends_with_its_client_and_prints_nothing_but_the_protocol(tmp_path: Path) -> None:
    command = [sys.executable, *COMMAND, str(tmp_path / "m.db")]

    ended = subprocess.run(command, input="this is no JSON\n", capture_output=True, text=True, timeout=120, check=False)

    assert ended.returncode == 0
    assert all(line.startswith("{") for line in ended.stdout.splitlines())


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"Host": "evil.example"}, 421), ({"Origin": "https://evil.example"}, 403), ({"Origin": "null"}, 403)],
)
def test_a_request_from_elsewhere_is_refused(tmp_path: Path, headers: dict[str, str], status: int) -> None:
    with listening(tmp_path / "m.db") as address:
        accepts = {"Accept": "application/json, text/event-stream"}
        answer = httpx.post(address, headers={**accepts, **headers}, json={"jsonrpc": "2.0", "id": 1, "method": "ping"})

    assert answer.status_code == status
