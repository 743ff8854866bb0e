"""A language that knows who pays: what a memory is given, so that it cannot get around its budget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agentmem.language.contract import (
    CountedVectors,
    Embedder,
    GivesLogProbabilities,
    Language,
    Out,
    Receipt,
    RemoteEmbedder,
    Task,
)
from agentmem.language.paying.charging import Charge, going_on
from agentmem.vectors import Vectors


class _ChargedEmbedder:
    """A remote embedder, each use of it charged to `charge`."""

    def __init__(self, inner: RemoteEmbedder, charge: Charge) -> None:
        self._inner, self._charge = inner, charge
        self.id, self.leaves = inner.id, inner.leaves

    @property
    def dim(self) -> int:
        return self._inner.dim

    @dim.setter
    def dim(self, known: int) -> None:
        self._inner.dim = known

    def embed(self, texts: Sequence[str]) -> Vectors:
        with going_on(self._charge):
            return self._inner.embed(texts)

    def embed_counted(self, texts: Sequence[str]) -> CountedVectors:
        with going_on(self._charge):
            return self._inner.embed_counted(texts)


class ChargedLanguage:
    """Another language, each use of it charged to `charge`: also from threads a memory started itself."""

    def __init__(self, inner: Language, charge: Charge) -> None:
        self._inner, self._charge = inner, charge
        self.name: str = inner.name
        self.leaves: bool = inner.leaves
        self.embedder: Embedder = inner.embedder
        if isinstance(inner.embedder, RemoteEmbedder):
            self.embedder = _ChargedEmbedder(inner.embedder, charge)

    def ask(self, task: Task[Out], /, **inputs: Any) -> Out:
        """Return the other's answer."""
        with going_on(self._charge):
            return self._inner.ask(task, **inputs)

    def prefetch(self, task: Task[Out], many: Sequence[Mapping[str, Any]], /) -> None:
        """Let the other answer ahead."""
        with going_on(self._charge):
            self._inner.prefetch(task, many)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return the other's vectors."""
        with going_on(self._charge):
            return self._inner.embed(texts)

    def receipt(self) -> Receipt:
        """Return the other's running total."""
        return self._inner.receipt()


class _WithSurprise(ChargedLanguage):
    """The same for a language that can say how likely a text was."""

    def __init__(self, inner: GivesLogProbabilities, language: Language, charge: Charge) -> None:
        super().__init__(language, charge)
        self._likely = inner

    def surprise(self, texts: Sequence[str]) -> list[float]:
        """Return what the other returns."""
        with going_on(self._charge):
            return self._likely.surprise(texts)


def charged(language: Language, charge: Charge) -> Language:
    """Return `language` with each use of it charged to `charge`; what it can do beyond the contract, it still can."""
    if isinstance(language, GivesLogProbabilities):
        return _WithSurprise(language, language, charge)
    return ChargedLanguage(language, charge)
