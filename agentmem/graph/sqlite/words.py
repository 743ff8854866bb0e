"""The text index of a SQLite store: brought up to date once, at the end of a batch."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Protocol

NOW = "select n.pk, n.text, n.kind from json_each(?) w cross join node n on n.pk = w.value"
REMOVE = "insert into fts(fts, rowid, text, kind) values('delete', ?, ?, ?)"
ADD = "insert into fts(rowid, text, kind) values(?, ?, ?)"


class Indexed(NamedTuple):
    """What the index holds of a row; no text: nothing."""

    text: str
    kind: int


class Statements(Protocol):
    """What runs SQL."""

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of one statement."""
        ...

    def run_many(self, sql: str, rows: Iterable[Sequence[object]]) -> int:
        """Run one statement for each row."""
        ...


class PendingWords:
    """The rows whose text has changed since the index was last written, each with what the index still holds.

    One layer per batch, the innermost last, so that an inner batch can be undone.
    """

    def __init__(self) -> None:
        self._layers: list[dict[int, Indexed]] = [{}]

    def note(self, pk: int, indexed: Indexed) -> None:
        """Note that a row is about to change; `indexed` is what it was, if this is its first change."""
        self._layers[-1].setdefault(pk, indexed)

    def begin(self) -> list[dict[int, Indexed]]:
        """Begin a layer; return what `restore` needs to undo it."""
        kept = list(self._layers)
        self._layers.append({})
        return kept

    def merge(self) -> None:
        """End the last layer and keep it."""
        last = self._layers.pop()
        for pk, indexed in last.items():
            self._layers[-1].setdefault(pk, indexed)

    def restore(self, kept: list[dict[int, Indexed]]) -> None:
        """End the last layer as if it had never been; the index itself was rolled back."""
        self._layers = kept

    def write(self, statements: Statements) -> None:
        """Bring the index up to date; only inside a batch."""
        held: dict[int, Indexed] = {}
        for layer in self._layers:
            for pk, indexed in layer.items():
                held.setdefault(pk, indexed)
        if not held:
            return
        # New layers, not emptied ones: an enclosing batch may have to restore the old.
        self._layers = [{} for _ in self._layers]
        now = {pk: Indexed(text, kind) for pk, text, kind in statements.rows(NOW, (json.dumps(list(held)),))}
        changed = [pk for pk, indexed in held.items() if now.get(pk) != indexed]
        # No statement here may have a subquery: see the schema.
        statements.run_many(REMOVE, [(pk, *held[pk]) for pk in changed if held[pk].text])
        statements.run_many(ADD, [(pk, *now[pk]) for pk in changed if pk in now and now[pk].text])
