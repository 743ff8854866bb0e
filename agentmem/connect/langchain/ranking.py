"""How well items answer a question: by meaning, and by the words they share with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from agentmem.graph.contract import Graph, Hit, Node, Where, ids_of
from agentmem.vectors import Vectors

FIRST = 64
"""Texts looked at first; four times as many, and so on, where a filter leaves too few."""
WORDED = 64
"""Texts in which words are looked for: those that share the most. A fixed number, so that pages fit together."""


@dataclass(frozen=True)
class Question:
    """What is asked, where, and how much its words count against its meaning.

    Attributes:
        text: In words.
        vector: Shape (dim,).
        within: The texts that are looked through.
        words: How much of a score, in [0, 1], is for shared words; the rest is the cosine.
    """

    text: str
    vector: Vectors
    within: Where
    words: float


class Ranked(NamedTuple):
    """An item with its score."""

    item: Node
    score: float


def ranked(
    graph: Graph, question: Question, *, wanted: int, let_through: Callable[[Sequence[str]], list[Node]]
) -> list[Ranked]:
    """Return the items that answer best, best first, ties by id: at least `wanted`, if there are so many.

    An item scores as the best of its texts. The first `wanted` are exact: what is not looked at scores no more.

    Args:
        graph: Where they are kept.
        question: What is asked.
        wanted: How many; at least 1.
        let_through: Ids of items to those that may be shown.
    """
    worded = _worded(graph, question)
    looked_at = max(FIRST, 2 * wanted)
    while True:
        near = graph.nearest(question.vector, question.within, limit=looked_at)
        scores = _best([*worded, *((_item(hit), (1 - question.words) * hit.score) for hit in near)])
        shown = {item.id: item for item in let_through(list(scores))}
        found = [Ranked(item, scores[id_]) for id_, item in shown.items()]
        if len(near) < looked_at or len(shown.keys() & {_item(hit) for hit in near}) >= wanted:
            return sorted(found, key=lambda one: (-one.score, one.item.id))
        looked_at *= 4


def _worded(graph: Graph, question: Question) -> list[tuple[str, float]]:
    """Return the items of texts that share words with the question, with their scores."""
    if not question.words:
        return []
    hits = graph.matching(question.text, question.within, limit=WORDED)
    vectors = {node.id: node.vector for node in graph.get(ids_of(hit.node for hit in hits), vectors=True)}
    scored = []
    for hit in hits:
        vector = vectors.get(hit.node.id)
        cosine = 0.0 if vector is None else float(vector @ question.vector)
        scored.append((_item(hit), (1 - question.words) * cosine + question.words * hit.score / hits[0].score))
    return scored


def _best(scored: Iterable[tuple[str, float]]) -> dict[str, float]:
    best: dict[str, float] = {}
    for item, score in scored:
        best[item] = max(score, best.get(item, score))
    return best


def _item(hit: Hit) -> str:
    return str(hit.node.props["item"])
