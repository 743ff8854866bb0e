"""Sentences, and the few that stand for many: extractive summaries, found without a model."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from math import sqrt

from agentmem.language.keywords import content_words

SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")
MOST = 500
"""Sentences weighed against each other; of more, the last ones."""
NOVELTY = 0.3
"""How much a sentence loses for repeating one that is chosen already (1 - lambda of MMR)."""


def sentences(text: str) -> list[str]:
    r"""Return the sentences of `text` in order, without white space around them.

    >>> sentences("It rains. Who has\nthe key?! Mia...")
    ['It rains.', 'Who has', 'the key?!', 'Mia...']
    """
    return [found for sentence in SENTENCE.findall(text) if (found := sentence.strip())]


def central(said: Sequence[str], count: int) -> list[str]:
    """Return up to `count` of the sentences `said` that together stand for all, in their order.

    Nearest to the centroid of all words, by maximal marginal relevance (Carbonell
    and Goldstein 1998), so that the second does not repeat the first.

    >>> central(["Mia has a boat.", "Hm.", "The boat of Mia is red.", "Mia sails her boat."], 2)
    ['Mia has a boat.', 'The boat of Mia is red.']
    """
    said = list(said)[-MOST:]
    bags = [Counter(content_words(sentence)) for sentence in said]
    centre = Counter[str]()
    for bag in bags:
        centre.update(bag)
    relevance = [_cosine(bag, centre) for bag in bags]
    chosen: list[int] = []
    repeats = [0.0] * len(said)
    while len(chosen) < count:
        left = [place for place in range(len(said)) if place not in chosen and relevance[place] > 0]
        if not left:
            break
        best = max(left, key=lambda place: (1 - NOVELTY) * relevance[place] - NOVELTY * repeats[place])
        chosen.append(best)
        repeats = [max(known, _cosine(bag, bags[best])) for known, bag in zip(repeats, bags, strict=True)]
    return [said[place] for place in sorted(chosen)]


def _cosine(one: Mapping[str, int], other: Mapping[str, int]) -> float:
    shared = sum(count * other.get(word, 0) for word, count in one.items())
    if not shared:
        return 0.0
    return shared / sqrt(sum(n * n for n in one.values()) * sum(n * n for n in other.values()))
