"""The text index of a SQLite store: brought up to date once, at the end of a batch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

REMOVE = "insert into fts(fts, rowid, text, kind) values('delete', ?, ?, ?)"
ADD = "insert into fts(rowid, text, kind) values(?, ?, ?)"


class Changed(NamedTuple):
    """The text of a row as the index holds it, and as it shall; "" is not indexed."""

    kind: int
    was: str
    now: str


class Statements(Protocol):
    """What runs SQL."""

    def run_many(self, sql: str, rows: Iterable[Sequence[object]]) -> int:
        """Run one statement for each row."""
        ...


class PendingWords:
    """The rows whose text has changed since the index was last written.

    One layer per batch, the innermost last, so that an inner batch can be undone.

    Attributes:
        has_removed: Whether a text that the index held was changed or taken out.
    """

    has_removed = False

    def __init__(self) -> None:
        self._layers: list[dict[int, Changed]] = [{}]

    def note(self, pk: int, kind: int, *, was: str, now: str) -> None:
        """Note that the text of a row changes from `was` to `now`."""
        if was != now:
            _note(self._layers[-1], pk, Changed(kind, was, now))

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
        """Bring the index up to date; only inside a batch."""
        changes: dict[int, Changed] = {}
        for layer in self._layers:
            for pk, change in layer.items():
                _note(changes, pk, change)
        # New layers, not emptied ones: an enclosing batch may have to restore the old.
        self._layers = [{} for _ in self._layers]
        # No statement here may have a subquery: see the schema.
        removed = [(pk, one.was, one.kind) for pk, one in changes.items() if one.was and one.was != one.now]
        if removed:
            self.has_removed = True
            statements.run_many(REMOVE, removed)
        added = [(pk, one.now, one.kind) for pk, one in changes.items() if one.now and one.was != one.now]
        if added:
            statements.run_many(ADD, added)


def _note(changes: dict[int, Changed], pk: int, change: Changed) -> None:
    """Add a change to `changes`, on top of an earlier one of the same row."""
    earlier = changes.get(pk)
    changes[pk] = change if earlier is None else change._replace(was=earlier.was)
