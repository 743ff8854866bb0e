"""How well a ranked list finds the evidence: recall@k, hit@k, reciprocal rank, nDCG, and how sure an average is.

What is ranked are recollections, each with the events it comes from, its sources. What
is counted are events, by one rule for passages and summaries alike: **a recollection
takes as many ranks as it names events that none before it named, and at least one.**
Evidence among the n events of a recollection may stand at any of its n ranks, each order
as likely as another, and a figure is its mean over those orders (as for ties: McSherry
and Najork, "Computing information retrieval performance measures efficiently in the
presence of tied scores", ECIR 2008). So:

- where every recollection has one source, these are the textbook's figures;
- one summary that cites everything finds what a list in random order finds;
- one that cites three events, one of them evidence, has it within the first 3, and a third of it at 1;
- a second fact of the same event takes a rank, and finds nothing new.

What is pinned is shown whatever the question, so it is no answer to it: it takes no rank,
and finds nothing.

`as_listed` is the generous reading beside it: each recollection takes one rank, and
counts for all its sources there. It is never lower; far higher where summaries cite much.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import comb, log2
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agentmem.events import Value

CUTS = (1, 5, 10, 20)
"""The k of recall@k and hit@k."""
DEPTH = 10
"""The k of nDCG@k."""
ROUNDS = 1000
"""Resamples of the bootstrap."""
AT_ONCE = 1_000_000
"""The most numbers resampled at once: 8 MB."""
SURE = 95
"""Percent of the resamples that lie inside an interval."""

Recalled = Sequence[Sequence[str]]
"""The sources of each recollection that is not pinned, best first."""


class Span(NamedTuple):
    """The ranks one recollection takes: `start + 1` to `start + ranks`, with `evidence` among its events."""

    start: int
    ranks: int
    evidence: int


class Scores(Value):
    """How well one question's evidence was found, each in [0, 1].

    Attributes:
        recall: k to the share of the evidence within the first k ranks.
        hit: k to how likely any evidence is within the first k ranks.
        as_listed: k to the share of the evidence among all sources of the first k recollections.
        reciprocal_rank: 1 / rank of the first evidence; 0 where none was found.
        ndcg: nDCG@10: 1 where all the evidence comes first.
    """

    recall: dict[int, float]
    hit: dict[int, float]
    as_listed: dict[int, float]
    reciprocal_rank: float
    ndcg: float


class Mean(Value):
    """An average, and between which two values it lies in 95 of 100 resamples."""

    value: float
    low: float
    high: float


def scored(recalled: Recalled, evidence: set[str]) -> Scores:
    """Return how well `recalled` finds `evidence`, of which there is at least one.

    >>> scores = scored([["e7"], ["e2"]], {"e2", "e3"})
    >>> scores.recall[1], scores.recall[5], scores.reciprocal_rank
    (0.0, 0.5, 0.5)
    """
    places, total = spans(recalled, evidence), len(evidence)
    listed = spans(recalled, evidence, each_takes_one=True)
    return Scores(
        recall={k: recall_at(k, places, total) for k in CUTS},
        hit={k: hit_at(k, places) for k in CUTS},
        as_listed={k: recall_at(k, listed, total) for k in CUTS},
        reciprocal_rank=reciprocal_rank(places),
        ndcg=ndcg_at(DEPTH, places, total),
    )


def spans(recalled: Recalled, evidence: set[str], *, each_takes_one: bool = False) -> list[Span]:
    """Return the ranks each recollection takes; with `each_takes_one`, one each.

    >>> spans([["a", "b", "c"], ["b"], ["d"]], {"c", "d"})
    [Span(start=0, ranks=3, evidence=1), Span(start=3, ranks=1, evidence=0), Span(start=4, ranks=1, evidence=1)]
    """
    seen: set[str] = set()
    start = 0
    found = []
    for sources in recalled:
        new = set(sources) - seen
        seen |= new
        ranks = 1 if each_takes_one else max(1, len(new))
        found.append(Span(start, ranks, len(new & evidence)))
        start += ranks
    return found


def recall_at(k: int, places: Sequence[Span], total: int) -> float:
    """Return the share of the evidence within the first `k` ranks.

    >>> recall_at(10, [Span(0, 20, 1)], 1), recall_at(10, [Span(0, 9, 1), Span(9, 1, 1)], 4)
    (0.5, 0.5)
    """
    return sum(span.evidence * min(1.0, max(0, k - span.start) / span.ranks) for span in places) / total


def hit_at(k: int, places: Sequence[Span]) -> float:
    """Return how likely any evidence is within the first `k` ranks.

    >>> hit_at(1, [Span(0, 2, 1)]), hit_at(2, [Span(0, 2, 1)]), hit_at(2, [Span(2, 1, 1)])
    (0.5, 1.0, 0.0)
    """
    first = _first(places)
    if first is None or first.start >= k:
        return 0.0
    inside = min(k - first.start, first.ranks)
    return 1 - comb(first.ranks - first.evidence, inside) / comb(first.ranks, inside)


def reciprocal_rank(places: Sequence[Span]) -> float:
    """Return 1 / rank of the first evidence; 0 where there is none.

    >>> reciprocal_rank([Span(0, 1, 0), Span(1, 1, 1)]), reciprocal_rank([Span(0, 2, 1)])
    (0.5, 0.75)
    """
    first = _first(places)
    if first is None:
        return 0.0
    orders = comb(first.ranks, first.evidence)
    places_of_first = range(1, first.ranks - first.evidence + 2)
    return sum(
        comb(first.ranks - place, first.evidence - 1) / orders / (first.start + place) for place in places_of_first
    )


def ndcg_at(k: int, places: Sequence[Span], total: int) -> float:
    """Return nDCG@k: every evidence counts the same, and less the later it comes (1 / log2(rank + 1)).

    >>> ndcg_at(10, [Span(0, 1, 1), Span(1, 1, 1)], 2), round(ndcg_at(10, [Span(0, 1, 0), Span(1, 1, 1)], 1), 3)
    (1.0, 0.631)
    """
    worth = [0.0, *np.cumsum([1 / log2(rank + 1) for rank in range(1, k + 1)]).tolist()]
    gained = sum(
        span.evidence / span.ranks * (worth[min(k, span.start + span.ranks)] - worth[min(k, span.start)])
        for span in places
    )
    return float(gained / worth[min(k, total)])


def means(figures: NDArray[np.float64], *, seed: int) -> list[Mean]:
    """Return the mean of each column with its interval: percentiles of the means of resampled rows.

    Args:
        figures: Shape (questions, figures); one row or more.
        seed: The same gives the same intervals.

    >>> means(np.array([[0.0], [1.0], [1.0], [0.0]]), seed=0)
    [Mean(value=0.5, low=0.0, high=1.0)]
    """
    low, high = interval(resampled(figures, np.random.default_rng(seed)))
    middle = figures.mean(axis=0)
    return [Mean(value=float(v), low=float(a), high=float(b)) for v, a, b in zip(middle, low, high, strict=True)]


def resampled(figures: NDArray[np.float64], draw: np.random.Generator) -> NDArray[np.float64]:
    """Return the means of the columns of `figures` in `ROUNDS` resamples of its rows, shape (ROUNDS, figures)."""
    rows = len(figures)
    at_once = max(1, AT_ONCE // figures.size)
    taken = [min(at_once, ROUNDS - first) for first in range(0, ROUNDS, at_once)]
    return np.concatenate([figures[draw.integers(rows, size=(some, rows))].mean(axis=1) for some in taken])


def interval(means: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return between which two values `SURE` of 100 resampled means lie, of each column."""
    outside = (100 - SURE) / 2
    low, high = np.percentile(means, [outside, 100 - outside], axis=0)
    return low, high


def _first(places: Sequence[Span]) -> Span | None:
    """Return the span with the first evidence."""
    return next((span for span in places if span.evidence), None)
