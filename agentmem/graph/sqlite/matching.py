"""Search by words in one namespace of a SQLite store: the index proposes, and `ranking` scores what it proposes.

How telling a word is, and how long texts are, is counted over what the search could find: texts of the kinds asked
for, current, or as they were then. What others say, and what holds no longer, changes no score.
"""

from __future__ import annotations

import heapq
import itertools
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from agentmem.graph.contract import Hit, Where
from agentmem.graph.filters import conditions, everything, standings
from agentmem.graph.ranking import Texts, ceiling, idf, score, times_in
from agentmem.graph.sqlite.counts import COUNT
from agentmem.graph.sqlite.reading import by_rows
from agentmem.graph.sqlite.session import Row, Session, Space
from agentmem.graph.sqlite.spaces import kinds_of
from agentmem.graph.sqlite.words import kind_word, length_of
from agentmem.graph.stems import stems
from agentmem.graph.text import MOST_ROWS, fts5_query, words_of

# S608: SQL is put together from constant parts (`filters` too); every value is a parameter.

FURTHER = 8
"""Times as far to count when all words are in too many texts, so as to keep the rarest of them."""
ENOUGH = 2
"""Texts looked at for each that is asked for, before it is decided whether others can be better."""
MARK = "\x01"
"""Stands before and behind each word that is found."""
ODD = ""
"""What is marked and is no word of the query: two of them overlap, or the text itself has marks in it."""
COUNT_NODES = "select count(*) from (select 1 from fts cross join node n on n.pk = fts.rowid and n.ns = ?"
SAID = (
    "select coalesce(sum(texts), 0), coalesce(sum(tokens), 0) from said where kind in (select value from json_each(?))"
)

FOUND = """select n.pk, n.id, d.sz, highlight(fts, 0, char(1), char(1)), (1{meant})
from fts cross join node n on n.pk = fts.rowid and n.ns = ?{standing}
cross join fts_docsize d on d.id = n.pk where fts match ?{among}"""
NEWEST = """select n.pk from fts cross join node n on n.pk = fts.rowid and n.ns = ?{filters}
where fts match ? order by n.position desc, n.id desc limit ?"""
AMONG = " and +fts.rowid in (select value from json_each(?))"  # with a +, for FTS5 would search anew for each
LENGTHS = """select d.sz, count(*) from node n cross join fts_docsize d on d.id = n.pk
where n.ns = ? and n.kind = ?{standing} group by d.sz"""

Ranked = tuple[float, str, int]
"""A text by its score, below 0 so that the best comes first; the id of its node, and its row."""


class Found(NamedTuple):
    """A text that shares words with a query.

    Attributes:
        pk: The number of its row.
        id: Of its node.
        length: In words.
        times: How often it has each of the words, by their stems.
        is_meant: Whether all that was asked for is true of its node.
    """

    pk: int
    id: str
    length: int
    times: Mapping[str, int]
    is_meant: bool


class Word(NamedTuple):
    """A word of a query.

    Attributes:
        form: As it was asked.
        stem: As the index has it; several, with a space between, where that splits a word.
        holding: How many of the texts that are searched have it.
        worth: How telling that makes it, as often as it was asked.
    """

    form: str
    stem: str
    holding: int
    worth: float


def matching(session: Session, space: Space, text: str, where: Where, *, limit: int) -> list[Hit]:
    """Return up to `limit` nodes that share words with `text`, best first, ties by id; in a snapshot or a batch.

    Among more than `MOST_ROWS` texts, words that are in too many of them are left out while rarer ones are there;
    of a word that is in too many, and has no rarer one beside it, the newest texts are ranked.
    """
    searched = _Searched(session, space, where)
    asked = words_of(text)
    stem_of = {form: " ".join(said) for form, said in zip(asked, stems(asked), strict=True) if said}
    times = Counter(stem_of.values())
    counts = searched.telling({stem: form for form, stem in stem_of.items()}.values())
    words = [
        Word(form, stem_of[form], holding, times[stem_of[form]] * idf(searched.texts.number, holding))
        for form, holding in counts.items()
    ]
    best = _best(searched, words, limit) if words else []
    nodes = by_rows(session, space, [pk for _, _, pk in best])
    return [Hit(kept.given(), -below) for kept, (below, _, _) in zip(nodes, best, strict=True)]


def _best(searched: _Searched, words: Sequence[Word], limit: int) -> list[Ranked]:
    """Return the best texts; `words` are those they are ranked by, the rarest first."""
    if words[0].holding > MOST_ROWS:
        newest = searched.newest(words, max(limit, MOST_ROWS))
        return _ranked(searched.found(words, words, among=newest), words, searched.texts, limit)
    few = _few(words, limit)
    if few < len(words):
        best = _ranked(searched.found(words, words[:few]), words, searched.texts, limit)
        if len(best) == limit and -best[-1][0] >= ceiling(word.worth for word in words[few:]):
            return best
    return _ranked(searched.found(words, words), words, searched.texts, limit)


def _few(words: Sequence[Word], limit: int) -> int:
    """Return how many of the words, the rarest first, will likely do to find the best: what has none is worth less."""
    held = itertools.accumulate(word.holding for word in words)
    enough = 1 + sum(rows < ENOUGH * limit for rows in held)
    while enough < len(words) and ceiling(word.worth for word in words[enough:]) >= words[0].worth:
        enough += 1
    return enough


def _ranked(found: Sequence[Found], words: Sequence[Word], texts: Texts, limit: int) -> list[Ranked]:
    worth = {word.stem: word.worth for word in words}
    scored = (
        (-score([(worth[stem], count) for stem, count in one.times.items()], one.length, texts), one.id, one.pk)
        for one in found
        if one.is_meant
    )
    return heapq.nsmallest(limit, scored)


