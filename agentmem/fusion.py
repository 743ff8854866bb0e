"""One list from several: what different memories recall for one question, merged and ranked.

Pure functions over recollections. What two memories both recall is kept once
and says who supplied it; who agrees with others rises.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Literal

from agentmem.events import Recollection

Method = Literal["rrf", "weighted"]
Answers = Mapping[str, Sequence[Recollection]]
"""What each memory recalled, by the memory's name, each in its own order."""
ALIKE = 0.8
"""Share of words that two passages from one event have in common when they are the same."""


def fuse(
    answers: Answers, *, weights: Mapping[str, float], method: Method = "rrf", rank_constant: int = 60
) -> list[Recollection]:
    """Return all that was recalled, each once: pinned first, then best first, ties by id.

    `rrf` is reciprocal rank fusion (Cormack et al. 2009), sum of w / (k + rank);
    `weighted` is the weighted mean of the memories' own scores. Both are divided
    by what a recollection would get that every memory puts first with score 1.

    Args:
        answers: By name; an empty list where a memory had nothing to say.
        weights: One per memory, above 0.
        method: See above.
        rank_constant: k of `rrf`; the larger, the less the first ranks stand out.

    Returns:
        Recollections of the memory that ranked each highest. Their `parts` are what
        each memory thought of it, by its name; `also` names the others, with their ids.
    """

    def worth(name: str, *, rank: int, score: float) -> float:
        return weights[name] / (rank_constant + rank) if method == "rrf" else weights[name] * score

    best = sum(worth(name, rank=1, score=1.0) for name in answers)
    fused = []
    for group in _merged(answers):
        votes = group.votes.items()
        total = sum(worth(name, rank=vote.rank, score=vote.one.score) for name, vote in votes)
        fused.append(_fused(group, min(1.0, total / best)))
    return sorted(fused, key=lambda one: (not one.pinned, -one.score, one.id))


@dataclass(frozen=True)
class _Vote:
    rank: int
    one: Recollection


@dataclass
class _Group:
    """Recollections that say the same, the best-ranked one of each memory."""

    votes: dict[str, _Vote] = field(default_factory=dict)

    def is_same(self, one: Recollection) -> bool:
        return any(is_same(one, vote.one) for vote in self.votes.values())


def is_same(one: Recollection, other: Recollection) -> bool:
    """Return whether two recollections say the same: one statement, one text, or one event in nearly the same words."""
    if one.fact is not None or other.fact is not None:
        return one.fact is not None and other.fact is not None and one.fact.text == other.fact.text
    mine, yours = one.text.split(), other.text.split()
    if mine == yours:
        return True
    if one.sources != other.sources:
        return False
    words, more = set(mine), set(yours)
    return len(words & more) >= ALIKE * len(words | more)


def _merged(answers: Answers) -> list[_Group]:
    """Return groups of the same; only what shares a statement, a text or its first source is compared."""
    groups: list[_Group] = []
    by_key: dict[str, list[_Group]] = {}
    for name, found in answers.items():
        for rank, one in _ranked(found):
            keys = list(_keys(one))
            group = next(
                (g for key in keys for g in by_key.get(key, ()) if name not in g.votes and g.is_same(one)), None
            )
            if group is None:
                group = _Group()
                groups.append(group)
            group.votes[name] = _Vote(rank, one)
            for key in keys:
                by_key.setdefault(key, []).append(group)
    return groups


def _ranked(found: Iterable[Recollection]) -> Iterable[tuple[int, Recollection]]:
    """Yield each with its rank among those that are pinned, or among the others: what always shows outranks nothing."""
    ranks = {True: count(1), False: count(1)}
    for one in found:
        yield next(ranks[one.pinned]), one


def _keys(one: Recollection) -> Iterable[str]:
    yield f"says {one.fact.text}" if one.fact is not None else f"says {' '.join(one.text.split())}"
    for source in one.sources[:1]:  # a memory should name one, and may not
        yield f"from {source}"


def _fused(group: _Group, score: float) -> Recollection:
    first = min(group.votes, key=lambda name: group.votes[name].rank)
    one = group.votes[first].one
    if len(group.votes) == 1:
        return one.model_copy(update={"score": score, "parts": {**one.parts, first: one.score}})
    others = {name: vote.one for name, vote in group.votes.items() if name != first}
    sources = dict.fromkeys([*one.sources, *(source for other in others.values() for source in other.sources)])
    return one.model_copy(
        update={
            "score": score,
            "parts": {name: vote.one.score for name, vote in group.votes.items()},
            "sources": tuple(sources),
            "also": {name: other.id for name, other in others.items()},
            "pinned": any(vote.one.pinned for vote in group.votes.values()),
        }
    )
