"""Telling: what a day, all days and a person are told as; the tasks, and the rules that answer without a model.

The published program portrays the one user of a companion. In a conversation of
several, everyone who speaks for themselves has a portrait; an assistant has none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from math import ceil
from typing import Annotated

from pydantic import Field, StringConstraints

from agentmem.events import MONTHS, Event, Value
from agentmem.language.contract import Task
from agentmem.language.keywords import content_words, words_in
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
MOST_TRAITS = 12
LONGEST_TRAIT = 120
"""Characters; what is longer is a story rather than a trait."""
STRATEGIES: Mapping[str, str] = {
    "glad": "Share the joy, and ask what is next.",
    "low": "Listen first, comfort, and only then offer help.",
    "mixed": "Take up both the good and the hard, gently.",
    "calm": "Be friendly and to the point.",
}
"""Each mood to how a person in it is best answered."""
_GLAD = """\
accomplished amazing awesome blessed celebrate cheerful delighted delightful enjoyed excited exciting fantastic fun
glad grateful great happiness happy hopeful inspired inspiring joy joyful laughed lucky motivated optimistic passed
peaceful pleased proud refreshed refreshing relaxed relieved rewarding satisfied succeeded thankful thrilled won
wonderful
"""
_LOW = """\
afraid alone angry annoyed anxious argued argument ashamed bad bored broke broken confused cried crying depressed
devastated difficult difficulty disappointed discouraged exhausted failed failure fight frustrated frustrating grief
guilty heartbroken hopeless hurt insecure jealous lonely lost mad miserable missed nervous overwhelmed pain panic
pressure rejected sad scared sick sorry stressed stressful struggling stuck terrible tired tough trouble uneasy
unhappy upset worried worry
"""
GLAD, LOW = frozenset(_GLAD.split()), frozenset(_LOW.split())
_NOT = "not no never isn't wasn't don't didn't doesn't aren't can't won't without less"
NOT = frozenset(_NOT.split())
ADVERBS = r"(?: (?:also|always|absolutely|just|mostly|particularly|quite|really|so|still|usually|very))*"
WHAT = r" (?P<what>[^.!?;:()\"\n]+)"
LIKING = re.compile(
    rf"\bI{ADVERBS} (?P<verb>like|love|enjoy|prefer|adore|hate|dislike|don't (?:really )?like|can't stand){WHAT}"
)
BEING = re.compile(
    rf"\bI(?:'m| am){ADVERBS} "
    rf"(?P<verb>into|passionate about|interested in|an? (?:big |huge )?fan of|fond of|keen on){WHAT}"
)
FAVOURITE = re.compile(
    r"\b[Mm]y (?P<what>favou?rite [a-z]+(?: [a-z]+)?|hobbies|hobby) (?:is|are) (?P<is>[^.!?;:()\n]+)"
)
TRAIT_ENDS = re.compile(
    r",? (?:and|but|so) (?:I|it|we|he|she|they|you|my|that)\b"
    r"|,? (?:because|since|when|while|which|that|who|where|if|but|especially|recently|lately|today|these days|too"
    r"|as well|so much|a lot|very much)\b|, (?:like|such as|it|I|they|we)(?:'|\b)| [-\N{EN DASH}\N{EM DASH}] |,? 'cause"
)
_POINTERS = "it this that these those them him her you your how what when where the same about doing most"
POINTERS = frozenset(_POINTERS.split())
"""Words that point elsewhere: who likes "it" has told nothing."""


class Summary(Value):
    """The answer to `memorybank.day_summary` and `memorybank.global_summary`.

    Attributes:
        summary: What it comes to, in a few sentences.
        based_on: The aliases of what it rests on.
    """

    summary: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
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


class Portrait(Value):
    """The answer to `memorybank.day_portrait` and `memorybank.global_portrait`; without traits and mood, of nothing.

    Attributes:
        traits: Character, likes, dislikes, habits, each in a few words.
        mood: How the person felt.
        strategy: How best to answer the person.
        based_on: The aliases of what it rests on.
    """

    traits: tuple[str, ...] = Field(default=(), max_length=50)
    mood: str = Field(default="", max_length=500)
    strategy: str = Field(default="", max_length=1000)
    based_on: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the portrait in words, on one line."""
        mood = f"Mood: {self.mood}." if self.mood else ""
        traits = f"{', '.join(self.traits)}." if self.traits else ""
        return " ".join(part for part in (traits, mood, self.strategy) if part)


class Portraits(dict[str, Portrait]):
    """Portraits of one person by alias (d1, d2, ...; d0 is of all before). As text, it is what a model sees of them."""

    def __str__(self) -> str:
        return "\n".join(f"{alias}: {portrait}" for alias, portrait in self.items())


def person(turn: Event) -> str | None:
    """Return the name of who speaks for themselves in a turn: not the world, a tool, or an assistant."""
    if turn.role in ("assistant", "system", "tool"):
        return None
    return turn.speaker or ("user" if turn.role == "user" else None)


