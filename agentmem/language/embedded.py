"""Texts turned into vectors once, and kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from time import perf_counter

import numpy as np

from agentmem.language.contract import Embedder, Receipt
from agentmem.vectors import Vectors

TEXTS_KEPT = 20_000
LONGEST_KEPT = 4_000
"""Characters; a longer text is embedded again rather than kept."""


class EmbeddedTexts:
    """The vectors of texts seen lately, each embedded once; oldest dropped first. Thread safe."""

    def __init__(self, embedder: Embedder, *, kept: int = TEXTS_KEPT) -> None:
        self._embedder = embedder
        self._kept = kept
        self._rows: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = Lock()
        self._embedded = self._cached = 0
        self._seconds = 0.0

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors, shape (n, dim): a fresh array, the caller's to keep."""
        started = perf_counter()
        new = 0
        try:
            rows = [self._rows[text] for text in texts]
        except KeyError:
            rows, new = self._with_new(texts)
        vectors = np.concatenate(rows).reshape(len(rows), -1) if rows else self._embedder.embed([])
        with self._lock:
            self._embedded += new
            self._cached += len(rows) - new
            self._seconds += perf_counter() - started
        return vectors

    def receipt(self) -> Receipt:
        """Return what was embedded, and what was known already."""
        with self._lock:
            return Receipt(embedded=self._embedded, cached=self._cached, milliseconds=self._seconds * 1000)

    def _with_new(self, texts: Sequence[str]) -> tuple[list[Vectors], int]:
        """Return the rows, and how many of them had to be made."""
        found = {text: self._rows.get(text) for text in texts}
        missing = [text for text, row in found.items() if row is None]
        made = dict(zip(missing, self._embedder.embed(missing), strict=True))
        self._keep({text: row for text, row in made.items() if len(text) <= LONGEST_KEPT})
        known = {text: row for text, row in found.items() if row is not None} | made
        return [known[text] for text in texts], len(missing)

    def _keep(self, made: dict[str, Vectors]) -> None:
        with self._lock:
            # a row of its own: a view would keep the whole batch alive
            self._rows.update({text: row.copy() for text, row in made.items()})
            for _ in range(len(self._rows) - self._kept):
                self._rows.popitem(last=False)
