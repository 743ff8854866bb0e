"""Recorded conversations: overheard as they were, then asked about."""

from __future__ import annotations

from pathlib import Path

from agentmem.errors import InvalidInput, UnknownName
from agentmem.events import Event
from agentmem.transcripts.corpus import Conversation, Question
from agentmem.transcripts.reading import read
from agentmem_chat.options import Recorded
from agentmem_chat.script import Expected, Line, Script

SESSION = "questions"
"""In which session the questions are asked."""


def script_of(path: Path, options: Recorded) -> Script:
    """Return what is said in one conversation of a file, and then the questions about it.

    Raises:
        InvalidInput: the file cannot be read, or which line of it is wrong.
        UnknownName: it has no such conversation.
    """
    conversation = _chosen(read(path).conversations, options.conversation)
    asked = conversation.questions[: options.questions]
    lines = [*map(_told, conversation.events), *(_asked(one, conversation) for one in asked)]
    end = Line(text="That was all. Thank you!", at=max(line.at for line in lines), session=SESSION)
    return Script(lines=(*lines, end))


def _chosen(conversations: tuple[Conversation, ...], name: str) -> Conversation:
    if not name:
        return conversations[0]
    known = {one.name: one for one in conversations}
    if name not in known:
        raise UnknownName.among("conversation", name, known, cure="--game-set conversation=NAME")
    return known[name]


def _told(event: Event) -> Line:
    text = event.text if event.text.strip() else event.passage
    said = event.model_dump(include={"at", "session", "speaker", "role"})
    return Line(text=text, is_overheard=True, **said)


def _asked(question: Question, conversation: Conversation) -> Line:
    """Return a question; one that the data calls adversarial has no answer, and is right if nothing is claimed."""
    is_scored = question.answer is not None or question.apart
    expected = Expected(answer=None if question.apart else question.answer) if is_scored else None
    return Line(text=question.text, at=question.at or conversation.end, session=SESSION, expected=expected)


def existing(spec: str) -> Path:
    """Return the file that is meant.

    Raises:
        InvalidInput: there is none.
    """
    path = Path(spec).expanduser()
    if not spec or not path.exists():
        raise InvalidInput(
            f"there is no file {spec!r} to talk about; give chat:FILE with a file of conversations, or chat:simulated"
        )
    return path
