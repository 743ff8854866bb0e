"""In how many texts a word is: counted once, and from then on only among the texts that are new."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from agentmem.graph.text import MOST_ROWS, fts5_query

KEPT = 4096
"""Words."""
FEW = 2000
"""Rows that are looked at for what is new; where there are more, all are counted again."""
COUNT = "select count(*) from (select 1 from fts where fts match ? limit ?)"
COUNT_NEW = "select count(*) from fts where fts match ? and fts.rowid > ?"


class Counted(NamedTuple):
    """How many of the rows up to `last` have a word, counted no further than `upto`."""

    rows: int
    upto: int
    last: int


class Reads(Protocol):
    """What runs SQL."""

    @property
    def last_pk(self) -> int:
        """The number of the newest row."""
        ...

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of one statement."""
        ...


class WordCounts:
    """What one connection has counted. Whoever changes texts or takes them out clears it; new ones are found by it."""

    def __init__(self) -> None:
        self._known: dict[str, Counted] = {}

    def rows(self, session: Reads, kinds: Sequence[str], phrase: str, enough: int) -> int:
        """Return in how many texts of one of `kinds` a phrase is, counting no further than `enough`; not in a batch."""
        last, key = session.last_pk, fts5_query(kinds, [phrase])
        known = self._known.get(key)
        found: int
        if known is None or known.rows == known.upto < enough or last - known.last > FEW:
            # A search, which counts to just above `MOST_ROWS`, comes in a moment.
            upto = max(enough, MOST_ROWS + 1)
            found = session.rows(COUNT, (key, upto))[0][0]
        elif known.rows < known.upto and known.last < last:
            upto = known.upto
            found = known.rows + session.rows(COUNT_NEW, (key, known.last))[0][0]
        else:
            return min(known.rows, enough)
        if len(self._known) >= KEPT:
            self._known.clear()
        self._known[key] = Counted(min(found, upto), upto, last)
        return min(found, enough)

    def clear(self) -> None:
        """Forget everything."""
        self._known.clear()
