"""The same verbs, awaited."""

from __future__ import annotations

import asyncio
import inspect
from pathlib import Path

from agentmem import AgentMemory, AsyncAgentMemory, Host
from agentmem.agent_memory.asynchronous import _Awaited

OF_GAMES = {"charged"}


def test_every_verb_can_be_awaited() -> None:
    verbs = {name for name, _ in inspect.getmembers(AgentMemory, inspect.isfunction) if not name.startswith("_")}
    awaited = {name for name, value in vars(AsyncAgentMemory).items() if isinstance(value, _Awaited)}

    assert awaited == verbs - OF_GAMES


def test_many_turns_at_once_are_all_kept(tmp_path: Path, plugins: Host) -> None:
    async def chat() -> list[str]:
        async with AsyncAgentMemory(tmp_path / "chat.db", user="ada", host=plugins) as ada:
            await asyncio.gather(*(ada.add(f"Fact {number} is blue.") for number in range(20)))
            found = await ada.search("which facts are blue?", limit=30)
            assert (await ada.status()).entries == 20
            return [one.text for one in found]

    assert len(asyncio.run(chat())) == 20


def test_one_that_is_open_stays_open(tmp_path: Path, plugins: Host) -> None:
    async def chat(sync: AgentMemory) -> None:
        async with AsyncAgentMemory(sync) as ada:
            await ada.add("Hello!")

    with AgentMemory(tmp_path / "chat.db", user="ada", host=plugins) as sync:
        asyncio.run(chat(sync))
        assert [one.text for one in sync.get_all()] == ["Hello!"]
