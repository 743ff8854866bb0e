"""MemoryBank's chats (Zhong et al., 2023): people talking to an AI companion for ten days, and probing questions.

One event is one thing said: `2023-04-27:3:user` is what was said in the third exchange
of that day, `2023-04-27:3:assistant` the answer. The data gives days, so the first event
of a day is at midnight, UTC, and each other a second later.

The questions come with no evidence: asked, they show what recalling costs. Questions in
our own form (`lines.py`: `{"conversation": "Emily", "question": {"text", "evidence"}}`) are scored.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from agentmem.errors import InvalidInput
from agentmem.events import Event, new_event
from agentmem.transcripts import lines
from agentmem.transcripts.corpus import Conversation, Corpus, Question

EXPECTED = "a JSON object of users, each with a 'history' of days"
EXPECTED_QUESTIONS = 'one {"user": ["question", ...]} a line, or one {"conversation": ..., "question": {...}} a line'
QUESTIONS = "probing_questions_en.jsonl"
"""The file looked for beside the chats."""
SECOND = timedelta(seconds=1)


def looks_like(whole: Any) -> bool:
    """Return whether this JSON may be MemoryBank's."""
    if not isinstance(whole, dict) or not whole:
        return False
    first = next(iter(whole.values()))
    return isinstance(first, dict) and "history" in first


def corpus(whole: Any, *, where: str, questions: tuple[str, str]) -> Corpus:
    """Return the conversations of a file, parsed as JSON: one a user, under the name without its spaces.

    Args:
        whole: What the file holds.
        where: What to call it in an error.
        questions: The text of the file of questions, "" for none; and what to call it.

    Raises:
        InvalidInput: which key, or which line of the questions, is not as expected.
    """
    if not isinstance(whole, dict) or not whole:
        raise InvalidInput(f"{where} holds a {type(whole).__name__}; expected {EXPECTED}")
    told: dict[str, tuple[Event, ...]] = {}
    for user, held in whole.items():
        try:
            told[user.strip()] = tuple(_events(user.strip(), held["history"]))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            said = f"no {error}" if isinstance(error, KeyError) else str(error)
            raise InvalidInput(f"{where}: user {user!r} has {said}; expected {EXPECTED}") from None
    told = {user: events for user, events in told.items() if events}
    if not told:
        raise InvalidInput(f"{where} has no user with a history; expected {EXPECTED}")
    asked = _questions(*questions, told=told)
    conversations = tuple(Conversation(name=user, events=said, questions=asked[user]) for user, said in told.items())
    return Corpus(format="memorybank", conversations=conversations, notes=tuple(_notes(asked, questions[1])))


def _events(user: str, history: Mapping[str, Sequence[Mapping[str, str]]]) -> Iterator[Event]:
    for day in sorted(history):
        at = datetime.fromisoformat(day).replace(tzinfo=UTC)
        for number, exchange in enumerate(history[day], 1):
            said, answered = exchange["query"].strip(), exchange["response"].strip()
            place = f"{day}:{number}"
            if said:
                yield new_event(said, id=f"{place}:user", at=at, role="user", speaker=user, session=day)
            if answered:
                yield new_event(answered, id=f"{place}:assistant", at=at + SECOND, role="assistant", session=day)
            at += 2 * SECOND


def _questions(text: str, where: str, *, told: Mapping[str, Sequence[Event]]) -> dict[str, tuple[Question, ...]]:
    first = next((line for line in text.splitlines() if line.strip()), "")
    if lines.looks_like(first):
        numbered = list(lines.read_lines(text, where=where))
        for one in numbered:
            _check_user(one.line.conversation, told, one.where)
        return {user: lines.asked_in(user, numbered, of=events) for user, events in told.items()}
    asked: dict[str, tuple[Question, ...]] = dict.fromkeys(told, ())
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            for user, texts in _bare(line, f"{where}:{number}").items():
                _check_user(user.strip(), told, f"{where}:{number}")
                asked[user.strip()] += tuple(Question(text=one, category="probing") for one in texts)
    return asked


def _bare(line: str, where: str) -> dict[str, list[str]]:
    """Return a line of questions without evidence: user to questions."""
    try:
        given: Any = json.loads(line)
    except json.JSONDecodeError as error:
        raise InvalidInput(f"{where} is not JSON ({error.msg}); expected {EXPECTED_QUESTIONS}") from None
    if not isinstance(given, dict) or not all(
        isinstance(texts, list) and all(isinstance(text, str) and text for text in texts) for texts in given.values()
    ):
        raise InvalidInput(f"{where} is no questions; expected {EXPECTED_QUESTIONS}")
    return given


def _check_user(user: str, told: Mapping[str, object], where: str) -> None:
    if user not in told:
        raise InvalidInput(f"{where} asks about {user!r}, who has no history here; the users are: {', '.join(told)}")


def _notes(asked: Mapping[str, Sequence[Question]], where: str) -> Iterator[str]:
    questions = [question for of_one in asked.values() for question in of_one]
    if not questions:
        yield f"there are no questions ({where} is not there): only what writing costs is measured"
        return
    bare = sum(not question.evidence for question in questions)
    if bare == len(questions):
        yield "no question says where its answer is: what recalling costs is measured, not how well"
    elif bare:
        yield f"questions without evidence are asked but not scored: {bare}"
