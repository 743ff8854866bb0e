"""The asynchronous client with memory."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from agentmem import AgentMemory, AsyncAgentMemory, Host
from agentmem.context import OPENING
from agentmem.testing.models.server import ModelServer
from tests.agentmem.connect.openai.conftest import async_client, kept, user

ANSWER = "Oslo is lovely in autumn, and so is the train to Bergen."
TURNS = 20


def test_many_turns_at_once_are_all_remembered(server: ModelServer, ada: AgentMemory) -> None:
    async def chat() -> None:
        async with async_client(server, AsyncAgentMemory(ada)) as client:
            asked = [
                client.chat.completions.create(model="any", messages=[user(f"Fact {number} is blue.")])
                for number in range(TURNS)
            ]
            answers = await asyncio.gather(*asked)
            assert {answer.choices[0].message.content for answer in answers} == {ANSWER}

    asyncio.run(chat())

    said = [text for role, text in kept(ada) if role == "user"]
    assert sorted(said) == sorted(f"Fact {number} is blue." for number in range(TURNS))
    assert len(kept(ada)) == 2 * TURNS


def test_each_task_has_the_memory_of_its_user(server: ModelServer, tmp_path: Path, plugins: Host) -> None:
    who: ContextVar[str] = ContextVar("who")
    users = {name: AgentMemory(tmp_path / "chat.db", user=name, host=plugins) for name in ("ada", "bob")}

    async def turn(client: Any, name: str) -> None:
        who.set(name)
        await client.responses.create(model="any", input=f"I am {name}.")

    async def chat() -> None:
        async with async_client(server, lambda: users[who.get()]) as client:
            await asyncio.gather(*(turn(client, name) for name in users))

    asyncio.run(chat())

    for name, memory in users.items():
        assert kept(memory) == [("user", f"I am {name}."), ("assistant", ANSWER)]
        memory.close()


def test_what_was_said_before_is_recalled(server: ModelServer, ada: AgentMemory) -> None:
    ada.add("My sister Mia moved to Oslo.")

    async def chat() -> None:
        async with async_client(server, ada) as client:
            await client.responses.create(model="any", input="Where does Mia live?")
            assert [model.id async for model in client.models.list()] == ["scripted"]

    asyncio.run(chat())

    assert "Mia moved to Oslo" in server.asked[0].body["instructions"]
    assert not any(OPENING in text for _, text in kept(ada))


def test_streams_are_remembered(server: ModelServer, ada: AgentMemory) -> None:
    async def chat() -> str:
        async with async_client(server, ada) as client:
            asked: Any = {"model": "any", "messages": [user("I like trains.")]}
            chunks = [chunk async for chunk in await client.chat.completions.create(**asked, stream=True)]
            async with client.responses.stream(model="any", input="I like ships.") as stream:
                await stream.until_done()
            return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)

    assert asyncio.run(chat()) == ANSWER
    assert [text for role, text in kept(ada) if role == "user"] == ["I like trains.", "I like ships."]
    assert len(kept(ada)) == 4


def test_a_task_that_is_cancelled_remembers_what_came(server: ModelServer, ada: AgentMemory) -> None:
    async def listen(client: Any, came: asyncio.Event) -> None:
        asked: Any = {"model": "any", "messages": [user("I like trains.")]}
        async with await client.chat.completions.create(**asked, stream=True) as stream:
            async for chunk in stream:
                if chunk.choices[0].delta.content:
                    came.set()
                    await asyncio.Event().wait()

    async def chat() -> None:
        came = asyncio.Event()
        async with async_client(server, ada) as client:
            listening = asyncio.create_task(listen(client, came))
            await came.wait()
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    asyncio.run(chat())

    (_, question), (_, answer) = kept(ada)
    assert question == "I like trains."
    assert ANSWER.startswith(answer)
