"""An agent of `create_agent` with a memory: what it is shown, and what is remembered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver

from agentmem import AgentMemory, Event
from agentmem.connect.langchain import MemoryMiddleware
from agentmem.connect.turns import Recalls
from tests.agentmem.connect.langchain.scripted import Scripted, calls, new_agent

Run = Callable[..., Any]


def invoked(agent: Any, *given: Any, **options: Any) -> Any:
    return agent.invoke(*given, **options)


def awaited(agent: Any, *given: Any, **options: Any) -> Any:
    return asyncio.run(agent.ainvoke(*given, **options))


def streamed(agent: Any, *given: Any, **options: Any) -> Any:
    return list(agent.stream(*given, stream_mode="values", **options))[-1]


@pytest.fixture(params=[invoked, awaited, streamed])
def run(request: pytest.FixtureRequest) -> Run:
    """Run an agent, in each of the ways there are."""
    found: Run = request.param
    return found


@tool
def weather(city: str) -> str:
    """Tell the weather."""
    return f"It rains in {city}."


def user(text: str, **fields: Any) -> dict[str, Any]:
    return {"messages": [HumanMessage(text, **fields)]}


def thread(name: str) -> Any:
    return {"configurable": {"thread_id": name}}


def told(memory: AgentMemory) -> list[tuple[str | None, str]]:
    return [(one.role, one.text) for one in memory.get_all()]


def test_what_was_said_in_another_conversation_is_in_the_system_message(run: Run, ada: AgentMemory) -> None:
    ada.add("My sister Mia moved to Oslo.", id="earlier")
    model = Scripted(answers=[AIMessage("In Oslo.")])
    agent = new_agent(model, system_prompt="Be brief.", middleware=[MemoryMiddleware(ada)])

    run(agent, user("Where does Mia live?"))

    assert model.system().startswith("Be brief.\n\n<recalled>\n")
    assert "My sister Mia moved to Oslo." in model.system()
    assert "said in: earlier" in model.system()
    assert [message.text for message in model.others()] == ["Where does Mia live?"]


def test_it_is_one_without_a_prompt_and_none_where_nothing_is_recalled(run: Run, ada: AgentMemory) -> None:
    model = Scripted(answers=[AIMessage("Hello.")])
    agent = new_agent(model, middleware=[MemoryMiddleware(ada)])

    run(agent, user("My key is under the mat."))
    run(agent, user("Where is the key?"))

    assert model.system(0) == ""
    assert "My key is under the mat." in model.system(1)


def test_a_system_message_in_parts_keeps_them(ada: AgentMemory) -> None:
    ada.add("My key is under the mat.")
    model = Scripted(answers=[AIMessage("Hello.")])
    prompt = SystemMessage([{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}])
    agent = new_agent(model, system_prompt=prompt, middleware=[MemoryMiddleware(ada)])

    agent.invoke(user("Where is the key?"))

    first, second = list(model.asked[0][0].content)
    assert first == prompt.content[0]
    assert isinstance(second, dict)
    assert second["text"].startswith("<recalled>")


def test_the_messages_are_never_touched(run: Run, ada: AgentMemory) -> None:
    ada.add("My key is under the mat.")
    agent = new_agent(
        Scripted(answers=[AIMessage("Under the mat.", id="a")]),
        system_prompt="Be brief.",
        middleware=[MemoryMiddleware(ada)],
    )

    state = run(agent, user("Where is the key?", id="q"))

    assert state["messages"] == [HumanMessage("Where is the key?", id="q"), AIMessage("Under the mat.", id="a")]


def test_each_message_is_remembered_once_with_the_calls_of_tools(run: Run, ada: AgentMemory) -> None:
    model = Scripted(answers=[calls("weather", city="Oslo"), AIMessage("It rains."), AIMessage("You are welcome.")])
    agent = new_agent(model, tools=[weather], middleware=[MemoryMiddleware(ada)], checkpointer=InMemorySaver())

    run(agent, user("What is the weather in Oslo?"), config=thread("one"))
    state = run(agent, user("Thank you!"), config=thread("one"))

    assert told(ada) == [
        ("user", "What is the weather in Oslo?"),
        ("assistant", 'calls weather({"city": "Oslo"})'),
        ("tool", "It rains in Oslo."),
        ("assistant", "It rains."),
        ("user", "Thank you!"),
        ("assistant", "You are welcome."),
    ]
    assert [one.id for one in ada.get_all()] == [message.id for message in state["messages"]]
    assert {one.session for one in ada.get_all()} == {"one"}
    assert [one.trust for one in ada.get_all() if one.role == "tool"] == ["low"]


def test_a_turn_without_tools_is_one_write(run: Run, ada: AgentMemory, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[list[str]] = []
    add_many = ada.add_many

    def add(new: list[Event]) -> object:
        written.append([one.text for one in new])
        return add_many(new)

    monkeypatch.setattr(ada, "add_many", add)
    agent = new_agent(Scripted(answers=[AIMessage("Hello.")]), middleware=[MemoryMiddleware(ada)])

    run(agent, user("Hi!"))

    assert written == [["Hi!", "Hello."]]


def test_what_the_model_sees_anyway_is_not_recalled(ada: AgentMemory) -> None:
    model = Scripted(answers=[calls("weather", city="Oslo"), AIMessage("It rains.")])
    agent = new_agent(model, tools=[weather], middleware=[MemoryMiddleware(ada)])

    agent.invoke(user("What is the weather in Oslo?"))

    assert [model.system(call) for call in range(2)] == ["", ""]


@pytest.mark.parametrize("config", [None, thread("one")])
def test_a_history_that_is_sent_again_is_remembered_once(run: Run, ada: AgentMemory, config: Any) -> None:
    agent = new_agent(Scripted(answers=[AIMessage("Hello."), AIMessage("Yes.")]), middleware=[MemoryMiddleware(ada)])
    history = [{"role": "user", "content": "Hi!"}]
    run(agent, {"messages": history}, config=config)

    history += [{"role": "assistant", "content": "Hello."}, {"role": "user", "content": "Do you know me?"}]
    run(agent, {"messages": history}, config=config)

    assert told(ada) == [("user", "Hi!"), ("assistant", "Hello."), ("user", "Do you know me?"), ("assistant", "Yes.")]


def test_a_message_that_has_an_id_keeps_it(ada: AgentMemory) -> None:
    agent = new_agent(Scripted(answers=[AIMessage("Hello.")]), middleware=[MemoryMiddleware(ada)])

    agent.invoke(user("Hi!", id="m1"))
    agent.invoke(user("Hi!", id="m1"))

    assert [one.text for one in [ada.get("m1")] if one] == ["Hi!"]
    assert told(ada) == [("user", "Hi!"), ("assistant", "Hello.")]


def test_two_threads_whose_messages_are_numbered_alike_lose_nothing(ada: AgentMemory) -> None:
    middleware, saver = [MemoryMiddleware(ada)], InMemorySaver()
    agent = new_agent(Scripted(answers=[AIMessage("Yes.")]), middleware=middleware, checkpointer=saver)

    agent.invoke(user("I like tea.", id="1"), config=thread("one"))
    agent.invoke(user("I like rain.", id="1"), config=thread("two"))
    agent.invoke(user("Good.", id="2"), config=thread("two"))

    assert [text for role, text in told(ada) if role == "user"] == ["I like tea.", "I like rain.", "Good."]
    assert ada.get("two/1") is not None


def test_what_was_recalled_is_never_remembered(ada: AgentMemory) -> None:
    ada.add("My key is under the mat.")
    echo = Scripted(answers=[lambda asked: AIMessage(f"I was told: {asked[0].text}")])
    agent = new_agent(echo, middleware=[MemoryMiddleware(ada)])

    agent.invoke(user("Where is the key?"))

    assert "<recalled>" in echo.system()
    assert told(ada)[1:] == [("user", "Where is the key?"), ("assistant", "I was told:")]


def test_instructions_summaries_and_empty_messages_are_not_remembered(ada: AgentMemory) -> None:
    agent = new_agent(Scripted(answers=[AIMessage("")]), middleware=[MemoryMiddleware(ada)])
    summary = HumanMessage("Here is a summary.", additional_kwargs={"lc_source": "summarization"})

    agent.invoke({"messages": [SystemMessage("Be brief."), summary, HumanMessage("Hi!")]})

    assert told(ada) == [("user", "Hi!")]


def test_each_user_has_a_memory_by_the_context_of_the_run(run: Run, remember: Callable[..., AgentMemory]) -> None:
    memories = {name: remember(user=name) for name in ("ada", "bob")}
    model = Scripted(answers=[AIMessage("Yes.")])
    middleware = MemoryMiddleware(lambda runtime: memories.get(runtime.context["user"]))
    agent = new_agent(model, middleware=[middleware], context_schema=dict[str, str])

    run(agent, user("My number is quokka."), context={"user": "ada"})
    for name in ("bob", "nobody", "ada"):
        run(agent, user("What is my number?"), context={"user": name})

    assert ["quokka" in model.system(call) for call in range(4)] == [False, False, False, True]
    assert len(told(memories["bob"])) == 2


def test_the_block_has_the_size_it_may_have(ada: AgentMemory) -> None:
    ada.add_many([f"The key number {number} is under the mat." for number in range(50)])
    model = Scripted(answers=[AIMessage("Yes.")])
    agent = new_agent(model, middleware=[MemoryMiddleware(ada, recalls=Recalls(limit=3, max_tokens=500))])

    agent.invoke(user("Where is the key?"))

    assert model.system().count("\n- ") == 3


def test_tool_messages_that_end_a_run_are_remembered(ada: AgentMemory) -> None:
    @tool(return_direct=True)
    def clock() -> str:
        """Tell the time."""
        return "It is noon."

    agent = new_agent(Scripted(answers=[calls("clock")]), tools=[clock], middleware=[MemoryMiddleware(ada)])

    state = agent.invoke(user("What time is it?"))

    assert isinstance(state["messages"][-1], ToolMessage)
    assert told(ada)[-1] == ("tool", "It is noon.")
