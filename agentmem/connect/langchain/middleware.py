"""An agent of `create_agent` that remembers: recall before a model is asked, remember what is said."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from langchain.agents.middleware import AgentMiddleware, AgentState, ModelRequest, ModelResponse
from langchain_core.messages import AnyMessage, SystemMessage
from langgraph.runtime import Runtime

from agentmem.agent_memory import AgentMemory
from agentmem.connect.langchain.said import conversation, events_in
from agentmem.connect.langchain.whose import Whose, memory_of
from agentmem.connect.news import known_in, unknown
from agentmem.connect.turns import LEFT_OUT, OnError, Recalls, asked_in, forgiving
from agentmem.errors import InvalidInput, PluginError
from agentmem.events import Event, Query


class MemoryMiddleware(AgentMiddleware[AgentState[Any], Any, Any]):
    """Gives an agent a memory; the same whether it is invoked, awaited or streamed.

    Before each call of the model, what bears on the newest message of the user is recalled into the system message of
    that one call. No message of the conversation is ever touched, what the model sees among them anyway is not
    recalled, and what was recalled is never remembered as news. When the agent ends, what was asked and its answer are
    remembered in one write; before that, whenever it goes on with a tool, or the model fails. So each message is stored
    once, tool calls and their answers included.

    The conversation is the thread of LangGraph, or else the session of the memory. Where a checkpointer keeps it, what
    is remembered has the ids of the messages; where the client sends all of it each turn, ids of our own.

    Args:
        memory: A memory; or a function that gives the one of the current user, from LangGraph's `Runtime`, or None.
        recalls: How much is recalled.
        on_error: Where the memory fails: "warn" in the log, without what anybody said, and the agent goes on without
            it, so that what was not remembered now is remembered at the next call; or "raise".
    """

    def __init__(self, memory: Whose, *, recalls: Recalls | None = None, on_error: OnError = "warn") -> None:
        super().__init__()
        self._whose, self._recalls, self._on_error = memory, recalls or Recalls(), on_error

    def wrap_model_call(
        self, request: ModelRequest[Any], handler: Callable[[ModelRequest[Any]], ModelResponse[Any]]
    ) -> ModelResponse[Any]:
        """Have the model asked with what was recalled in the system message."""
        asked = self._recalled(request)
        try:
            response = handler(asked)
        except BaseException:
            self._keep(request)
            raise
        if _goes_on(response):
            self._keep(request)
        return response

    async def awrap_model_call(
        self, request: ModelRequest[Any], handler: Callable[[ModelRequest[Any]], Awaitable[ModelResponse[Any]]]
    ) -> ModelResponse[Any]:
        """Do what `wrap_model_call` does; the memory works in a thread."""
        asked = await asyncio.to_thread(self._recalled, request)
        try:
            response = await handler(asked)
        except BaseException:
            self._keep(request)  # here and now: who is cancelled waits for no thread
            raise
        if _goes_on(response):
            await asyncio.to_thread(self._keep, request)
        return response

    def after_agent(self, state: AgentState[Any], runtime: Runtime[Any]) -> None:
        """Remember how it ended, and in the same write what was asked."""
        with forgiving("remember", self._on_error):
            self._remember_new(*self._said(state["messages"], runtime))

    async def aafter_agent(self, state: AgentState[Any], runtime: Runtime[Any]) -> None:
        """Do what `after_agent` does, in a thread."""
        await asyncio.to_thread(self.after_agent, state, runtime)

    def _recalled(self, request: ModelRequest[Any]) -> ModelRequest[Any]:
        """Return the request with what bears on it."""
        with forgiving("recall", self._on_error):
            memory, events = self._said(request.state["messages"], request.runtime)
            if memory is not None and (block := self._block(memory, events)):
                return request.override(system_message=_with(request.system_message, block))
        return request

    def _keep(self, request: ModelRequest[Any]) -> None:
        """Remember what was said until now: the agent may not come to its end, or not soon."""
        with forgiving("remember", "warn"):
            self._remember_new(*self._said(request.state["messages"], request.runtime))

    def _said(self, messages: Sequence[AnyMessage], runtime: Runtime[Any]) -> tuple[AgentMemory | None, list[Event]]:
        """Return a conversation, and whose memory it belongs in."""
        memory = memory_of(self._whose, lambda: runtime)
        if memory is None:
            return None, []
        return memory, events_in(messages, memory=memory, conversation=conversation(), at=datetime.now(UTC))

    def _remember_new(self, memory: AgentMemory | None, events: Sequence[Event]) -> None:
        """Remember what is new in a conversation."""
        if memory is not None:
            self._remember(memory, unknown(events, partial(known_in, memory)))

    def _remember(self, memory: AgentMemory, events: Sequence[Event]) -> None:
        """Remember events in one write; where one is refused, the others one by one."""
        try:
            memory.add_many(events)
        except (InvalidInput, PluginError):
            if len(events) < 2:
                raise
            for event in events:
                with forgiving("remember", self._on_error):
                    memory.add(event)

    def _block(self, memory: AgentMemory, events: Sequence[Event]) -> str:
        """Return what is recalled for the newest message of the user; "" if there is nothing."""
        if not (text := asked_in(events)):
            return ""
        seen = tuple(event.id for event in events[-LEFT_OUT:])
        limits = self._recalls.model_dump(include={"limit", "min_score", "min_trust"})
        query = Query(text=text, now=datetime.now(UTC), exclude=seen, **limits)
        return memory.context(query, max_tokens=self._recalls.max_tokens).text


def _goes_on(response: ModelResponse[Any]) -> bool:
    """Return whether the agent goes on with tools after this answer."""
    return any(getattr(message, "tool_calls", None) for message in response.result)


def _with(system: SystemMessage | None, block: str) -> SystemMessage:
    """Return a system message that ends with what was recalled."""
    if system is None:
        return SystemMessage(block)
    content: Any = system.content
    longer = f"{content}\n\n{block}" if isinstance(content, str) else [*content, {"type": "text", "text": block}]
    return system.model_copy(update={"content": longer})
