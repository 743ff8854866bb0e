"""Cues: what a memory is reminded of a moment with, as it was said or with words missing; and which moments fit one."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Literal, get_args

Cue = Literal["verbatim", "degraded"]
CUES: tuple[Cue, ...] = get_args(Cue)


def cue_of(text: str, kind: Cue, *, seed: str) -> str:
    """Return the text itself, or with half of its words dropped, drawn by the seed, the others in their order.

    >>> cue_of("Ada lost the brass lamp at the mill.", "degraded", seed="1")
    'Ada brass at mill.'
    """
    words = text.split()
    if kind == "verbatim":
        return text
    kept = sorted(Random(seed).sample(range(len(words)), (len(words) + 1) // 2))  # noqa: S311
    return " ".join(words[place] for place in kept)


class Fitting:
    """The moments a cue may be of, for one who holds every text word by word.

    Args:
        texts: Of all moments, in their order.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._words = [text.split() for text in texts]
        self._with: dict[str, set[int]] = {}
        for place, words in enumerate(self._words):
            for word in words:
                self._with.setdefault(word, set()).add(place)

    def places(self, cue: str) -> list[int]:
        """Return the places of the texts that become `cue` when words are dropped, rising.

        >>> Fitting(["a red cat", "a red dog", "dog a red"]).places("a red")
        [0, 1, 2]
        >>> Fitting(["a red cat", "a red dog", "dog a red"]).places("a dog")
        [1]
        """
        words = cue.split()
        having = set.intersection(*(self._with.get(word, set()) for word in words))
        return sorted(place for place in having if _is_within(words, self._words[place]))


def _is_within(some: Sequence[str], words: Sequence[str]) -> bool:
    """Return whether `some` are among `words`, in the same order."""
    left = iter(words)
    return all(word in left for word in some)
