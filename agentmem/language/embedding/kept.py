"""Texts turned into vectors once, and kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from hashlib import blake2b
from threading import Lock
from time import perf_counter

import numpy as np

from agentmem.errors import InvalidInput, LanguageError
from agentmem.language.contract import Embedder, Receipt, RemoteEmbedder
from agentmem.language.paying.metering import metered
from agentmem.vectors import Vectors

TEXTS_KEPT = 20_000
NUMBERS_KEPT = 20_000 * 256
"""So that long vectors take no more memory than short ones: fewer of them are kept."""
LONGEST_KEY = 4_000
"""Characters; a longer text is known by its hash."""
AT_ONCE = 256
"""Texts handed to the embedder at a time: what came back before an outage is kept."""


class EmbeddedTexts:
    """The vectors of texts seen lately, each embedded once; oldest dropped first. Thread safe."""

    def __init__(self, embedder: Embedder, *, kept: int = TEXTS_KEPT) -> None:
        self._embedder = embedder
        self._remote = embedder if isinstance(embedder, RemoteEmbedder) else None
        self._kept = kept
        self._rows: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = Lock()
        self._embedded = self._cached = self._calls = self._tokens = 0
        self._seconds = 0.0

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors, shape (n, dim): a fresh array, the caller's to keep.

        Raises:
            InvalidInput: one text instead of several; it would be taken for its letters.
            LanguageUnavailable, BadAnswer: as the embedder; what it gave before that is kept.
        """
        if isinstance(texts, str):
            raise InvalidInput("one text is given to embed, where several are asked for; pass [text], and take its [0]")
        started = perf_counter()
        new = 0
        try:
            rows = [self._rows[text] for text in texts]
        except KeyError:
            rows, new = self._with_new(texts)
        vectors = np.concatenate(rows).reshape(len(rows), -1) if rows else np.zeros((0, self._embedder.dim), np.float32)
        with self._lock:
            self._embedded += new
            self._cached += len(rows) - new
            self._seconds += perf_counter() - started
        return vectors

    def receipt(self) -> Receipt:
        """Return what was embedded, the calls that took, and what was known already."""
        with self._lock:
            return Receipt(
                calls=self._calls,
                tokens=self._tokens,
                embedded=self._embedded,
                cached=self._cached,
                milliseconds=self._seconds * 1000,
            )

    def clear(self) -> None:
        """Let all texts go."""
        with self._lock:
            self._rows.clear()

    def _with_new(self, texts: Sequence[str]) -> tuple[list[Vectors], int]:
        """Return the rows, and how many of them had to be made."""
        found = {text: self._rows.get(_key(text)) for text in texts}
        missing = [text for text, row in found.items() if row is None]
        known = {text: row for text, row in found.items() if row is not None}
        for start in range(0, len(missing), AT_ONCE):
            part = missing[start : start + AT_ONCE]
            made = dict(zip(part, self._made(part), strict=True))
            self._keep(made)
            known |= made
        return [known[text] for text in texts], len(missing)

    def _made(self, texts: Sequence[str]) -> Vectors:
        if self._remote is None:
            return self._embedder.embed(texts)
        with metered() as meter:
            try:
                made = self._remote.embed_counted(texts)
            except LanguageError:
                self._count(meter.calls, meter.tokens)
                raise
        self._count(made.calls, made.tokens)
        return made.vectors

    def _count(self, calls: int, tokens: int) -> None:
        with self._lock:
            self._calls += calls
            self._tokens += tokens

    def _keep(self, made: dict[str, Vectors]) -> None:
        dim = self._embedder.dim
        if not dim:
            return  # no more than empty texts yet: how long their zeros are to be is not known
        with self._lock:
            # a row of its own: a view would keep the whole batch alive
            self._rows.update({_key(text): row.copy() for text, row in made.items()})
            for _ in range(len(self._rows) - min(self._kept, NUMBERS_KEPT // dim)):
                self._rows.popitem(last=False)


def _key(text: str) -> str:
    return text if len(text) <= LONGEST_KEY else blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest()
