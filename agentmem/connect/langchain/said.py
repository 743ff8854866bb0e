"""The messages of a LangGraph conversation as events, each with the id by which it is stored once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage
from langchain_core.runnables.config import ensure_config

from agentmem.agent_memory import AgentMemory
from agentmem.connect.conversation import ids_of
from agentmem.errors import InvalidInput
from agentmem.events import Event
from agentmem.messages import event_of

UNIQUE = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
"""In an id that no other conversation has."""
CHECKPOINTER = "__pregel_checkpointer"
"""Where LangGraph says who keeps the conversation. Should it say so elsewhere one day, ids are made: none is lost."""
DERIVED = "lc_source"
"""What LangChain marks messages with that its middleware has made, such as summaries."""


class Conversation(NamedTuple):
    """Which conversation it is (None: nobody says), and whether a checkpointer keeps it with the ids of messages."""

    thread: str | None
    is_kept: bool


def conversation() -> Conversation:
    """Return the one that LangGraph is running."""
    running = ensure_config().get("configurable") or {}
    return Conversation(running.get("thread_id"), running.get(CHECKPOINTER) is not None)


def events_in(
    messages: Sequence[AnyMessage], *, memory: AgentMemory, conversation: Conversation, at: datetime
) -> list[Event]:
    """Return what people, models and tools said, oldest first; without instructions, summaries, and what is empty.

    Where a checkpointer keeps the conversation, a message has the id that LangGraph knows it by. Without one LangGraph
    gives new ids to what is sent again: then only an id that its sender gave stays, and the others are made of what
    the message says, and after what. What cannot be an event (too long) is left out.

    Args:
        messages: All there are.
        memory: Where they go: an id that is known there from another conversation is not used again.
        conversation: The one they belong to.
        at: When they were said, aware.
    """
    session = conversation.thread or memory.scope.session
    events = [event for one in messages if (event := _event(one, session, at)) is not None]
    made = [None] * len(events) if conversation.is_kept else ids_of(events, session or "")
    return [_named(event, id_, memory) for event, id_ in zip(events, made, strict=True)]


def _named(event: Event, made: str | None, memory: AgentMemory) -> Event:
    """Return an event with its id: its own; or the one that is made, unless its sender named it."""
    own = made if made is not None and not _is_given(event) else _own(event, memory)
    return event.model_copy(update={"id": own})


def _event(message: AnyMessage, session: str | None, at: datetime) -> Event | None:
    if not isinstance(message, HumanMessage | AIMessage | ToolMessage) or DERIVED in message.additional_kwargs:
        return None
    try:
        return event_of(message, at=at, session=session)
    except InvalidInput:
        return None


def _own(event: Event, memory: AgentMemory) -> str:
    """Return the id of a message; with its thread, where it is the id of another one in another thread."""
    if UNIQUE.search(event.id):
        return event.id
    known = memory.get(event.id)
    return event.id if known is None or known.session == event.session else f"{event.session}/{event.id}"


def _is_given(event: Event) -> bool:
    """Return whether the sender named this message. Models and LangGraph name theirs anew each time."""
    return event.role != "assistant" and not UNIQUE.search(event.id)
