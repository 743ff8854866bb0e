"""Scoring by rule: whether an answer says what it should, and nothing that it should not."""

from __future__ import annotations

import re

from agentmem.language.keywords import STOP_WORDS, words_in
from agentmem_chat.script import Expected

ABSTAINS = re.compile(
    r"\b(?:(?:do not|don't|cannot|can't|could not|couldn't|did not|didn't) (?:know|tell|say|remember|recall|find|have)"
    r"|not (?:sure|known|mentioned|told|said)|no (?:idea|information|record|memory|mention)"
    r"|(?:never|have not|haven't) (?:told|said|mentioned)|unknown)\b",
    re.IGNORECASE,
)


def is_right(answer: str, expected: Expected) -> bool:
    """Return whether an answer is worth the point.

    One that says the right thing and also something outdated is not: it leaves the asker to choose.

    >>> told = Expected(answer="Oslo", others=("Lyon",))
    >>> [is_right(one, told) for one in ("In Oslo.", "In Lyon.", "In Oslo, or Lyon.", "I do not know.")]
    [True, False, False, False]
    >>> is_right("I do not know.", Expected(answer=None, others=("Oslo", "Lyon")))
    True
    """
    said = answer.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    words = {word.removesuffix("'s") for word in words_in(said)}
    if any(_says(words, other) for other in expected.others):
        return False
    return ABSTAINS.search(said) is not None if expected.answer is None else _says(words, expected.answer)


def _says(words: set[str], value: str) -> bool:
    """Return whether all words of `value` that tell something are there; numbers and names are such."""
    wanted = [word.removesuffix("'s") for word in words_in(value)]
    telling = [word for word in wanted if word not in STOP_WORDS] or wanted
    return bool(telling) and words.issuperset(telling)
