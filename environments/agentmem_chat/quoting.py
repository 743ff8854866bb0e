"""Answering by rule: the passage that answers best is quoted, or nothing is claimed to be known."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agentmem.events import Recollection, Value
from agentmem.language.keywords import STOP_WORDS, words_in

NOTED = "I will remember that."
UNKNOWN = "I do not know: nothing I remember says so."
ASKS = re.compile(
    r"^(?:and |but |so |ok(?:ay)?,? |please,? )*(?:(?:who|whom|whose|what|which|where|when|why|how)\b"
    r"|(?:do|does|did|is|are|am|was|were|can|could|will|would|should|has|have|had) (?:i|you|he|she|it|we|they|my|\w+) "
    r"|(?:tell|remind|show) (?:me|us)\b|do you (?:know|remember)\b)",
    re.IGNORECASE,
)
SAID = re.compile(r"^(?P<who>[^\n:(]{1,80}) \((?P<when>[^)\n]{1,60})\): (?P<text>.*)", re.DOTALL)
"""How an event of a conversation is recalled: who said it, and when."""
_ASKING = "who what which where when why how do does did is are am was were i you me my your a the"
ASKING = frozenset(_ASKING.split())
"""Words left out of a question that has no others which tell."""
CLOSE = 0.75
"""What has as many words of the question is as good from this share of the best score on; of that, the newest wins."""
ENOUGH = 0.34
"""The share of the question's words that an answer must have, where the memory does not go by words itself."""


class Reply(Value):
    """What a responder says.

    Attributes:
        answer: In words.
        used: Ids of the events it is taken from.
    """

    answer: str
    used: tuple[str, ...] = ()


def is_question(text: str) -> bool:
    """Return whether a message asks something.

    >>> is_question("Where does Mia live?"), is_question("remind me of her name"), is_question("Mia lives in Oslo.")
    (True, True, False)
    """
    said = text.strip()
    return said.endswith("?") or bool(ASKS.match(said))


def quote(message: str, recollections: Sequence[Recollection]) -> Reply:
    """Return what was recalled and answers `message` best, quoted; what is no question is noted.

    Of passages that answer as well, the newest is taken: what was said later corrects what was said before.
    """
    if not is_question(message):
        return Reply(answer=NOTED)
    asked = _telling(message)
    best = [(one, _coverage(asked, one)) for one in recollections if not is_question(_text(one))]
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


def _text(one: Recollection) -> str:
    said = SAID.match(one.text)
    return said["text"] if said else one.text


def _newest(one: Recollection) -> tuple[int, float]:
    return (one.position, one.score)


def _telling(text: str) -> set[str]:
    """Return the beginnings of the words that say what a text is about: forms of a word share theirs."""
    words = words_in(text)
    telling = [word for word in words if word not in STOP_WORDS] or [word for word in words if word not in ASKING]
    return set(map(_stem, telling))


def _stem(word: str) -> str:
    word = word.removesuffix("'s")
    return word[:-1] if word.endswith(("s", "e", "d")) and len(word) > 3 else word


def _coverage(asked: set[str], one: Recollection) -> float:
    told = {_stem(word) for word in words_in(one.text)}
    shared = sum(any(word == other or _is_form(word, other) for other in told) for word in asked)
    return shared / len(asked) if asked else 0.0


def _is_form(word: str, other: str) -> bool:
    short = min(len(word), len(other))
    return short >= 4 and word[: max(4, short - 1)] == other[: max(4, short - 1)]
