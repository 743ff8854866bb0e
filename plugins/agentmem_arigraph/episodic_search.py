"""Episodic search: the past observations that hold most of the facts just found.

AriGraph (Anokhin et al., 2024), equation 1; best first, and over the facts of
this very search.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from math import log, log2

from agentmem.graph.contract import Edge, Node


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


def candidates(found: Iterable[Node], newest: Iterable[Node], *, limit: int) -> list[str]:
    """Return ids of the episodes worth weighing: the newest, and those that first told most of what was found.

    Ours: the paper weighs all episodes, which costs more with each one. A fact
    that is told again and again is in many; the first and the newest stand for them.
    """
    first = Counter(str(node.props["episode"]) for node in found)
    return list(dict.fromkeys([*(one for one, _ in first.most_common(limit)), *(node.id for node in newest)]))


def memberships(
    episodes: Sequence[Node], edges: Iterable[Edge], *, found: Container[str]
) -> dict[str, tuple[int, int]]:
    """Return each episode to (n, N): how many of its facts were found, and how many it has in all."""
    hits = Counter(edge.source for edge in edges if edge.target in found)
    return {node.id: (hits[node.id], int(str(node.props["facts"]))) for node in episodes}


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
