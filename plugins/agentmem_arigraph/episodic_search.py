"""Episodic search: the past observations that hold most of the facts just found.

AriGraph (Anokhin et al., 2024), equation 1; best first, and over the facts of
this very search.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import log, log2

from agentmem.graph.contract import Edge


def relevance(found: int, size: int) -> float:
    """Return rel(i) = n / max(N, 1) * log2(max(N, 1)): equation 1.

    Args:
        found: n, facts of the episode that the semantic search found.
        size: N, all facts of the episode. With a single one the episode counts for nothing.

    >>> relevance(2, 8)
    0.75
    """
    facts = max(size, 1)
    return found / facts * log2(facts)


def memberships(edges: Sequence[Edge]) -> dict[str, tuple[int, int]]:
    """Return each episode to (n, N), from the hyper-edges at the facts that were found.

    Each edge carries N, so that no episode need be read before the best are known.
    """
    found = Counter(edge.source for edge in edges)
    sizes = {edge.source: int(str(edge.props["of"])) for edge in edges}
    return {episode: (count, sizes[episode]) for episode, count in found.items()}


def rank_by_paper(episodes: Mapping[str, tuple[int, int]], *, limit: int) -> list[tuple[str, float]]:
    """Return the `limit` episodes of highest relevance above 0, best first, ties by id."""
    scores = {episode: relevance(found, size) for episode, (found, size) in episodes.items()}
    return best(scores, limit=limit)


def rank_by_code(
    episodes: Mapping[str, tuple[int, int]], likeness: Mapping[str, float], *, limit: int
) -> list[tuple[str, float]]:
    """Return the best `limit` episodes as the authors' program ranks them.

    Two terms, each divided by its largest: n / N * ln N (smoothed), and the
    likeness of the episode to the text asked, which there is the plan.

    Args:
        episodes: Episode to (n, N).
        likeness: Episode to its cosine with the text; may name other episodes.
        limit: k.
    """
    smooth = 1e-9
    weights = {episode: n / (size + smooth) * log(size + smooth) for episode, (n, size) in episodes.items()}
    heaviest, likest = max(weights.values(), default=0.0), max(likeness.values(), default=0.0)
    scores = {
        episode: _share(weights.get(episode, 0.0), heaviest) + _share(likeness.get(episode, 0.0), likest)
        for episode in {**weights, **likeness}
    }
    return best(scores, limit=limit)


def best(scores: Mapping[str, float], *, limit: int) -> list[tuple[str, float]]:
    """Return the `limit` highest scores above 0, best first, ties by id."""
    relevant = [(episode, score) for episode, score in scores.items() if score > 0]
    return sorted(relevant, key=lambda one: (-one[1], one[0]))[:limit]


def _share(value: float, largest: float) -> float:
    return value / largest if largest > 0 else 0.0
