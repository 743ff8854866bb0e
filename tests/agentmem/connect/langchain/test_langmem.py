"""LangMem's tools keep what they manage in our store."""

from __future__ import annotations

import asyncio
import json
import warnings
from typing import Any

from langchain_core.messages import AIMessage

from agentmem.connect.langchain import GraphStore
from tests.agentmem.connect.langchain.conftest import OpenItems
from tests.agentmem.connect.langchain.scripted import Scripted, calls, new_agent

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what it imports is deprecated
    from langmem import create_manage_memory_tool, create_search_memory_tool  # type: ignore[import-untyped]

ON_EVERY_STORE = True
NAMESPACE = ("memories", "{langgraph_user_id}")


def config(user: str) -> Any:
    return {"configurable": {"langgraph_user_id": user}}


def id_in(said: str) -> str:
    return said.rpartition(" ")[2]


def test_a_memory_is_created_updated_found_and_deleted(items: GraphStore) -> None:
    manage = create_manage_memory_tool(NAMESPACE, store=items)
    search = create_search_memory_tool(NAMESPACE, store=items)

    created = id_in(manage.invoke({"content": "Ada likes tea."}, config("ada")))
    manage.invoke({"content": "Ada likes coffee.", "action": "update", "id": created}, config("ada"))
    [found] = json.loads(search.invoke({"query": "what does Ada drink?"}, config("ada")))
    manage.invoke({"action": "delete", "id": created}, config("ada"))

    assert (found["key"], found["value"]) == (created, {"content": "Ada likes coffee."})
    assert json.loads(search.invoke({"query": "coffee"}, config("ada"))) == []


def test_what_it_holds_of_one_user_is_not_found_for_another(items: GraphStore) -> None:
    create_manage_memory_tool(NAMESPACE, store=items).invoke({"content": "quokka"}, config("ada"))

    search = create_search_memory_tool(NAMESPACE, store=items)

    assert json.loads(search.invoke({"query": "quokka"}, config("ad"))) == []
    assert len(json.loads(search.invoke({"query": "quokka"}, config("ada")))) == 1


def test_its_tools_can_be_awaited(items: GraphStore) -> None:
    async def used() -> str:
        await create_manage_memory_tool(NAMESPACE, store=items).ainvoke({"content": "Ada likes tea."}, config("ada"))
        return str(await create_search_memory_tool(NAMESPACE, store=items).ainvoke({"query": "tea"}, config("ada")))

    [found] = json.loads(asyncio.run(used()))

    assert found["value"] == {"content": "Ada likes tea."}


def test_an_agent_uses_them_on_the_store_it_was_given(items: GraphStore, open_items: OpenItems) -> None:

    model = Scripted(answers=[calls("manage_memory", content="Ada likes tea."), AIMessage("Noted.")])
    agent = new_agent(model, tools=[create_manage_memory_tool(NAMESPACE)], store=items)

    agent.invoke({"messages": [("user", "Note that I like tea.")]}, config("ada"))

    [kept] = open_items().search(("memories", "ada"))
    assert kept.value == {"content": "Ada likes tea."}
