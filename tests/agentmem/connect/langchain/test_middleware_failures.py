"""Where the memory fails, the agent goes on and the log says so; or it stops, if that is wanted."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage
from langgraph.checkpoint.memory import InMemorySaver

from agentmem import AgentMemory, Event, Host, hookimpl
from agentmem.connect.langchain import MemoryMiddleware
from agentmem.errors import StoreUnavailable
from agentmem.events import MAX_TEXT
from tests.agentmem.connect.langchain.scripted import Scripted, new_agent
from tests.agentmem.connect.langchain.test_middleware import Run, awaited, invoked, told, user

THREAD: Any = {"configurable": {"thread_id": "one"}}


@pytest.mark.parametrize("run", [invoked, awaited])
def test_a_dead_memory_is_in_the_log_and_the_agent_answers(
    run: Run, ada: AgentMemory, caplog: pytest.LogCaptureFixture
) -> None:
    agent = new_agent(Scripted(answers=[AIMessage("Hello.")]), middleware=[MemoryMiddleware(ada)])
    ada.close()

    with caplog.at_level(logging.WARNING):
        state = run(agent, user("My number is quokka."))

    assert state["messages"][-1].text == "Hello."
    assert "the memory could not remember (StoreUnavailable)" in caplog.text
    assert "the memory could not recall (StoreUnavailable)" in caplog.text
    assert "quokka" not in caplog.text


@pytest.mark.parametrize("run", [invoked, awaited])
def test_it_can_stop_the_agent_instead(run: Run, ada: AgentMemory) -> None:
    model = Scripted(answers=[AIMessage("Hello.")])
    agent = new_agent(model, middleware=[MemoryMiddleware(ada, on_error="raise")])
    ada.close()

    with pytest.raises(StoreUnavailable):
        run(agent, user("Hi!"))

    assert model.asked == []


def test_what_was_not_remembered_is_remembered_with_the_next_turn(remember: Callable[..., AgentMemory]) -> None:
    dead, alive = remember(user="ada"), remember(user="ada")
    dead.close()
    memories = iter([dead, dead, alive, alive])
    middleware = MemoryMiddleware(lambda runtime: next(memories))
    agent = new_agent(Scripted(answers=[AIMessage("Yes.")]), middleware=[middleware], checkpointer=InMemorySaver())

    agent.invoke(user("I like tea."), config=THREAD)
    agent.invoke(user("I like rain."), config=THREAD)

    assert told(alive) == [
        ("user", "I like tea."), ("assistant", "Yes."), ("user", "I like rain."), ("assistant", "Yes."),
    ]  # fmt: skip


class Fails(Scripted):
    """A model that is out."""

    def _generate(self, *given: Any, **options: Any) -> Any:
        raise ConnectionError("the model is out")


@pytest.mark.parametrize("run", [invoked, awaited])
def test_what_was_asked_of_a_model_that_fails_is_remembered(run: Run, ada: AgentMemory) -> None:
    agent = new_agent(Fails(answers=[]), middleware=[MemoryMiddleware(ada)])

    with pytest.raises(ConnectionError):
        run(agent, user("I like tea."))

    assert told(ada) == [("user", "I like tea.")]


class Refuses:
    """A guard that lets no password in."""

    @hookimpl
    def agentmem_before_write(self, event: Event) -> Event:
        if "password" in event.text:
            raise ValueError("no passwords")
        return event


def test_one_message_that_is_refused_takes_no_other_with_it(place: str) -> None:
    host = Host(["defaults", "episodic", Refuses()])
    with AgentMemory(place, user="ada", host=host) as memory:
        agent = new_agent(Scripted(answers=[AIMessage("Yes.")]), middleware=[MemoryMiddleware(memory)])

        agent.invoke({"messages": [HumanMessage("I like tea."), HumanMessage("My password is quokka.")]})

        assert told(memory) == [("user", "I like tea."), ("assistant", "Yes.")]


def test_a_message_that_is_too_long_takes_no_other_with_it(ada: AgentMemory) -> None:
    agent = new_agent(Scripted(answers=[AIMessage("Yes.")]), middleware=[MemoryMiddleware(ada)])

    agent.invoke({"messages": [HumanMessage("I like tea."), HumanMessage("x" * (MAX_TEXT + 1))]})

    assert told(ada) == [("user", "I like tea."), ("assistant", "Yes.")]
