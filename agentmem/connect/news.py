"""Which of the messages that a client sends are new: they are remembered once, and none is lost.

Most are known by their ids. Where a client sends so few that none has its id any more, what was remembered last tells
where they go on. And who begins a conversation with the words that began another one has said them again, unless it is
the answer that is asked for anew.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Sequence
from functools import partial

from agentmem.agent_memory import AgentMemory
from agentmem.connect.conversation import NAMELESS, words_of
from agentmem.events import Event
from agentmem.graph.contract import Where
from agentmem.journal import EVENT, Journal, event_of

AT_ONCE = 8
"""Events that are looked up together, the newest first: nearly always the last but one is known."""
TAIL = 16
"""Events remembered last that are held against what is sent; where more are sent, their ids are enough."""


def news(memory: AgentMemory, sent: Sequence[Event], answer: Sequence[Event], *, is_whole: bool) -> list[Event]:
    """Return what is not remembered yet of what was sent and answered; no id is that of another message.

    Args:
        memory: Where it goes.
        sent: Oldest first.
        answer: To the last of them.
        is_whole: Whether nothing was said before that the provider keeps.
    """
    last = _remembered_last(memory)
    goes_on = following(sent, last)
    if goes_on is not None:
        return named_anew([*goes_on, *answer], known_in(memory, [*goes_on, *answer]))
    new = unknown(sent, partial(known_in, memory))
    if is_whole and len(sent) == 1 and _is_said_again(memory, sent[0], last):
        new = named_anew(sent, {sent[0].id})
    return [*new, *answer]


def following(sent: Sequence[Event], last: Sequence[Event]) -> list[Event] | None:
    """Return what follows the messages that were remembered last; None if what was sent does not begin with them.

    Args:
        sent: Oldest first.
        last: What was remembered last, oldest first.
    """
    if len(sent) > TAIL:
        return None
    said, kept = [words_of(event) for event in sent], [words_of(event) for event in last]
    for both in range(min(len(said) - 1, len(kept)), 0, -1):
        if said[:both] == kept[-both:]:
            return list(sent[both:])
    return None


def named_anew(events: Sequence[Event], taken: Collection[str]) -> list[Event]:
    """Return events, and those whose ids are taken with ids that nobody has."""
    return [
        event.model_copy(update={"id": f"{NAMELESS}-{uuid.uuid4().hex}"}) if event.id in taken else event
        for event in events
    ]


def unknown(events: Sequence[Event], known: Callable[[Sequence[Event]], Collection[str]]) -> list[Event]:
    """Return what follows the last event that is known: all before it was sent before, though it may look changed.

    Args:
        events: Oldest first.
        known: Returns the ids of those events that are known.
    """
    for end in range(len(events), 0, -AT_ONCE):
        some = events[max(0, end - AT_ONCE) : end]
        ids = known(some)
        for place, event in reversed(list(enumerate(some, end - len(some)))):
            if event.id in ids:
                return list(events[place + 1 :])
    return list(events)


def known_in(memory: AgentMemory, events: Sequence[Event]) -> set[str]:
    """Return the ids of those events that a memory has, in one look."""
    ids = {event.node: event.id for event in events}
    return {ids[node.id] for node in memory.graph.get(list(ids))}


def _remembered_last(memory: AgentMemory) -> list[Event]:
    """Return the events remembered last in the session of this memory, oldest first."""
    session = memory.scope.session
    where = Where(memory="", label=EVENT, props={} if session is None else {"session": ("=", session)})
    return [event_of(node) for node in reversed(memory.graph.scan(where, newest=True, limit=TAIL))]


def _is_said_again(memory: AgentMemory, event: Event, last: Sequence[Event]) -> bool:
    """Return whether the first words of a conversation began another one, that went on since or was deleted."""
    found = memory.graph.get([event.node])
    if not found:
        return Journal(memory.graph).was_erased(event.id)
    return any(one.role == "user" and one.position > found[0].position for one in last)
