"""The messages of a conversation as events that have the same ids whenever they are sent again.

Chat clients send the whole history at every turn, and name no message. Here the id of a message is made of what it
says, of what the two before it say, and of how often just this came before in the same conversation. So it stays the
same when a client lets go of the oldest messages, and the same words said twice are two messages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any

from agentmem.context import without_context
from agentmem.errors import InvalidInput
from agentmem.events import Event
from agentmem.messages import event_of

Json = Mapping[str, Any]
INSTRUCTIONS = ("system", "developer")
"""Roles of messages that say how to answer; they are not remembered, and are no part of what is said."""
ITEMS = (None, "message", "function_call", "function_call_output")
"""Types of items that say something; others are a model's thoughts, or references."""
NAMELESS = "said"
"""The id of a message that has none yet: making one up takes as long as all the rest."""
FIELDS = ("role", "type", "content", "name", "refusal", "tool_calls", "arguments", "output")
"""What is read of a message. It cannot say how far it is to be believed, or whose conversation it is of."""


def messages_in(request: Json) -> list[Json]:
    """Return the messages of a request for a chat completion or a response, oldest first, without instructions."""
    given = request.get("messages", request.get("input"))
    if isinstance(given, str):
        return [{"role": "user", "content": given}]
    return [one for one in given or () if isinstance(one, Mapping) and _is_said(one)]


def events_of(
    messages: Iterable[Json],
    *,
    at: datetime,
    session: str | None = None,
    after: Sequence[Event] = (),
    root: str = "",
    unfit: Callable[[InvalidInput], None] | None = None,
) -> list[Event]:
    """Return the messages that say something as events, each with the id it always has in this conversation.

    Args:
        messages: Oldest first.
        at: When they were said, aware.
        session: The conversation they belong to; the same words in two of them are two messages.
        after: The events of what was said before them.
        root: What tells apart conversations of which only the end is sent.
        unfit: Is told why a message is left out, that has a role nobody knows, or is too long.

    Raises:
        InvalidInput: there is such a message, and nobody to be told.
    """
    said = [event for one in messages if (event := _fit(one, unfit, at=at, session=session)) is not None]
    ids = list(ids_of([*after, *said], f"{session or ''}\n{root}"))[len(after) :]
    return [event.model_copy(update={"id": one}) for event, one in zip(said, ids, strict=True)]


def _is_said(message: Json) -> bool:
    return message.get("role") not in INSTRUCTIONS and message.get("type") in ITEMS


def _fit(
    message: Json, unfit: Callable[[InvalidInput], None] | None, *, at: datetime, session: str | None
) -> Event | None:
    try:
        return _event(message, at=at, session=session)
    except InvalidInput as problem:
        if unfit is None:
            raise
        unfit(problem)
        return None


def _event(message: Json, *, at: datetime, session: str | None) -> Event | None:
    """Return a message as an event without an id of its own; None if it says nothing."""
    given = {name: message[name] for name in FIELDS if message.get(name) not in (None, "", [])}
    if given.keys() <= {"role", "type", "name"}:
        return None
    said = event_of({**given, "content": given.get("content") or ""}, at=at, session=session, id=NAMELESS)
    return said if without_context(said.text).strip() else None


def ids_of(events: Sequence[Event], root: str) -> Iterator[str]:
    """Yield the id that each event has in its conversation, whatever it was called when it was sent.

    Args:
        events: All of it, oldest first.
        root: What tells one conversation from another.
    """
    times = Counter[str]()
    before = ("", _digest(root))
    for event in events:
        own = _digest(*words_of(event))
        place = _digest(*before, own)
        times[place] += 1
        yield f"said-{_digest(place, str(times[place]))}"
        before = (before[1], own)


def words_of(event: Event) -> tuple[str, str]:
    """Return who says what in a message, whatever its blanks, and without what was recalled."""
    return event.role, " ".join(without_context(event.text).split())


def _digest(*parts: str) -> str:
    return blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=16).hexdigest()
