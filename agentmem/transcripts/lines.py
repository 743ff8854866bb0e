"""Our own format: one event or one question a line of JSON, so that anyone can bring conversations.

```
{"conversation": "ann", "event": {"id": "e1", "at": "2026-01-05T09:00:00Z", "text": "I bought a kayak."}}
{"conversation": "ann", "question": {"text": "What did Ann buy?", "evidence": ["e1"], "category": "single-hop"}}
```

- `conversation` names whose it is; left out, there is one conversation, `default`.
- An event has `id`, `at` (ISO 8601 with its zone) and `text`; and may have `speaker`,
  `session`, `role` (`user` if left out) and `action`. Order in the file is the order of remembering.
- A question has `text`; and may have `evidence` (ids of events of the same conversation,
  which may also come later in the file), `category`, `answer`, `at` (when it is asked; an
  hour after the last event if left out) and `apart` (true: scored by itself, not overall).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from pydantic import AwareDatetime, Field, ValidationError

from agentmem.errors import InvalidInput
from agentmem.events import Event, Role, Value, in_one_sentence, new_event
from agentmem.transcripts.corpus import Conversation, Corpus, Question

EXPECTED = 'one JSON object a line, {"event": {...}} or {"question": {...}}'
SHOWN = 60


class Said(Value):
    """An event, as a line has it."""

    id: str = Field(min_length=1, max_length=200)
    at: AwareDatetime
    text: str
    speaker: str | None = None
    session: str | None = None
    role: Role = "user"
    action: str | None = None


class Line(Value):
    """One line: an event or a question."""

    conversation: str = Field(default="default", min_length=1, max_length=200)
    event: Said | None = None
    question: Question | None = None


class Numbered(NamedTuple):
    """A line with where it stands."""

    where: str
    line: Line


def looks_like(first: str) -> bool:
    """Return whether a file with this first line may be ours."""
    try:
        line = json.loads(first)
    except json.JSONDecodeError:
        return False
    return isinstance(line, dict) and bool({"event", "question"} & set(line))


def corpus(text: str, *, where: str) -> Corpus:
    """Return the conversations of a file.

    Args:
        text: What the file holds.
        where: What to call it in an error.

    Raises:
        InvalidInput: which line is not as expected, and what it has.
    """
    numbered = list(read_lines(text, where=where))
    names = dict.fromkeys(one.line.conversation for one in numbered)
    conversations = tuple(_conversation(name, numbered, where) for name in names)
    bare = sum(not question.evidence for one in conversations for question in one.questions)
    notes = (f"questions without evidence are asked but not scored: {bare}",) if bare else ()
    return Corpus(format="jsonl", conversations=conversations, notes=notes)


def read_lines(text: str, *, where: str) -> Iterator[Numbered]:
    """Yield the lines that are not empty.

    Raises:
        InvalidInput: a line is no event and no question.
    """
    for number, written in enumerate(text.splitlines(), 1):
        if written.strip():
            yield Numbered(f"{where}:{number}", _line(written, f"{where}:{number}"))


def asked_in(conversation: str, numbered: Sequence[Numbered], *, of: Sequence[Event]) -> tuple[Question, ...]:
    """Return the questions about a conversation.

    Raises:
        InvalidInput: one names evidence that no event of the conversation is known by.
    """
    known = {event.id for event in of}
    asked = []
    for where, line in numbered:
        if line.question is None or line.conversation != conversation:
            continue
        if unknown := [one for one in line.question.evidence if one not in known]:
            raise InvalidInput(
                f"{where} names evidence {unknown[0]!r}, which is no event of {conversation!r}; mend the id"
            )
        asked.append(line.question.model_copy(update={"evidence": tuple(dict.fromkeys(line.question.evidence))}))
    return tuple(asked)


def _line(written: str, where: str) -> Line:
    try:
        given: Any = json.loads(written)
    except json.JSONDecodeError as error:
        raise InvalidInput(
            f"{where} is not JSON ({error.msg}); expected {EXPECTED}; found {written[:SHOWN]!r}"
        ) from None
    try:
        line = Line.model_validate(given)
    except ValidationError as error:
        raise InvalidInput(f"{where} is not as expected ({in_one_sentence(error)}); expected {EXPECTED}") from None
    if (line.event is None) == (line.question is None):
        raise InvalidInput(f"{where} has {'both' if line.event else 'no'} event and question; expected {EXPECTED}")
    return line


def _conversation(name: str, numbered: Sequence[Numbered], where: str) -> Conversation:
    events: dict[str, Event] = {}
    for place, line in numbered:
        if line.event is None or line.conversation != name:
            continue
        said = line.event
        if said.id in events:
            raise InvalidInput(f"{place} has the event {said.id!r} a second time in {name!r}; give each its own id")
        try:
            events[said.id] = new_event(**said.model_dump())
        except InvalidInput as error:
            raise InvalidInput(f"{place}: {error}") from None
    if not events:
        raise InvalidInput(f"{where} asks about {name!r}, but has no event of it; expected {EXPECTED}")
    told = list(events.values())
    return Conversation(name=name, events=tuple(told), questions=asked_in(name, numbered, of=told))
