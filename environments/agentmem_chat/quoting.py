"""Answering by rule: the passage that answers best is quoted, or nothing is claimed to be known."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agentmem.events import Recollection, Value
from agentmem_chat.asking import asked, is_question

NOTED = "I will remember that."
UNKNOWN = "I do not know: nothing I remember says so."
SAID = re.compile(r"^(?P<who>[^\n:(]{1,80}) \((?P<when>[^)\n]{1,60})\): (?P<text>.*)", re.DOTALL)
"""How an event of a conversation is recalled: who said it, and when."""
CLOSE = 0.75
"""What has as many words of the question is as good from this share of the best score on; of that, the newest wins."""
ENOUGH = 0.34
"""The share of the question that an answer must tell."""


class Reply(Value):
    """What a responder says.

    Attributes:
        answer: In words.
        used: Ids of the events it is taken from.
    """

    answer: str
    used: tuple[str, ...] = ()


def quote(message: str, recollections: Sequence[Recollection]) -> Reply:
    """Return what was recalled and answers `message` best, quoted; what is no question is noted.

    Of passages that answer as well, the newest is taken: what was said later corrects what was said before.
    """
    if not is_question(message):
        return Reply(answer=NOTED)
    question = asked(message)
    best = [(one, question.told_by(one.text, said=_said(one))) for one in recollections if not is_question(_text(one))]
    best = [(one, covered) for one, covered in best if covered >= ENOUGH and one.score > 0]
    if not best:
        return Reply(answer=UNKNOWN)
    most = max(covered for _, covered in best)
    top = max(one.score for one, covered in best if covered == most)
    chosen = max((one for one, covered in best if covered == most and one.score >= CLOSE * top), key=_newest)
    return Reply(answer=_quoted(chosen), used=chosen.sources)


def _quoted(one: Recollection) -> str:
    said = SAID.match(one.text)
    if said is None:
        return f"{one.text.strip()} ({one.at:%-d %B %Y})"
    who = "You" if said["who"] == "user" else "I" if said["who"] == "assistant" else said["who"]
    return f"{who} said on {one.at:%-d %B %Y}: {said['text'].strip()}"


def _said(one: Recollection) -> str | None:
    """Return what somebody said, where the recollection is just that."""
    said = SAID.match(one.text)
    return said["text"] if said else None


def _text(one: Recollection) -> str:
    return _said(one) or one.text


def _newest(one: Recollection) -> tuple[int, float]:
    return (one.position, one.score)
