"""The real client of OpenAI in a LangChain agent, over a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from langgraph.errors import GraphRecursionError

from agentmem import AgentMemory
from agentmem.connect.langchain import MemoryMiddleware
from agentmem.testing.models.script import Asked
from agentmem.testing.models.server import ModelServer
from tests.agentmem.connect.langchain.scripted import new_agent
from tests.agentmem.connect.langchain.test_middleware import Run, invoked, streamed, told, user


@tool
def weather(city: str) -> str:
    """Tell the weather."""
    return f"It rains in {city}."


def script(asked: Asked) -> Any:
    """Call the tool that is there; else say what the system message says of Mia."""
    return {"city": "Oslo"} if asked.form == "tool" else "In Oslo." if "Mia moved to Oslo" in asked.text else "Hello."


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer(script) as server:
        yield server


def agent(server: ModelServer, memory: AgentMemory, **options: Any) -> Any:
    model = ChatOpenAI(model="any", base_url=server.url, api_key="any", max_retries=0)  # type: ignore[arg-type]
    return new_agent(model, middleware=[MemoryMiddleware(memory)], **options)


@pytest.mark.parametrize("run", [invoked, streamed])
def test_a_second_conversation_is_answered_from_the_first(run: Run, server: ModelServer, ada: AgentMemory) -> None:
    run(agent(server, ada, system_prompt="Be brief."), user("Hi! My sister Mia moved to Oslo."))

    state = run(agent(server, ada, system_prompt="Be brief."), user("Where does Mia live?"))

    assert state["messages"][-1].text == "In Oslo."
    assert [message["role"] for message in server.asked[1].body["messages"]] == ["system", "user"]
    assert [role for role, _ in told(ada)] == ["user", "assistant", "user", "assistant"]


def test_so_is_one_that_is_awaited(server: ModelServer, ada: AgentMemory) -> None:
    async def both() -> str:
        await agent(server, ada).ainvoke(user("Hi! My sister Mia moved to Oslo."))
        return str((await agent(server, ada).ainvoke(user("Where does Mia live?")))["messages"][-1].text)

    assert asyncio.run(both()) == "In Oslo."
    assert [role for role, _ in told(ada)] == ["user", "assistant", "user", "assistant"]


def test_a_tool_is_called_and_all_of_it_is_remembered(server: ModelServer, ada: AgentMemory) -> None:
    with pytest.raises(GraphRecursionError):  # the script calls it each time it is asked
        agent(server, ada, tools=[weather]).invoke(user("What is the weather?"), config={"recursion_limit": 6})

    kinds = [role for role, _ in told(ada)]
    assert kinds[:3] == ["user", "assistant", "tool"]
    assert len({one.id for one in ada.get_all()}) == len(kinds)
