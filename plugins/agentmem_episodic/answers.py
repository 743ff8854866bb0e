"""What kind of thing does a question ask for, and does an event hold one? Read off the words alone, in English."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from agentmem.events import MONTHS

SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")
LONGEST_QUESTION = 300
READ = 20_000
"""Characters of a text that are looked at."""

ASKED = {
    "time": re.compile(r"\bwhen\b|\bhow long\b|\b(?:what|which) (?:year|month|day|date|time|week)\b", re.IGNORECASE),
    "number": re.compile(r"\bhow (?:many|much|often|old)\b", re.IGNORECASE),
    "name": re.compile(
        r"\b(?:where|who|whom|whose|which|names?|called|titles?|authors?|(?:cit|countr)(?:y|ies)|states?|places?"
        r"|books?|movies?|songs?|bands?|games?)\b",
        re.IGNORECASE,
    ),
}
"""What a question asks for, by how it is put."""
HELD = {
    "time": re.compile(
        r"\b(?:yesterday|today|tonight|tomorrow|last|next|ago|since|recently|birthday|(?:week|month|year|day)s?|weekends?"
        r"|morning|evening|night|(?:mon|tues|wednes|thurs|fri|satur|sun)day|spring|summer|autumn|fall|winter"
        r"|(?:19|20)\d\d|(?-i:" + "|".join(MONTHS) + r"))\b",
        re.IGNORECASE,
    ),
    "number": re.compile(
        r"\b(?:\d+|two|three|four|five|six|seven|eight|nine|ten|once|twice|couple|several|many|dozen)\b",
        re.IGNORECASE,
    ),
    "name": re.compile(r"(?<=[a-z,] )[A-Z][a-z]{2,}|\""),
}
"""What a text holds; a name has a capital in the middle of a sentence, a title stands in quotation marks."""
MONTH = re.compile(r"\b(" + "|".join(MONTHS) + r")\b")
YEAR = re.compile(r"\b((?:19|20)\d\d)\b")


class Dates(NamedTuple):
    """The months, 1 to 12, and the years that a question names."""

    months: frozenset[int]
    years: frozenset[int]


def asked_for(question: str) -> set[str]:
    """Return which of "time", "number" and "name" a question asks for.

    >>> sorted(asked_for("When did Ann move, and where?"))
    ['name', 'time']
    """
    return {kind for kind, asked in ASKED.items() if asked.search(question)}


def held(text: str, *, speakers: Collection[str] = ()) -> list[str]:
    """Return which of "time", "number" and "name" a text holds, in this order; `speakers` are no news as names.

    >>> held("Thanks, Bob! I moved to Oslo two years ago.", speakers=["Bob"])
    ['time', 'number', 'name']
    >>> held("Thanks, Bob!", speakers=["Bob"])
    []
    """
    return [kind for kind, holds in HELD.items() if any(m[0] not in speakers for m in holds.finditer(text[:READ]))]


def last_question(text: str) -> str:
    """Return the last sentence that asks, cut at 300 characters; "" when none does.

    >>> last_question("Really? That is great! What is its name? Tell me.")
    'What is its name?'
    """
    asking = [one.strip() for one in SENTENCE.findall(text[-READ:]) if one.rstrip().endswith("?")]
    return asking[-1][-LONGEST_QUESTION:] if asking else ""


def dates_in(question: str) -> Dates:
    """Return the months and years that `question` names; a month has a capital, since one may.

    >>> dates_in("What may Ann have bought in May 2023?")
    Dates(months=frozenset({5}), years=frozenset({2023}))
    """
    months = frozenset(MONTHS.index(name) + 1 for name in MONTH.findall(question))
    return Dates(months, frozenset(map(int, YEAR.findall(question))))


def is_in(at: datetime, dates: Dates) -> bool:
    """Return whether a time is in one of the months, and one of the years; False when none is named."""
    if not dates.months and not dates.years:
        return False
    return (not dates.months or at.month in dates.months) and (not dates.years or at.year in dates.years)