def people_in(turns: Iterable[Event], *, limit: int) -> list[str]:
    """Return the people who speak in `turns`, those who do most often first."""
    said = Counter(who for turn in turns if (who := person(turn)))
    return [who for who, _ in said.most_common(limit)]


def portray_day(date: str, who: str, turns: Mapping[str, Event]) -> Portrait:  # noqa: ARG001 - the task's inputs
    """Answer `memorybank.day_portrait` without a model: what people say they like, and the mood of their words."""
    traits: dict[str, str] = {}
    felt: dict[str, tuple[int, int]] = {}
    for alias, turn in turns.items():
        traits.update((trait, alias) for trait in traits_in(turn.text) if trait not in traits)
        felt[alias] = mood_in(turn.text)
    mood = _mood(sum(glad for glad, _ in felt.values()), sum(low for _, low in felt.values()))
    if not traits and mood == "calm":
        return Portrait()
    kept = list(traits)[:MOST_TRAITS]
    moody = (alias for alias, (glad, low) in felt.items() if glad or low)
    based_on = tuple(dict.fromkeys(traits[trait] for trait in kept)) or tuple(moody)
    return Portrait(traits=tuple(kept), mood=mood, strategy=STRATEGIES[mood], based_on=based_on)


def portray_all_days(who: str, days: Mapping[str, Portrait]) -> Portrait:  # noqa: ARG001 - the task's inputs
    """Answer `memorybank.global_portrait` without a model: the traits shown most often, and the last mood."""
    often = Counter(trait for portrait in days.values() for trait in portrait.traits)
    traits = tuple(trait for trait, _ in often.most_common(MOST_TRAITS))
    last, newest = list(days.items())[-1]
    based_on = tuple(alias for alias, day in days.items() if not set(traits).isdisjoint(day.traits)) or (last,)
    return Portrait(traits=traits, mood=newest.mood, strategy=newest.strategy, based_on=based_on)


DAY_PORTRAIT: Task[Portrait] = Task(
    name="memorybank.day_portrait",
    output=Portrait,
    prompt=prompt_beside(__file__, "day_portrait.prompt.txt"),
    rules=portray_day,
)
"""Inputs: `date`, in words; `who`, a name; `turns`, what that person said, events by alias."""

GLOBAL_PORTRAIT: Task[Portrait] = Task(
    name="memorybank.global_portrait",
    output=Portrait,
    prompt=prompt_beside(__file__, "global_portrait.prompt.txt"),
    rules=portray_all_days,
)
"""Inputs: `who`, a name; `days`, portraits by alias, oldest first."""


def traits_in(text: str) -> list[str]:
    """Return what someone who says `text` likes and dislikes.

    >>> traits_in("I really love hiking, and I'm into jazz. My favorite food is ramen, but I'd like tea. I like it.")
    ['loves hiking', 'is into jazz', 'favorite food: ramen']
    """
    plain = text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    return [trait for said in sentences_in(plain) if not said.endswith("?") for trait in _traits(said)]


def mood_in(text: str) -> tuple[int, int]:
    """Return how many glad and how many low words are in `text`; one that is denied counts as its opposite.

    >>> mood_in("I was so happy, not sad at all, though a bit tired.")
    (2, 1)
    """
    glad = low = 0
    before: list[str] = []
    for word in words_in(text):
        if word in GLAD or word in LOW:
            is_glad = (word in GLAD) == NOT.isdisjoint(before[-2:])
            glad, low = glad + is_glad, low + (not is_glad)
        before.append(word)
    return glad, low


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


def _traits(said: str) -> Iterator[str]:
    for clause in re.split(r",? (?:and|but) (?=I\b|my\b)", said):
        told = [(_third_person(found["verb"]), found["what"]) for found in LIKING.finditer(clause)]
        told += [(f"is {found['verb']}", found["what"]) for found in BEING.finditer(clause)]
        told += [(f"{found['what']}:", found["is"]) for found in FAVOURITE.finditer(clause)]
        for how, what in told:
            if thing := _thing(what):
                yield f"{how} {thing}"


def _thing(words: str) -> str | None:
    what = TRAIT_ENDS.split(words, maxsplit=1)[0].strip(" ,")
    first, *rest = what.split() or [""]
    is_cut_short = not 1 < len(what) <= LONGEST_TRAIT or (first == "to" and not rest)
    return None if is_cut_short or first.lower() in POINTERS else what


def _third_person(verb: str) -> str:
    if verb.startswith("don't"):
        return "does not like"
    return verb if verb.startswith("can't") else f"{verb}s"


def _mood(glad: int, low: int) -> str:
    if not glad and not low:
        return "calm"
    if min(glad, low) * 2 >= max(glad, low):
        return "mixed"
    return "glad" if glad > low else "low"
