"""The text index of a SQLite store: brought up to date once, at the end of a batch."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

REMOVE = "insert into fts(fts, rowid, text, kind) values('delete', ?, ?, ?)"
ADD = "insert into fts(rowid, text, kind) values(?, ?, ?)"
SIZES = "select d.id, d.sz from json_each(?) w cross join fts_docsize d on d.id = w.value"
COUNT = """insert into said(kind, texts, tokens) values(?, ?, ?)
on conflict(kind) do update set texts = texts + excluded.texts, tokens = tokens + excluded.tokens"""
NONE_LEFT = "delete from said where kind = ? and texts = 0"


class Entry(NamedTuple):
    """A text as the index holds it.

    Attributes:
        kind: The word that stands for its kind, while it is current or once it is retired; see `kind_word`.
        text: "" is not indexed.
    """

    kind: str
    text: str


class Changed(NamedTuple):
    """What the index holds of a row, and what it shall; None where the row was not there, or is no more."""

    was: Entry | None
    now: Entry | None


class Statements(Protocol):
    """What runs SQL."""

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of one statement."""
        ...

    def run(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """Run one statement; return how many rows it changed."""
        ...

    def run_many(self, sql: str, rows: Iterable[Sequence[object]]) -> int:
        """Run one statement for each row."""
        ...


class PendingWords:
    """The rows whose text has changed since the index was last written.

    One layer per batch, the innermost last, so that an inner batch can be undone.

    Attributes:
        has_changed: Whether a row that was there before has another text now, or was taken out, or retired.
    """

    has_changed = False

    def __init__(self) -> None:
        self._layers: list[dict[int, Changed]] = [{}]

    def note(self, pk: int, *, was: Entry | None, now: Entry | None) -> None:
        """Note that the text of a row changes from `was` to `now`."""
        if was != now:
            _note(self._layers[-1], pk, Changed(was, now))

    def begin(self) -> list[dict[int, Changed]]:
        """Begin a layer; return what `restore` needs to undo it."""
        kept = list(self._layers)
        self._layers.append({})
        return kept

    def merge(self) -> None:
        """End the last layer and keep it."""
        for pk, change in self._layers.pop().items():
            _note(self._layers[-1], pk, change)

    def restore(self, kept: list[dict[int, Changed]]) -> None:
        """End the last layer as if it had never been; the index itself was rolled back."""
        self._layers = kept

    def write(self, statements: Statements) -> None:
        """Bring the index up to date, and what is counted of it; only inside a batch."""
        changes: dict[int, Changed] = {}
        for layer in self._layers:
            for pk, change in layer.items():
                _note(changes, pk, change)
        # New layers, not emptied ones: an enclosing batch may have to restore the old.
        self._layers = [{} for _ in self._layers]
        changed = [(pk, one) for pk, one in changes.items() if one.was != one.now]
        self.has_changed = self.has_changed or any(one.was is not None for _, one in changed)
        # No statement here may have a subquery: see the schema.
        removed = [(pk, one.was.text, one.was.kind) for pk, one in changed if one.was and one.was.text]
        lengths = _lengths(statements, [pk for pk, *_ in removed])
        counts = _counted(removed, lengths, -1)
        if removed:
            statements.run_many(REMOVE, removed)
        added = [(pk, one.now.text, one.now.kind) for pk, one in changed if one.now and one.now.text]
        if added:
            statements.run_many(ADD, added)
            held = {(pk, text) for pk, text, _ in removed}  # what is retired is as long as it was
            lengths |= _lengths(statements, [pk for pk, text, _ in added if (pk, text) not in held])
            counts += _counted(added, lengths, 1)
        if counts:
            statements.run_many(COUNT, counts)
        if removed:
            statements.run_many(NONE_LEFT, [(kind,) for kind in {kind for *_, kind in removed}])


def _lengths(statements: Statements, rows: Sequence[int]) -> dict[int, int]:
    """Return of how many words the texts of rows are that are in the index."""
    found = statements.rows(SIZES, (json.dumps(rows),)) if rows else []
    return {pk: length_of(size) for pk, size in found}


def _counted(rows: Sequence[tuple[int, str, str]], lengths: Mapping[int, int], sign: int) -> list[tuple[str, int, int]]:
    """Return by how many texts and words each kind has more, or fewer."""
    counts: dict[str, tuple[int, int]] = {}
    for pk, _, kind in rows:
        texts, tokens = counts.get(kind, (0, 0))
        counts[kind] = texts + sign, tokens + sign * lengths.get(pk, 0)
    return [(kind, *count) for kind, count in counts.items()]


def kind_word(kind: int, *, is_retired: bool) -> str:
    """Return the word that stands for a kind in the index: another one once a text is retired."""
    return f"r{kind}" if is_retired else str(kind)


def entry_of(kind: int, text: str, retired: int | None) -> Entry:
    """Return the entry of a row with these columns."""
    return Entry(kind_word(kind, is_retired=retired is not None), text)


def length_of(size: bytes) -> int:
    """Return the length of a text in words, as FTS5 keeps it: 7 bits a byte, the highest first.

    >>> length_of(bytes([5, 1])), length_of(bytes([0x81, 0x02, 1]))
    (5, 130)
    """
    length = 0
    for byte in size:
        length = length << 7 | byte & 0x7F
        if byte < 0x80:
            break
    return length


def _note(changes: dict[int, Changed], pk: int, change: Changed) -> None:
    """Add a change to `changes`, on top of an earlier one of the same row."""
    earlier = changes.get(pk)
    changes[pk] = change if earlier is None else change._replace(was=earlier.was)
