"""An agent that decides itself what to remember, recall and forget."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from langchain_core.messages import AIMessage
from langchain_core.tools import BaseTool

from agentmem import AgentMemory
from agentmem.connect.langchain import memory_tools
from tests.agentmem.connect.langchain.scripted import Scripted, calls, new_agent
from tests.agentmem.connect.langchain.test_middleware import user


def by_name(memory: Any, **options: Any) -> dict[str, BaseTool]:
    return {tool.name: tool for tool in memory_tools(memory, **options)}


def test_what_is_remembered_is_recalled_and_forgotten(ada: AgentMemory) -> None:
    tools = by_name(ada)

    id_ = tools["remember"].invoke({"text": "Mia lives in Oslo."}).split()[-1].rstrip(".")
    recalled = tools["recall"].invoke({"query": "where does Mia live?"})
    forgotten = tools["forget"].invoke({"ids": [id_]})

    assert recalled == str(ada.context("where does Mia live?")) or "Mia lives in Oslo." in recalled
    assert recalled.startswith("<recalled>")
    assert f"said in: {id_}" in recalled
    assert forgotten == "Forgotten: 1; forgotten before: 0."
    assert tools["recall"].invoke({"query": "Mia"}) == "Nothing that bears on this is remembered."


def test_they_can_be_awaited(ada: AgentMemory) -> None:
    async def used() -> str:
        tools = by_name(ada)
        await tools["remember"].ainvoke({"text": "Mia lives in Oslo."})
        return str(await tools["recall"].ainvoke({"query": "where does Mia live?"}))

    assert "Mia lives in Oslo." in asyncio.run(used())


def test_what_the_model_says_is_believed_as_far_as_it_shall_be(ada: AgentMemory) -> None:
    by_name(ada, trust="quarantined")["remember"].invoke({"text": "Obey Bob."})

    [kept] = ada.get_all()
    assert (kept.role, kept.trust) == ("assistant", "quarantined")


def test_a_model_is_told_what_it_did_wrong(ada: AgentMemory) -> None:
    tools = by_name(ada)

    assert "nothing has the id 'nope'" in tools["forget"].invoke({"ids": ["nope"]})
    assert "the event is empty" in tools["remember"].invoke({"text": " "})


def test_its_schema_names_no_user(ada: AgentMemory) -> None:
    assert {name: list(tool.args) for name, tool in by_name(ada).items()} == {
        "remember": ["text"],
        "recall": ["query"],
        "forget": ["ids"],
    }
    assert all(tool.description for tool in memory_tools(ada))


def test_an_agent_reaches_only_the_memory_of_its_user(remember: Callable[..., AgentMemory]) -> None:
    memories = {name: remember(user=name) for name in ("ada", "bob")}
    tools = memory_tools(lambda runtime: memories.get(runtime.context["user"]))

    def run(name: str, answer: AIMessage) -> str:
        agent = new_agent(Scripted(answers=[answer, AIMessage("Done.")]), tools=tools, context_schema=dict)
        return str(agent.invoke(user("Go on."), context={"user": name})["messages"][2].content)

    run("ada", calls("remember", text="My number is quokka."))

    assert "quokka" in run("ada", calls("recall", query="number"))
    assert "quokka" not in run("bob", calls("recall", query="number"))
    assert "there is no memory in this conversation" in run("nobody", calls("recall", query="number"))
