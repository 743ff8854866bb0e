"""Notes: what is written down of an event, and what a search of it sees.

A-MEM (Xu et al., 2025), section 3.1: m = {c, t, K, G, X, e, L}. The content c is
the event, and never rewritten; keywords K, tags G and context X are a language's;
e is the embedding of all four together; the links L are edges of the graph.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from agentmem.events import Event, Value
from agentmem.graph.contract import Json, Node, Where
from agentmem.language.contract import Language, Task
from agentmem.language.keywords import content_words, keywords, words_in
from agentmem.language.prompting import prompt_beside
from agentmem.language.sentences import central, sentences

NOTES = Where(label="Note")
LINK = "LINKED_TO"
"""The edge of a note to one that belongs with it."""
LONGEST_READ = 20_000
"""Characters of an event that keywords, tags and context are made from."""
LONGEST_CONTEXT = 400
LONGEST_WORD = 60
MOST_WORDS = 12
"""Keywords, or tags, of a note: what a language gives beyond them is dropped."""
KEYWORDS_BY_RULE = 5
TAGS_BY_RULE = 3
ADDRESSED = re.compile(r"(?:[,!?.]|\b(?i:hey|hi|hello|thanks|wow|yeah|oh))\s+([A-Z]\w+)(?=[,!?.])")
"""A name set off by commas: whom a speaker speaks to."""

_TOPICS = """\
family: mother father mom mum dad parent son daughter kid child children brother sister wife husband family baby
friends: friend buddy neighbor neighbour roommate
work: job work career boss colleague office business company interview project client
study: school college university class course exam teacher student degree study learn
health: doctor hospital health sick illness therapy counseling medicine exercise yoga diet
food: food meal recipe cook cooking bake dinner lunch breakfast restaurant carrot apple pepper onion potato
travel: trip travel vacation flight hotel beach camping hike road abroad
animals: dog cat pet puppy kitten bird horse animal fish
music: music song concert guitar piano band violin album
art: art painting paint draw drawing museum pottery dance
sport: sport game team run race marathon basketball football soccer tennis swim gym
reading: book novel read story author library write writing
nature: nature garden forest mountain lake sunset plant flower tree
home: house home apartment move furniture
money: money price cost buy save budget pay
feelings: happy sad proud afraid scared excited nervous grateful lonely angry stress stressed
support: help support volunteer charity community advice
celebration: birthday party wedding anniversary holiday festival celebrate
room: kitchen bedroom bathroom livingroom corridor pantry cellar attic backyard driveway shed hall
container: chest box fridge drawer cupboard locker cabinet oven bag
door: door gate hatch
key: key latchkey passkey
"""
_PRAISE = """\
agree agreed amazing awesome beautiful best better cool definitely exciting fantastic fun glad good great inspiring
interesting looks lovely nice perfect pretty special sounds super sweet totally wonderful worth yay
"""
PRAISE = frozenset(_PRAISE.split())
"""Words people agree and praise with, whatever it is about."""
_ACTS = """\
thanks: thanks thank appreciate
greeting: hello hi hey bye
preference: love loved like liked hate hated enjoy enjoyed prefer favorite favourite
plan: plan planning hope hoping tomorrow soon
"""
_VERBS = """\
moving: go enter leave climb
taking: take get pick drop put insert place
opening: open close unlock lock
cooking: cook cut chop slice dice prepare roast fry grill bake eat
looking: look examine inventory read search
"""


def _lexicon(lines: str) -> dict[str, str]:
    """Return each word to its tag."""
    pairs = (line.split(": ") for line in lines.splitlines())
    return {word: tag for tag, words in pairs for word in words.split()}


TOPICS, ACTS, VERBS = _lexicon(_TOPICS), _lexicon(_ACTS), _lexicon(_VERBS)
"""Words to tags: of what is spoken of, of what is done by speaking, and of what an agent does."""


class Described(Value):
    """The answer to the task `amem.note`."""

    keywords: tuple[str, ...]
    context: str
    tags: tuple[str, ...]


class Searched(Value):
    """The answer to the task `amem.query_keywords`."""

    keywords: tuple[str, ...]


@dataclass(frozen=True)
class Note:
    """What a note says. As text it is what a model sees of it.

    Attributes:
        content: c, the event with who said it and when.
        time: t, the world's time, to the minute.
        keywords: K, the most important first.
        tags: G, broad categories.
        context: X, one sentence.
        speaker: Who said it, if anybody.
    """

    content: str
    time: str
    keywords: tuple[str, ...]
    tags: tuple[str, ...]
    context: str
    speaker: str = ""

    @property
    def text(self) -> str:
        """What is embedded: concat(c, K, G, X); the same text wherever it is embedded."""
        return "\n".join((self.content, ", ".join(self.keywords), ", ".join(self.tags), self.context))

    @property
    def told(self) -> str:
        """The content, and beneath it what was made of it."""
        return (
            f"{self.content}\ncontext: {self.context}\n"
            f"keywords: {', '.join(self.keywords)}\ntags: {', '.join(self.tags)}"
        )

    @property
    def timed(self) -> str:
        """The content with its time, if it does not tell it itself."""
        dated = self.speaker and self.content.startswith(f"{self.speaker} (")
        return self.content if dated else f"[{self.time}] {self.content}"

    def __str__(self) -> str:
        return (
            f"{self.timed}\ncontext: {self.context}\nkeywords: {', '.join(self.keywords)}\ntags: {', '.join(self.tags)}"
        )


def described_by_rule(text: str, speaker: str = "", time: str = "", action: str = "") -> Described:  # noqa: ARG001
    """Answer without a model: the text's own telling words, its most central sentence, and tags from a lexicon.

    >>> described_by_rule("I adopted a rescue dog. It is so sweet!", speaker="Ann")
    Described(keywords=('rescue', 'dog', 'adopted'), context='Ann: I adopted a rescue dog.', tags=('animals',))
    """
    empty = {*words_in(speaker), *addressed(text), *PRAISE}
    found = keywords(text, KEYWORDS_BY_RULE, leave_out=empty)
    said = sentences(text)
    telling = [sentence for sentence in said if not empty.issuperset(content_words(sentence))]
    context = ": ".join([*([speaker] if speaker else []), *central(telling or said, 1)])
    return Described(keywords=tuple(found), context=context, tags=tuple(_tags(text, speaker, action)))


def addressed(text: str) -> set[str]:
    """Return the names a text speaks to, lower case.

    >>> sorted(addressed("Thanks, Mel! I saw Bob in Paris. Ann, did you?"))
    ['ann', 'mel']
    """
    return {name.lower() for name in ADDRESSED.findall(text)}


def searched_by_rule(question: str) -> Searched:
    """Answer without a model: the question without its stop words and question words."""
    return Searched(keywords=tuple(dict.fromkeys(content_words(question))))


NOTE: Task[Described] = Task(
    name="amem.note", output=Described, prompt=prompt_beside(__file__, "note.prompt.txt"), rules=described_by_rule
)
"""Inputs: `text`, and `speaker`, `time`, `action`, each empty where there is none (`question_of`)."""

QUERY_KEYWORDS: Task[Searched] = Task(
    name="amem.query_keywords",
    output=Searched,
    prompt=prompt_beside(__file__, "query_keywords.prompt.txt"),
    rules=searched_by_rule,
)
"""Inputs: `question`."""


def question_of(event: Event) -> dict[str, Any]:
    """Return the inputs of the task `amem.note` for an event."""
    return {
        "text": event.text[:LONGEST_READ],
        "speaker": _speaker(event),
        "time": _minute(event),
        "action": event.action or "",
    }


def construct(event: Event, language: Language) -> tuple[Note, int]:
    """Return the note of an event, by one question to the language; and how many words were too many or too long."""
    answer = language.ask(NOTE, **question_of(event))
    note = Note(
        content=event.dated,
        time=_minute(event),
        keywords=tidy(answer.keywords),
        tags=tidy(answer.tags),
        context=one_line(answer.context),
        speaker=_speaker(event),
    )
    said = (answer.keywords, answer.tags)
    return note, sum(len(_plain(words)) for words in said) - len(note.keywords) - len(note.tags)


def note_in(node: Node) -> Note:
    """Return the note a node stands for."""
    props = node.props
    return Note(
        content=node.text,
        time=str(props["at"])[:16].replace("T", " "),
        keywords=_words(props["keywords"]),
        tags=_words(props["tags"]),
        context=str(props["context"]),
        speaker=str(props["speaker"]),
    )


def props_of(note: Note, event: Event) -> dict[str, Json]:
    """Return what a new note's node keeps beside its content.

    A revised node carries the time and position of what revised it, so a note
    keeps those of its event.
    """
    return {
        "keywords": list(note.keywords),
        "tags": list(note.tags),
        "context": note.context,
        "speaker": note.speaker,
        "source": event.id,
        "at": event.at.isoformat(),
        "position": event.position,
    }


def tidy(words: Iterable[str]) -> tuple[str, ...]:
    """Return words as they are kept: lower case, each once, none of them a sentence, not too many.

    >>> tidy([" Rescue  Dog", "rescue dog", "", "Park"])
    ('rescue dog', 'park')
    """
    return tuple(word for word in _plain(words) if len(word) <= LONGEST_WORD)[:MOST_WORDS]


def one_line(text: str) -> str:
    """Return a context as it is kept: one line of at most 400 characters."""
    return " ".join(text.split())[:LONGEST_CONTEXT]


def _plain(words: Iterable[str]) -> list[str]:
    return [word for word in dict.fromkeys(" ".join(word.lower().split()) for word in words) if word]


def _tags(text: str, speaker: str, action: str) -> Sequence[str]:
    """Return the tags of the action, of what is done by speaking, and of what is most spoken of."""
    said = words_in(text)
    acts = [VERBS[word] for word in words_in(action)[:1] if word in VERBS]
    if speaker:
        acts += ["question"] if "?" in text else []
        acts += [ACTS[word] for word in said if word in ACTS]
    spoken_of = Counter(tag for word in said if (tag := TOPICS.get(word) or TOPICS.get(word.removesuffix("s"))))
    return list(dict.fromkeys([*acts[:2], *(tag for tag, _ in spoken_of.most_common())]))[:TAGS_BY_RULE]


def _speaker(event: Event) -> str:
    return event.speaker or ("" if event.role == "environment" else event.role)


def _minute(event: Event) -> str:
    return event.at.isoformat(sep=" ")[:16]


def _words(value: Json) -> tuple[str, ...]:
    return tuple(str(word) for word in value) if isinstance(value, list) else ()
