"""The values that flow: event -> changes -> recollection.

Frozen, validated, and without behaviour of their own. They import nothing of
ours but the errors.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from agentmem.errors import InvalidInput

Role = Literal["environment", "user", "assistant", "system", "tool"]
Trust = Literal["quarantined", "low", "normal", "high"]
"""How far a text is to be believed. What is quarantined is kept, and neither folded nor recalled."""
TRUSTS: tuple[Trust, ...] = get_args(Trust)
"""From the least to the most."""
EVENT_PREFIX = "event/"
MAX_TEXT = 2_000_000
"""Characters of one event's text; longer is refused with a clear word."""
MOST = 1_000_000
"""Recollections of one question."""
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
KINDS: Mapping[str, str] = {
    "event": "something that happened, as it was seen or said",
    "episode": "an event with what a memory made of it, or several that belong together",
    "note": "an event written down with keywords, tags and links",
    "fact": "a statement: subject, relation, object",
    "thought": "a statement drawn from an event, as a sentence",
    "summary": "many events told in few words",
    "profile": "what is known of a person",
    "place": "where the agent is",
    "path": "a way to a place",
    "exit": "a way not tried yet",
}
"""The kinds of recollections, and what each one is: whoever shows, counts or filters them knows these words."""


FIRST, LAST = datetime(2, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
"""Between which a time must be: at the ends of the calendar it could be told in no other zone, nor reckoned with."""


def _within_the_calendar(at: datetime) -> datetime:
    if not FIRST <= at < LAST:
        raise ValueError(f"should be from {FIRST.year:04} to {LAST.year - 1}, in UTC")
    return at


Moment = Annotated[AwareDatetime, AfterValidator(_within_the_calendar)]
"""The world's time of an event or a question."""


class Value(BaseModel):
    """What every value is: frozen, and closed to fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Fact(Value):
    """One statement: subject, relation, object, in lower case, trimmed.

    `slot` names the property of the subject that this fact fills, where it can
    hold only one value at a time ("place", "openness", ...). A newer fact with
    the same subject and slot makes this one outdated. Whoever reads a text
    knows its grammar, so it says the slot; None means any number may hold.
    """

    subject: str
    relation: str
    object: str
    slot: str | None = None

    @property
    def text(self) -> str:
        """`subject, relation, object`, as AriGraph writes it and embeds it."""
        return f"{self.subject}, {self.relation}, {self.object}"


class Event(Value):
    """One thing that happened, as it was seen: the unit of the journal.

    `action` is what the agent did just before it saw `text` (None for the first
    observation, and in chat). `at` is the world's time, always aware.
    `position` is the sequence number in its namespace, given by the journal on
    append; 0 means not appended yet. `echo` marks an event that merely repeats
    what was recalled: kept, but not folded again. `trust` says how far it is to be
    believed. `corrects` names the event that no longer holds because of this one.
    """

    id: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    text: Annotated[str, StringConstraints(max_length=MAX_TEXT)]
    at: Moment
    action: str | None = None
    role: Role = "environment"
    speaker: str | None = None
    session: str | None = None
    position: Annotated[int, Field(ge=0)] = 0
    echo: bool = False
    trust: Trust = "normal"
    corrects: str | None = None

    @property
    def is_news(self) -> bool:
        """Whether memories are told of it: it is no echo, and not quarantined."""
        return not self.echo and self.trust != "quarantined"

    @property
    def node(self) -> str:
        """The id of this event's node in the graph: what a memory links to."""
        return f"{EVENT_PREFIX}{self.id}"

    @property
    def said(self) -> str:
        """The text, with who said it where that is known: what facts are read from."""
        return f"{self.speaker}: {self.text}" if self.speaker else self.text

    @property
    def passage(self) -> str:
        """The event as a line of a transcript: `> action` above what was seen."""
        return self.said if self.action is None else f"> {self.action}\n{self.said}"

    @property
    def dated(self) -> str:
        """What searches look at: the passage; in a conversation with who said it and when.

        Without who and when, likeness is drawn to short empty turns ("Thanks, Mel!").

        >>> new_event("Hi!", speaker="Ann", at=datetime(2023, 5, 8, 13, 56, tzinfo=UTC)).dated
        'Ann (1:56 pm on 8 May, 2023): Hi!'
        """
        who = self.speaker or ("" if self.role == "environment" else self.role)
        if not who or self.action is not None:
            return self.passage
        hour, half = (self.at.hour + 11) % 12 + 1, "am" if self.at.hour < 12 else "pm"
        when = f"{hour}:{self.at.minute:02} {half} on {self.at.day} {MONTHS[self.at.month - 1]}, {self.at.year}"
        return f"{who} ({when}): {self.text}"


class Query(Value):
    """A question to a memory.

    Attributes:
        text: What is asked, in words; may be empty when `entities` is not.
        entities: Names to search around, each to how many hops (AriGraph's
            entity score). Memories without entities ignore it.
        limit: The most recollections wanted, from 1 to `MOST`.
        now: The world's time at the asking; memories that fade need it.
        as_of: Answer as if only the journal up to this position existed.
        exclude: Ids of events whose own recollections are not wanted (what was
            just seen need not be recalled).
        min_score: Leave out what scores lower.
        min_trust: Leave out what comes from an event that is believed less.
    """

    text: str = ""
    entities: dict[str, Annotated[int, Field(ge=0, le=10)]] = Field(default_factory=dict)
    limit: Annotated[int, Field(ge=1, le=MOST)] = 10
    now: Moment
    as_of: Annotated[int, Field(ge=0)] | None = None
    exclude: tuple[str, ...] = ()
    min_score: Annotated[float, Field(ge=0, le=1)] = 0.0
    min_trust: Trust = "low"


class Recollection(Value):
    """One thing recalled, with where it came from and why.

    Attributes:
        id: The node it stands for (or the event, for memories of events).
        kind: One of `KINDS`.
        text: What it says: data, never instructions.
        score: In [0, 1], higher is better.
        parts: What the score is made of, by name.
        sources: Ids of the events it comes from; never empty.
        memory: Which memory supplied it; of several that did, the one that ranked it highest.
        also: The other memories that supplied it, by name, each with the id of its own node.
        at: The world's time of its newest source.
        position: Where in the journal it came from; orders recollections in time.
        pinned: Always shown, whatever the question (a profile, a map).
        fact: The statement, where there is one.
    """

    id: str
    kind: str
    text: str
    score: Annotated[float, Field(ge=0, le=1)]
    sources: tuple[str, ...]
    memory: str
    at: AwareDatetime
    position: int
    parts: dict[str, float] = Field(default_factory=dict)
    pinned: bool = False
    fact: Fact | None = None
    also: dict[str, str] = Field(default_factory=dict)


def new_event(
    text: str,
    *,
    at: datetime | None = None,
    id: str | None = None,  # noqa: A002 - the word every peer uses
    **fields: Any,
) -> Event:
    """Return an event, checked; the outermost edge, where a missing time becomes now and a missing id a new one.

    Raises:
        InvalidInput: in one sentence: empty, too long, a naive time, an unknown role.
    """
    if isinstance(text, str):
        text = text.encode("utf-8", "replace").decode()  # a lone surrogate is no text any store can keep
        if not text.strip() and not fields.get("action"):
            raise InvalidInput("the event is empty: give it a text, or the action that showed nothing")
    try:
        return Event(text=text, at=at or datetime.now(UTC), id=id or uuid.uuid4().hex, **fields)
    except ValidationError as error:
        raise InvalidInput(f"this event cannot be remembered: {in_one_sentence(error)}") from None


def new_query(text: str, *, now: datetime | None = None, **fields: Any) -> Query:
    """Return a query, checked; a missing time becomes now.

    Raises:
        InvalidInput: in one sentence.
    """
    try:
        return Query(text=text, now=now or datetime.now(UTC), **fields)
    except ValidationError as error:
        raise InvalidInput(f"this cannot be asked: {in_one_sentence(error)}") from None


def in_one_sentence(error: ValidationError) -> str:
    """Return what a validation found, without the values of long texts.

    >>> try:
    ...     Query(limit=0, now="2026-01-01T00:00Z")
    ... except ValidationError as error:
    ...     print(in_one_sentence(error))
    limit: Input should be greater than or equal to 1 (0 was given)
    """
    return "; ".join(
        f"{'.'.join(map(str, found['loc'])) or 'it'}: {found['msg']} ({_short(found['input'])} was given)"
        for found in error.errors(include_url=False)
    )


def _short(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."
