"""Attention on two levels: first which chunks, then which of their steps, and what of that is recalled.

HCAM (Lampinen et al., 2021, arXiv 2105.14039), section 3: the k best chunks by
their keys, a softmax over those, and within each a softmax over its steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agentmem.events import Query, Recollection
from agentmem.graph.contract import Node
from agentmem.vectors import Vectors
from agentmem_hcam.chunks import Chunk, likeness
from agentmem_hcam.settings import HCAMSettings

Numbers = NDArray[np.float64]


class Attended(NamedTuple):
    """A chunk that is attended, and how much each of its steps is.

    Attributes:
        chunk: Its index among those given.
        weight: w_j, its share among the chunks attended.
        shares: a_i, shape (n,): shares of its steps, which sum to 1.
    """

    chunk: int
    weight: float
    shares: Numbers


class Heard(NamedTuple):
    """A step that is attended: w_j of its chunk, its own a_i, its cosine with the query, and its score."""

    step: Node
    weight: float
    share: float
    cosine: float
    score: float


def attend(
    keys: Sequence[float], steps: Sequence[Sequence[float]], *, chunks: int, temperature: float
) -> list[Attended]:
    """Return the best chunks with the attention within them, heaviest first, ties in the order given.

    w_j * a_i is what a step weighs in all; over all steps of all chunks returned that sums to 1.

    Args:
        keys: Cosine of the query with each chunk's key.
        steps: Of each chunk, the cosines of the query with its steps; none of them empty. What is
            masked is simply not given: in the authors' release it may still be chosen.
        chunks: k.
        temperature: Above 0.

    >>> [(one.chunk, round(one.weight, 2)) for one in attend([0.1, 0.3], [[0.1], [0.2, 0.4]], chunks=2, temperature=1)]
    [(1, 0.55), (0, 0.45)]
    """
    best = sorted(range(len(keys)), key=lambda chunk: -keys[chunk])[:chunks]
    weights = softmax([keys[chunk] for chunk in best], temperature)
    return [
        Attended(chunk, float(weight), softmax(steps[chunk], temperature))
        for chunk, weight in zip(best, weights, strict=True)
    ]


def softmax(scores: Sequence[float], temperature: float) -> Numbers:
    """Return shares that sum to 1, shape (n,); none for no scores."""
    logits = np.asarray(scores, np.float64) / temperature
    odds = np.exp(logits - logits.max(initial=-np.inf))
    shares: Numbers = odds / odds.sum()
    return shares


def passage(shares: Sequence[float], room: int) -> tuple[int, int]:
    """Return first and end of the `room` steps in a row that stay when the lighter end is dropped again and again.

    >>> passage([0.1, 0.4, 0.2, 0.3], 2)
    (1, 3)
    """
    first, end = 0, len(shares)
    while end - first > room:
        if shares[first] <= shares[end - 1]:
            first += 1
        else:
            end -= 1
    return first, end


def recollect(asked: Vectors, chunks: Iterable[Chunk], query: Query, settings: HCAMSettings) -> list[Recollection]:
    """Return steps of the k best of `chunks`, best first, as many as the query allows.

    Args:
        asked: The vector of the query, shape (dim,), unit length.
        chunks: The k nearest among them, and as many more as the query excludes steps.
        query: What it excludes is masked: it gets no attention, and an empty chunk takes no place.
        settings: k, and what gives way to the limit.
    """
    visible = [(chunk, [s for s in chunk.steps if s.props["event"] not in query.exclude]) for chunk in chunks]
    visible = [(chunk, steps) for chunk, steps in visible if steps]
    cosines = [[likeness(asked, step.vector) for step in steps] for _, steps in visible]
    keys = [likeness(asked, chunk.key) for chunk, _ in visible]
    if settings.key == "max":
        keys = [max(mean, *own) for mean, own in zip(keys, cosines, strict=True)]
    attended = attend(keys, cosines, chunks=settings.chunks, temperature=settings.temperature)
    heard = _heard(attended, [steps for _, steps in visible], cosines, temperature=settings.temperature)
    kept = [[one for one in inside if one.score >= query.min_score] for inside in heard]
    chosen = _whole_chunks(kept, query.limit) if settings.trim == "edges" else [one for part in kept for one in part]
    chosen.sort(key=lambda one: (-one.score, one.step.position))
    return [_recollection(one) for one in chosen[: query.limit]]


def _heard(
    attended: Sequence[Attended],
    steps: Sequence[Sequence[Node]],
    cosines: Sequence[Sequence[float]],
    *,
    temperature: float,
) -> list[list[Heard]]:
    """Return the steps of each attended chunk with a score in [0, 1] that falls as w_j * a_i does.

    Attention sums to 1, whatever there is: it says which steps fit better than others, not whether
    any fits. So the best one gets the cosine of the likest step, nothing at all if that is not above 0,
    and the others fall from there with their attention, the temperature taken back.
    """
    likest = min(1.0, max((cosine for one in attended for cosine in cosines[one.chunk]), default=0.0))
    if likest <= 0:
        return []
    most = max(one.weight * float(one.shares.max()) for one in attended)
    return [
        [
            Heard(step, one.weight, share, cosine, likest * (one.weight * share / most) ** temperature)
            for step, share, cosine in zip(steps[one.chunk], one.shares.tolist(), cosines[one.chunk], strict=True)
        ]
        for one in attended
    ]


def _whole_chunks(chunks: Iterable[Sequence[Heard]], limit: int) -> list[Heard]:
    """Return what fits of `chunks`, heaviest first: whole ones, then of one a passage without its lighter ends."""
    chosen: list[Heard] = []
    for inside in chunks:
        first, end = passage([one.share for one in inside], limit - len(chosen))
        chosen += inside[first:end]
    return chosen


def _recollection(one: Heard) -> Recollection:
    """Return a step as a recollection of its own.

    Not one per chunk: the score says how well it answers, `position` where it belongs in the passage,
    and its text is one that a reader knows the grammar of.
    """
    parts = {"attention": one.weight * one.share, "chunk": one.weight, "step": one.share, "cosine": one.cosine}
    return Recollection(
        id=one.step.id,
        kind="event",
        text=one.step.text,
        score=one.score,
        parts=parts,
        sources=(str(one.step.props["event"]),),
        memory="hcam",
        at=one.step.at,
        position=one.step.position,
    )
