"""One turn of a chat with memory: recall before the model is asked, remember when it has answered.

Nothing here knows a client or a server. A request is the JSON of OpenAI's chat completions or responses; whoever sends
it on begins a turn, sends `turn.request` instead, and ends the turn with what was answered.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from agentmem.agent_memory import AgentMemory, AsyncAgentMemory
from agentmem.connect.answers import answer_in
from agentmem.connect.conversation import INSTRUCTIONS, Json, events_of, messages_in
from agentmem.connect.news import news
from agentmem.context import without_context
from agentmem.errors import InvalidInput
from agentmem.events import Event, Query, Trust, Value

Remembering: TypeAlias = AgentMemory | AsyncAgentMemory
Whose: TypeAlias = Remembering | Callable[[], Remembering | None]
"""A memory, or what gives the one of the current user when a turn begins; None lets the turn go without."""
OnError = Literal["warn", "raise"]
LOG = logging.getLogger(__name__)
NEWEST, BEFORE = 2_000, 300
"""The most characters of a query: of the newest message of the user, and of the one before it."""
SHORTEST = 60
"""Characters of the message before that are always taken: "And she?" says little by itself."""
LEFT_OUT = 40
"""Newest messages that are not recalled, since the model sees them anyway."""


class Recalls(Value):
    """How much is recalled for a turn.

    Attributes:
        max_tokens: The most tokens of the block, estimated.
        limit: The most recollections.
        min_score: Leave out what scores lower.
        min_trust: Leave out what comes from an event that is believed less.
    """

    max_tokens: Annotated[int, Field(ge=1)] = 1000
    limit: Annotated[int, Field(ge=1)] = 20
    min_score: Annotated[float, Field(ge=0, le=1)] = 0.0
    min_trust: Trust = "low"


class Turn:
    """One request and its answer. Made by `Turns.begin`.

    Attributes:
        request: What to send: the request, with what was recalled. Where nothing was, it is the one that was given.
    """

    def __init__(self, turns: Turns, given: Json, *, memory: AgentMemory | None = None) -> None:
        self.request = given
        self._turns, self._memory = turns, memory
        self._root = _root(given)
        self._events: list[Event] = []
        if memory is not None:
            self._events = self._said(messages_in(given))
        self._is_over = memory is None

    def recall(self, recalls: Recalls) -> None:
        """Recall what bears on the request, once, and put it into `request`."""
        if self._memory is None or not (text := asked_in(self._events)):
            return
        seen = tuple(event.id for event in self._events[-LEFT_OUT:])
        limits = recalls.model_dump(include={"limit", "min_score", "min_trust"})
        query = Query(text=text, now=datetime.now(UTC), exclude=seen, **limits)
        if block := self._memory.context(query, max_tokens=recalls.max_tokens).text:
            self.request = with_context(self.request, block)

    def end(self, body: bytes) -> None:
        """Remember what was said, and what was answered; once, in one write. A turn that failed is not ended.

        Args:
            body: What came back, whole or streamed, or as much of it as came.

        Raises:
            Whatever the memory raises, if the turns say so.
        """
        if self._memory is None or self._is_over:
            return
        self._is_over = True
        with self._turns.forgiving("remember"):
            self._remember(self._memory, self._said(answer_in(body)))

    def _said(self, messages: Sequence[Json]) -> list[Event]:
        """Return messages as events that follow those there are."""
        session = self._memory.scope.session if self._memory else None
        return events_of(
            messages,
            at=datetime.now(UTC),
            session=session,
            after=self._events,
            root=self._root,
            unfit=self._turns.leave_out,
        )

    def _remember(self, memory: AgentMemory, answer: list[Event]) -> None:
        new = news(memory, self._events, answer, is_whole=not self._root)
        if new:
            memory.add_many(new)


class Turns:
    """The turns of a chat, or of many: each with the memory of whoever takes it.

    May be used from many threads. Where the memory fails, the turn goes on without it.

    Args:
        memory: Whose memory; or a function that gives the one of the current user, asked once a turn.
        recalls: How much is recalled.
        on_error: Where the memory fails: "warn" in the log, without what anybody said; or "raise".
    """

    def __init__(self, memory: Whose, *, recalls: Recalls | None = None, on_error: OnError = "warn") -> None:
        self._memory, self._recalls, self._on_error = memory, recalls or Recalls(), on_error

    def begin(self, request: Json) -> Turn:
        """Begin a turn, and recall for it.

        Args:
            request: The JSON of a request to `/chat/completions` or `/responses`; it is not changed.

        Raises:
            Whatever the memory raises, if `on_error` says so.
        """
        turn = Turn(self, request)
        with self.forgiving("recall"):
            turn = Turn(self, request, memory=self._whose())
            turn.recall(self._recalls)
        return turn

    def forgiving(self, verb: str) -> AbstractContextManager[None]:
        """Let the memory fail inside the `with`, unless it is to raise."""
        return forgiving(verb, self._on_error)

    def leave_out(self, problem: InvalidInput) -> None:
        """Leave out a message that cannot be remembered, and go on with the others; unless that is to be raised."""
        if self._on_error == "raise":
            raise problem
        LOG.warning("a message cannot be remembered (%s); the others of its turn are", type(problem).__name__)

    def _whose(self) -> AgentMemory | None:
        memory = self._memory if isinstance(self._memory, AgentMemory | AsyncAgentMemory) else self._memory()
        return memory.sync if isinstance(memory, AsyncAgentMemory) else memory


@contextmanager
def forgiving(verb: str, on_error: OnError) -> Iterator[None]:
    """Let a memory fail inside the `with`, unless it is to raise; what it says may be what users said."""
    try:
        yield
    except Exception as error:
        if on_error == "raise":
            raise
        LOG.warning("the memory could not %s (%s); the turn went on without it", verb, type(error).__name__)


def asked_in(events: Sequence[Event]) -> str:
    """Return what to search for: the newest message of the user, after the end of the one before it.

    The one before is given no more room than the newest, so that it does not lead away from it. Where the user says
    nothing, as when a tool has answered, it is the newest message of all; "" if there is none.
    """
    if not events:
        return ""
    place = max((place for place, event in enumerate(events) if event.role == "user"), default=len(events) - 1)
    newest = without_context(events[place].text)[:NEWEST]
    room = min(BEFORE, max(SHORTEST, len(newest)))
    before = without_context(events[place - 1].text)[-room:] if place else ""
    return f"{before}\n{newest}".strip()


def with_context(request: Json, block: str) -> dict[str, Any]:
    """Return a request whose instructions end with what was recalled; all else is as it was.

    Of a chat completion that is the first system or developer message, or a new one before all others; of a response,
    its `instructions`.

    >>> with_context({"input": "Hi!"}, "<recalled>")
    {'input': 'Hi!', 'instructions': '<recalled>'}
    """
    if "messages" not in request:
        return {**request, "instructions": _after(request.get("instructions"), block)}
    messages = list(request["messages"])
    for place, message in enumerate(messages):
        if isinstance(message, Mapping) and message.get("role") in INSTRUCTIONS:
            messages[place] = {**message, "content": _after(message.get("content"), block)}
            return {**request, "messages": messages}
    return {**request, "messages": [{"role": "system", "content": block}, *messages]}


def _after(content: object, block: str) -> object:
    """Return the content of a message, a text or parts, with a block behind it."""
    if isinstance(content, list):
        return [*content, {"type": "text", "text": block}]
    return f"{content}\n\n{block}" if content else block


def _root(request: Json) -> str:
    """Return what the messages of a request follow, where the provider keeps what was said before them.

    Whatever is sent to a stored conversation is appended to it, even if the same was sent before.
    """
    if request.get("conversation"):
        return uuid.uuid4().hex
    return str(request.get("previous_response_id") or "")
