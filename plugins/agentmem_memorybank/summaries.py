"""Summaries: what a day, and all days, are told as; the tasks, and the rules that answer without a model."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from math import ceil

from pydantic import Field

from agentmem.events import MONTHS, Event, Value
from agentmem.language.contract import Task
from agentmem.language.keywords import content_words
from agentmem.language.prompting import prompt_beside
from agentmem.language.sentences import central
from agentmem.language.sentences import sentences as sentences_in

LONGEST = 1000
"""Characters of one turn, or of one sentence, that are read."""
TELLING = 3
"""Words with a meaning of their own that a sentence must have to be worth telling."""
IDLE = re.compile(r"\?\Z|^\[|^(?:thanks|thank you|bye|good (?:night|morning)|see you|nice to meet)\b", re.IGNORECASE)
"""What asks, greets, thanks or only names a picture, and states nothing."""
OWN = re.compile(r"\b(?:I|[Mm]y|[Ww]e|[Oo]ur)\b")
"""Who speaks so tells of themselves."""


class Summary(Value):
    """The answer to `memorybank.day_summary` and `memorybank.global_summary`.

    Attributes:
        summary: What it comes to, in a few sentences.
        based_on: The aliases of what it rests on.
    """

    summary: str = Field(min_length=1, max_length=4000)
    based_on: tuple[str, ...] = ()


class Turns(dict[str, Event]):
    """Turns of a day by alias (t1, t2, ...). As text, one to a line, it is what a model sees of them."""

    def __str__(self) -> str:
        return "\n".join(f"{alias}: {turn.dated}" for alias, turn in self.items())


class Days(dict[str, str]):
    """What was told of days, by alias (d1, d2, ...; d0 is all that was before). As text, what a model sees."""

    def __str__(self) -> str:
        return "\n".join(f"{alias}: {told}" for alias, told in self.items())


def shown(turns: Iterable[Event], *, budget: int) -> Turns:
    """Return turns by alias, each cut to `LONGEST`, and evenly thinned until all fit into `budget` characters.

    So a long day is told from its morning to its evening, and the prompt around it stays whole.
    """
    cut = [turn.model_copy(update={"text": turn.text[:LONGEST]}) for turn in turns]
    step = max(1, ceil(_size(cut) / budget))
    while step < len(cut) and _size(cut[::step]) > budget:
        step += 1
    return Turns((f"t{number}", turn) for number, turn in enumerate(cut[::step], 1))


def in_words(day: str) -> str:
    """Return a day as people write it.

    >>> in_words("2023-05-08")
    '8 May, 2023'
    """
    found = date.fromisoformat(day)
    return f"{found.day} {MONTHS[found.month - 1]}, {found.year}"


def tell_day(date: str, turns: Mapping[str, Event], sentences: int) -> Summary:  # noqa: ARG001 - the task's inputs
    """Answer `memorybank.day_summary` without a model: the sentences of the day that stand for the others.

    First what people tell of themselves, or else what they tell, or else what an
    assistant says: praise and advice are long, and what one wants to know later is rare.
    """
    told = _telling({alias: turn for alias, turn in turns.items() if turn.role != "assistant"})
    own = {said: alias for said, alias in told.items() if OWN.search(said) or not _who(turns[alias])}
    said = own or told or _telling(turns)
    chosen = central(list(said), sentences)
    if not chosen:
        alias, turn = next(iter(turns.items()))
        return Summary(summary=turn.passage[:LONGEST], based_on=(alias,))
    lines = [_line(_who(turns[said[sentence]]), sentence) for sentence in chosen]
    return Summary(summary="\n".join(lines), based_on=tuple(dict.fromkeys(said[sentence] for sentence in chosen)))


def tell_all_days(days: Mapping[str, str], sentences: int) -> Summary:
    """Answer `memorybank.global_summary` without a model: the lines that stand for the others, each with its day."""
    told = {line: alias for alias, text in days.items() for line in _dated_lines(text)}
    bare = {_said_in(line): line for line in told}
    chosen = [bare[said] for said in central(list(bare), sentences)] or list(told)[:sentences]
    return Summary(summary="\n".join(chosen), based_on=tuple(dict.fromkeys(told[line] for line in chosen)))


DAY_SUMMARY: Task[Summary] = Task(
    name="memorybank.day_summary",
    output=Summary,
    prompt=prompt_beside(__file__, "day_summary.prompt.txt"),
    rules=tell_day,
)
"""Inputs: `date`, in words; `turns`, events by alias; `sentences`, the most wanted."""

GLOBAL_SUMMARY: Task[Summary] = Task(
    name="memorybank.global_summary",
    output=Summary,
    prompt=prompt_beside(__file__, "global_summary.prompt.txt"),
    rules=tell_all_days,
)
"""Inputs: `days`, texts of day summaries by alias, each under its date; `sentences`, the most wanted."""


def _size(turns: Sequence[Event]) -> int:
    return sum(len(turn.dated) for turn in turns)


def _telling(turns: Mapping[str, Event]) -> dict[str, str]:
    """Return the sentences that state something, each with the alias of the turn that said it first."""
    said: dict[str, str] = {}
    for alias, turn in turns.items():
        for sentence in sentences_in(turn.text):
            if not IDLE.search(sentence) and len(content_words(sentence)) >= TELLING:
                said.setdefault(sentence[:LONGEST], alias)
    return said


def _who(turn: Event) -> str:
    return turn.speaker or ("" if turn.role == "environment" else turn.role)


def _line(who: str, sentence: str) -> str:
    return f"{who}: {sentence}" if who else sentence


def _dated_lines(text: str) -> list[str]:
    """Return the lines of a day's summary, each with the date that stands above them; d0's have theirs."""
    first, *lines = text.splitlines()
    heading = first.removesuffix(":")
    return [f"{heading}. {line}" for line in lines] if first.endswith(":") else [first, *lines]


def _said_in(line: str) -> str:
    """Return a dated line without its date and speaker: they are in every line, and tell none from another."""
    said = line.partition(". ")[2] or line
    return said.partition(": ")[2] or said
