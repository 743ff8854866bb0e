"""How well an event answers a question: by what both mean, word by word, and by what stands around it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from math import log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agentmem.events import Query
from agentmem.graph.contract import Node, Where
from agentmem.graph.view import MemoryGraph
from agentmem.language.contract import Language
from agentmem.language.keywords import STOP_WORDS, words_in
from agentmem.vectors import Vectors, to_unit
from agentmem_episodic.answers import asked_for, dates_in, is_in
from agentmem_episodic.settings import EpisodicSettings

Numbers = NDArray[np.float64]
"""Shape (n,): one number per event."""
Pairs = Sequence[tuple[int, int]]
"""Places of a moment and of the one that follows it in its session."""
MOMENTS = Where(label="Moment")
_OF_QUESTIONS = """
a am an and are at by can could did do does for from had has have how i in is it me my of on or our she he should so
that the their them there these they this to us was we were what when where which who whom whose why will with would you
your
"""
OF_QUESTIONS = frozenset(_OF_QUESTIONS.split())
"""Words that say nothing of what is asked, even where no others do."""
MOST_ASKED = 32
"""Different words of a question that are looked for."""
MOST_COUNTED = 1000
"""Up to how many events a word is counted in; what is in more tells little."""
READ = 20_000
"""Characters of a question that are read."""


class Scores(NamedTuple):
    """How moments answer a question; a score is the sum of its parts.

    Attributes:
        is_found: Shape (n,): whether it, or one beside it, is like the question at all.
        parts: What the scores are made of, by name, each of shape (n,).
    """

    is_found: NDArray[np.bool_]
    parts: Mapping[str, Numbers]


@dataclass(frozen=True)
class Question:
    """A question, and what is needed to compare moments with it.

    Attributes:
        text: As it was put, with the names asked about.
        words: Its telling words, with how much each tells in this memory.
        vectors: Of the words, shape (k, dim); None where the embedder has none at hand.
        vector: Shape (dim,), what to search with.
    """

    text: str
    words: Mapping[str, float]
    vectors: Vectors | None
    vector: Vectors


def question_of(query: Query, graph: MemoryGraph, language: Language) -> Question:
    """Return what the query asks, its words weighed by how rare they are in this memory."""
    text = " ".join((query.text, *query.entities)).strip()[:READ]
    words = telling_words(text, MOST_ASKED) or plain_words(text, MOST_ASKED)
    counts = graph.frequencies(words, MOMENTS, most=MOST_COUNTED) if words else {}
    total = graph.position if graph.as_of is None else min(graph.as_of, graph.position)
    weights = {word: rarity(count, total) for word, count in counts.items()}
    # What a `WordEmbedder` has; asking for the protocol itself takes a hundred times as long.
    at_hand = getattr(language.embedder, "by_words", False)
    vectors = language.embed([text, *(words if at_hand else ())])
    if not at_hand:
        return Question(text, weights, None, vectors[0])
    tells = np.array(list(weights.values()))
    return Question(text, weights, vectors[1:], question_vector(vectors[0], vectors[1:], tells))


def scores_of(
    question: Question, moments: Sequence[Node], pairs: Pairs, *, language: Language, settings: EpisodicSettings
) -> Scores:
    """Return how well each of `moments`, at least one, answers the question, and why."""
    rows = np.stack([np.zeros_like(question.vector) if one.vector is None else one.vector for one in moments])
    vector = settings.vector * by_meaning(np.vecdot(rows, question.vector).astype(float), chance=settings.chance)
    words = settings.words * _by_words(question, moments, language)
    shares = settings.vector + (settings.words if question.words else 0)
    likeness = (vector + words) / (shares or 1)
    twice = _two_apart(pairs)
    before, after = of_neighbours(likeness, pairs)
    long_before, long_after = of_neighbours(likeness, twice)
    sessions = [one.props["session"] or one.id for one in moments]
    found = (likeness >= settings.least).astype(float)
    return Scores(
        is_found=sum(of_neighbours(found, [*pairs, *twice]), found) > 0,
        parts={
            "vector": vector,
            "words": words,
            "before": settings.beside * before + settings.near * long_before,
            "after": settings.beside * after + settings.near * long_after,
            "session": settings.session * of_session(likeness, sessions, best=settings.session_best),
            **_fits(question, moments, settings),
        },
    )


def _by_words(question: Question, moments: Sequence[Node], language: Language) -> Numbers:
    asked = list(question.words)
    is_plain = not STOP_WORDS.isdisjoint(asked)  # then what is asked is in no list of telling words
    events = [words_in(moment.text) if is_plain else str(moment.props["words"]).split() for moment in moments]
    said = list(dict.fromkeys(chain.from_iterable(events)))
    if question.vectors is None or not asked or not said:
        alike = same_words(asked, said)
    else:
        alike = alike_words(asked, said, (question.vectors, language.embed(said)))
    return by_words(np.array(list(question.words.values())), events, alike)


def _two_apart(pairs: Pairs) -> list[tuple[int, int]]:
    following = dict(pairs)
    return [(first, following[second]) for first, second in pairs if second in following]


def _fits(question: Question, moments: Sequence[Node], settings: EpisodicSettings) -> dict[str, Numbers]:
    """Return what speaks for each moment apart from likeness: who says it, when, and what it holds."""
    asked, dates = asked_for(question.text), dates_in(question.text)
    speaker = _speaker_named(question.text, moments)
    props = [moment.props for moment in moments]
    return {
        "person": settings.person * np.array([speaker is not None and one["speaker"] == speaker for one in props]),
        "answer": settings.answer * np.array([not asked.isdisjoint(_list(one["holds"])) for one in props]),
        "date": settings.date * np.array([is_in(moment.at, dates) for moment in moments]),
        "length": settings.length * np.array([float(str(one["fullness"])) for one in props]),
        "asking": -settings.asking * np.array([bool(one["asks"]) for one in props]),
    }


def _list(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


def _speaker_named(text: str, moments: Sequence[Node]) -> str | None:
    """Return the one speaker whom the question names; None if it names none, or several.

    Of two called Ann, "Ann Lee" is the one whose whole name it is.
    """
    asked = {word.removesuffix("'s") for word in words_in(text)}
    speakers = {str(one.props["speaker"]) for one in moments if one.props["speaker"]}
    names = {speaker: asked.intersection(words_in(speaker)) for speaker in speakers}
    named = [one for one, name in names.items() if name and not any(name < other for other in names.values())]
    return named[0] if len(named) == 1 else None


def telling_words(text: str, most: int) -> list[str]:
    """Return up to `most` different words of `text` that are no stop words, in order, without possessive endings.

    >>> telling_words("What is Ann's well-kept secret? Ann's cat!", 9)
    ['ann', 'well-kept', 'secret', 'cat']
    """
    words = (word.removesuffix("'s") for word in words_in(text))
    return list(dict.fromkeys(word for word in words if word not in STOP_WORDS))[:most]


def plain_words(text: str, most: int) -> list[str]:
    """Return what a question says that has no telling words, without what any question says.

    >>> plain_words("What do I like?", 9)
    ['like']
    """
    return list(dict.fromkeys(word for word in words_in(text) if word not in OF_QUESTIONS))[:most]


def rarity(count: int, total: int) -> float:
    """Return how much a word tells that is in `count` of `total` events: BM25's inverse document frequency.

    >>> rarity(1, 100) > rarity(50, 100) > rarity(100, 100) > 0
    True
    """
    return log(1 + (max(total - count, 0) + 0.5) / (count + 0.5))


def question_vector(whole: Vectors, words: Vectors, weights: Numbers) -> Vectors:
    """Return the vector to search with: half the question as it is put, half its telling words, the rare ones most.

    Args:
        whole: Shape (dim,), of the question.
        words: Shape (k, dim), of its words; none leaves `whole` as it is.
        weights: Shape (k,), how much each word tells.
    """
    told = to_unit((weights.astype(np.float32)[:, None] * words).sum(axis=0)[None])
    both: Vectors = to_unit(whole[None] + told)[0]
    return both


def by_meaning(cosines: Numbers, *, chance: float) -> Numbers:
    """Return cosines as likeness in [0, 1], where that of strangers, `chance`, is none.

    >>> by_meaning(np.array([-0.5, 0.25, 1.0]), chance=0.25).tolist()
    [0.0, 0.0, 1.0]
    """
    return np.clip((cosines - chance) / (1 - chance), 0, 1)


class Alike(NamedTuple):
    """How like the words of events are to those of a question.

    Attributes:
        rows: The row of each word of an event; the first row is that of a word like none.
        table: Shape (rows, k): likeness in [0, 1] to each word of the question.
    """

    rows: Mapping[str, int]
    table: Numbers


def same_words(asked: Sequence[str], said: Iterable[str]) -> Alike:
    """Return the likeness of words that are compared as they are written."""
    columns = {word: column for column, word in enumerate(asked, 1)}
    return Alike({word: columns.get(word, 0) for word in said}, np.eye(len(asked) + 1)[:, 1:])


def alike_words(asked: Sequence[str], said: Sequence[str], vectors: tuple[Vectors, Vectors]) -> Alike:
    """Return the likeness of words by what they mean: 1 for the same word, else the cosine squared.

    Args:
        asked: The question's words.
        said: The different words of all events.
        vectors: Of `asked`, shape (k, dim), and of `said`, shape (n, dim).
    """
    rows = {word: row for row, word in enumerate(said, 1)}
    table = np.zeros((len(said) + 1, len(asked)))
    table[1:] = np.clip(np.vecdot(vectors[1][:, None], vectors[0]), 0, 1) ** 2
    for column, word in enumerate(asked):
        table[rows.get(word, 0), column] = word in rows
    return Alike(rows, table)


def by_words(weights: Numbers, events: Sequence[Sequence[str]], alike: Alike) -> Numbers:
    """Return which share of a question's words each event says, in [0, 1], each word weighing what it tells.

    Each word counts with its likeness to the word of the event nearest to it: late
    interaction, as in ColBERT (Khattab and Zaharia 2020), over whole words.

    Args:
        weights: Shape (k,), how much each word of the question tells.
        events: The words of each event, at least one event.
        alike: How like each of them is to each word of the question.
    """
    if not weights.any():
        return np.zeros(len(events))
    lines = [[0, *map(alike.rows.__getitem__, words)] for words in events]
    starts = [0, *accumulate(map(len, lines[:-1]))]
    nearest = np.maximum.reduceat(alike.table[list(chain.from_iterable(lines))], starts, axis=0)
    shares: Numbers = np.vecdot(nearest, weights) / weights.sum()
    return shares


def of_neighbours(likeness: Numbers, pairs: Iterable[tuple[int, int]]) -> tuple[Numbers, Numbers]:
    """Return for each event the likeness of the one before and of the one after.

    Args:
        likeness: Of each event to the question.
        pairs: Places of an event and of the one that follows it.
    """
    own = likeness.tolist()
    before, after = [0.0] * len(own), [0.0] * len(own)
    for first, second in pairs:
        before[second] += own[first]
        after[first] += own[second]
    return np.array(before), np.array(after)


def of_session(likeness: Numbers, sessions: Sequence[object], *, best: int) -> Numbers:
    """Return for each event the mean likeness of the `best` events of its session, as HCAM weighs a chunk.

    >>> of_session(np.array([0.5, 0.25, 1.0]), ["a", "a", "b"], best=2).tolist()
    [0.375, 0.375, 1.0]
    """
    members: defaultdict[object, list[float]] = defaultdict(list)
    for session, one in zip(sessions, likeness.tolist(), strict=True):
        members[session].append(one)
    tops = {session: sorted(told)[-best:] for session, told in members.items()}
    means = {session: sum(top) / len(top) for session, top in tops.items()}
    return np.array([means[session] for session in sessions])
