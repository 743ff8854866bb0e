"""An embedder for tests: instant, deterministic, and without any package."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from hashlib import blake2b
from typing import Literal

import numpy as np

from agentmem.language.contract import Embedder, WordEmbedder
from agentmem.vectors import Vectors, to_unit


class HashEmbedder:
    """Each word points in a direction of its own, made from its hash; a text is the sum of its words.

    So texts that share words are near each other, and nothing else means anything.

    >>> asked, near, far = HashEmbedder().embed(["red key", "the red key", "rain"])
    >>> bool(asked @ near > asked @ far)
    True
    """

    by_words: Literal[True] = True

    def __init__(self, dim: int = 64) -> None:
        self.dim = dim
        self.id = f"hash-{dim}@1"

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector per text, shape (n, dim); zeros for a text without words."""
        rows = np.zeros((len(texts), self.dim), np.float32)
        for number, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()):
                rows[number] += _direction(word, self.dim)
        return to_unit(rows)


class TurnedEmbedder:
    """Another embedder's vectors in other numbers, and more of them, but with the same likenesses.

    So whatever depends on likeness alone cannot tell the two apart.

    >>> asked, near, far = TurnedEmbedder(HashEmbedder()).embed(["red key", "the red key", "rain"])
    >>> bool(asked @ near > asked @ far)
    True
    """

    def __init__(self, inner: Embedder, *, more: int = 16) -> None:
        self.id, self.dim = f"turned-{inner.id}", inner.dim + more
        self._inner = inner
        if isinstance(inner, WordEmbedder):
            self.by_words: Literal[True] = True

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return the other's vectors, shape (n, dim), each number in another place, with zeros before them."""
        rows = np.zeros((len(texts), self.dim), np.float32)
        if texts:
            rows[:, -self._inner.dim :] = self._inner.embed(texts)[:, ::-1]
        return rows


@cache
def _direction(word: str, dim: int) -> Vectors:
    seed = int.from_bytes(blake2b(word.encode("utf-8", "replace"), digest_size=8).digest(), "big")
    return np.random.default_rng(seed).standard_normal(dim).astype(np.float32)