def frequencies(session: Session, space: Space, words: Sequence[str], where: Where, *, most: int) -> dict[str, int]:
    """Return in how many nodes each of `words` is, counting no further than `most`; in a snapshot or a batch."""
    searched = _Searched(session, space, where)
    phrases = {word: " ".join(words_of(word)) for word in words}
    return {word: searched.holding(phrase, most, where) if phrase else 0 for word, phrase in phrases.items()}


class _Searched:
    """The texts that scores are counted over: of the kinds asked for, current or as they were then."""

    def __init__(self, session: Session, space: Space, where: Where) -> None:
        if session.depth:
            session.words.write(session)
        self.session, self.space, self.where = session, space, where
        self._moment = Where(memory=where.memory, label=where.label, as_of=where.as_of, retired=where.retired)
        self._numbers = kinds_of(space, where)
        standing = (False, True) if where.retired or where.as_of is not None else (False,)
        self._kinds = [kind_word(kind, is_retired=one) for kind in self._numbers for one in standing]

    @cached_property
    def texts(self) -> Texts:
        """How many there are, and how many words they have."""
        if self.where.as_of is None:
            return Texts(*self.session.rows(SAID, (json.dumps(self._kinds),))[0])
        # Time travel is rare: it counts anew.
        sizes = [
            row
            for kind in self._numbers
            for standing, values in standings(self._moment)
            for row in self.session.rows(LENGTHS.format(standing=standing), (self.space.ns, kind, *values))
        ]
        return Texts(sum(times for _, times in sizes), sum(length_of(size) * times for size, times in sizes))

    def telling(self, words: Iterable[str]) -> dict[str, int]:
        """Return the words to rank by, the rarest first, each with the number of texts that have it.

        Each text that shares one costs microseconds, and of 100,000 all have "the".
        """
        enough = MOST_ROWS + 1
        counts = self._counts(words, enough)
        while len(counts) > 1 and min(counts.values()) == enough:
            enough *= FURTHER
            counts = self._counts(words, enough)
        rarest_first = sorted(counts, key=counts.__getitem__)
        affordable = sum(rows <= MOST_ROWS for rows in itertools.accumulate(counts[word] for word in rarest_first))
        if self.texts.number <= MOST_ROWS:
            affordable = len(counts)
        if rarest_first and not affordable:
            return {rarest_first[0]: self.holding(rarest_first[0], self.texts.number)}
        return {word: counts[word] for word in rarest_first[:affordable]}

    def _counts(self, words: Iterable[str], enough: int) -> dict[str, int]:
        return {word: rows for word in words if (rows := self.holding(word, enough))}

    def holding(self, phrase: str, most: int, where: Where | None = None) -> int:
        """Return in how many of them, or of those that match `where`, a phrase is, counting no further than `most`."""
        asked = self._moment if where is None else where
        if not self._kinds:
            return 0
        query = fts5_query(self._kinds, [phrase])
        if asked.as_of is not None or asked != self._moment:
            filters, values = everything(asked)
            sql = f"{COUNT_NODES}{filters} where fts match ? limit ?)"
            return int(self.session.rows(sql, (self.space.ns, *values, query, most))[0][0])
        if self.session.depth:
            return int(self.session.rows(COUNT, (query, most))[0][0])
        return self.session.counts.rows(self.session, self._kinds, phrase, most)

    def newest(self, words: Sequence[Word], most: int) -> list[int]:
        """Return the rows of the newest that have any of `words`, and that are meant."""
        filters, values = everything(self.where)
        asked = (self.space.ns, *values, self._query(words), most)
        return [row[0] for row in self.session.rows(NEWEST.format(filters=filters), asked)]

    def found(self, words: Sequence[Word], some: Sequence[Word], *, among: list[int] | None = None) -> list[Found]:
        """Return those that have any of `some` of the words; if `among` is given, of these rows."""
        meant, values = conditions(self.where)
        standing, more = everything(self._moment)
        sql = FOUND.format(meant=meant, standing=standing, among="" if among is None else AMONG)
        # All words, so that all are marked.
        query = self._query(words) if some is words else f"({self._query(some)}) AND {self._query(words)}"
        rows_among = [] if among is None else [json.dumps(among)]
        return self._read(self.session.rows(sql, (*values, self.space.ns, *more, query, *rows_among)), words)

    def _query(self, words: Sequence[Word]) -> str:
        return fts5_query(self._kinds, [word.form for word in words])

    def _read(self, rows: Sequence[Row], words: Sequence[Word]) -> list[Found]:
        marked = [row[3].split(MARK)[1::2] for row in rows]
        asked = dict.fromkeys(word.stem for word in words)
        forms = list(set(itertools.chain.from_iterable(marked)))
        said = zip(forms, map(" ".join, stems(forms)), strict=True)
        known = {form: stem if stem in asked else ODD for form, stem in said}
        found = []
        for (pk, id_, size, _, is_meant), some in zip(rows, marked, strict=True):
            times: Mapping[str, int] = Counter(map(known.__getitem__, some))
            if not times or ODD in times:
                times = self._counted_in(pk, asked)
            found.append(Found(pk, id_, length_of(size), times, bool(is_meant)))
        return found

    def _counted_in(self, pk: int, asked: Iterable[str]) -> dict[str, int]:
        words = stems([by_rows(self.session, self.space, [pk])[0].node.text])[0]
        return {stem: count for stem in asked if (count := times_in(words, stem.split(" ")))}
