"""Answers: what the searches find, as recollections in their order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from agentmem.events import Fact, Query, Recollection
from agentmem.graph.contract import Node
from agentmem.graph.view import MemoryGraph
from agentmem.language.contract import Language
from agentmem.vectors import Vectors
from agentmem_arigraph.episodic_search import candidates, memberships, rank_by_code, rank_by_paper
from agentmem_arigraph.extraction import fact_in
from agentmem_arigraph.map_answers import place_and_ways
from agentmem_arigraph.schema import EPISODES, REMARKS
from agentmem_arigraph.semantic_search import Found, more_facts, semantic_search, starts
from agentmem_arigraph.settings import AriGraphSettings

Sources = Mapping[str, tuple[str, ...]]
"""Node id of a fact to the events that said it and are not excluded; a fact without any is absent."""

AGAIN = 8
"""How many of those who said a fact again are looked at, newest first."""
Parts = tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Asked:
    """One question, and what is needed to answer it."""

    query: Query
    graph: MemoryGraph
    language: Language
    settings: AriGraphSettings


class _Stamp(NamedTuple):
    """What a recollection takes from its node, hashable."""

    id: str
    text: str
    memory: str
    at: datetime
    position: int


def recollections(asked: Asked) -> list[Recollection]:
    """Return at most `query.limit` recollections: pinned ones first, then best first."""
    query, graph, settings = asked.query, asked.graph, asked.settings
    depths = starts(query, graph, asked.language, settings)
    vectors = dict(zip(depths, asked.language.embed(list(depths)), strict=True)) if depths else {}
    found = semantic_search(graph, depths, vectors, settings=settings)
    sources = _sources((one.node for one in found.values()), asked)
    found = {node: one for node, one in found.items() if node in sources}

    told = place_and_ways(query, graph, settings)
    told += [_found_fact(one, sources[node]) for node, one in found.items()]
    told += _episodes(found, vectors.get(query.text.strip()), asked)
    told += _remarks(vectors.get(query.text.strip()), asked)
    excluded = set(query.exclude)
    told = [one for one in told if one.score >= query.min_score and not excluded.issuperset(one.sources)]
    if settings.fill and query.min_score == 0 and len(told) < query.limit:
        told += _filling(found, depths, asked, room=query.limit - len(told))
    return sorted(told, key=_order)[: query.limit]


def _order(one: Recollection) -> tuple[bool, float]:
    return not one.pinned, -one.score


def _sources(nodes: Iterable[Node], asked: Asked) -> dict[str, tuple[str, ...]]:
    """Return who said each fact, without what the query excludes.

    A fact node names the first event that said it. Only where that one is
    excluded and others came later are the episodes asked who said it again.
    """
    excluded = set(asked.query.exclude)
    upto = asked.graph.position if asked.query.as_of is None else asked.query.as_of
    said = {node.id: (str(node.props["source"]), node.position) for node in nodes}
    told: dict[str, tuple[str, ...]] = {node: (source,) for node, (source, _) in said.items() if source not in excluded}
    again = [node for node, (source, position) in said.items() if source in excluded and position < upto]
    return told | _said_again(again, excluded, asked.graph) if again else told


def _said_again(facts: list[str], excluded: Collection[str], graph: MemoryGraph) -> dict[str, tuple[str, ...]]:
    edges = graph.edges(facts, types=["EXTRACTED"], direction="in", limit=AGAIN * len(facts))
    episodes = graph.get(list(dict.fromkeys(edge.source for edge in edges)))
    events = {node.id: str(node.props["event"]) for node in episodes}
    again: dict[str, tuple[str, ...]] = {}
    for edge in edges:
        if edge.source in events and events[edge.source] not in excluded:
            again[edge.target] = (*again.get(edge.target, ()), events[edge.source])
    return again


def _episodes(found: Mapping[str, Found], asked_vector: Vectors | None, asked: Asked) -> list[Recollection]:
    """Return the best episodes; their score is their share of the best one's, times the best fact's likeness."""
    query, graph, settings = asked.query, asked.graph, asked.settings
    if not found or not settings.episodes:
        return []
    limit = settings.episode_candidates
    newest = graph.scan(EPISODES, newest=True, limit=limit)
    alike = _alike(graph, asked_vector, limit) if settings.scoring == "code" else {}
    ids = candidates((one.node for one in found.values()), newest, limit=limit)
    known = graph.get(list(dict.fromkeys([*ids, *alike])))
    nodes = [node for node in known if node.props["event"] not in query.exclude]
    edges = graph.edges([node.id for node in nodes], types=["EXTRACTED"], direction="out")
    weighed = memberships(nodes, edges, found=found)
    best = settings.episodes
    paper = settings.scoring == "paper"
    ranked = rank_by_paper(weighed, limit=best) if paper else rank_by_code(weighed, alike, limit=best)
    by_id = {node.id: node for node in nodes}
    likeness = max(one.similarity for one in found.values())
    return [
        _episode(by_id[one], part="relevance", value=value, score=likeness * value / ranked[0][1])
        for one, value in ranked
    ]


def _remarks(vector: Vectors | None, asked: Asked) -> list[Recollection]:
    """Return the events nearest to the question that no fact was read from: no fact leads to them."""
    query, best = asked.query, asked.settings.episodes
    if vector is None or not best:
        return []
    hits = asked.graph.nearest(vector, REMARKS, limit=best + len(query.exclude))
    near = [hit for hit in hits if hit.score > 0 and hit.node.props["event"] not in query.exclude]
    return [_episode(node, part="similarity", value=score, score=min(1.0, score)) for node, score in near[:best]]


def _alike(graph: MemoryGraph, vector: Vectors | None, limit: int) -> dict[str, float]:
    """Return the episodes most like the text that was asked."""
    return {} if vector is None else {hit.node.id: hit.score for hit in graph.nearest(vector, EPISODES, limit=limit)}


def _episode(node: Node, *, part: str, value: float, score: float) -> Recollection:
    return Recollection(
        id=node.id,
        kind="episode",
        text=node.text,
        score=score,
        parts={part: value},
        sources=(str(node.props["event"]),),
        memory=node.memory,
        at=node.at,
        position=node.position,
    )


def _filling(found: Mapping[str, Found], depths: Mapping[str, int], asked: Asked, *, room: int) -> list[Recollection]:
    around = {end for one in found.values() for end in (one.fact.subject, one.fact.object)} | depths.keys()
    known = {node: one.node for node, one in found.items()}
    nodes = more_facts(asked.graph, known, around=around, room=room)
    sources = _sources(nodes, asked)
    return [_fact(node, sources[node.id], 0.0, (("fill", 1.0),)) for node in nodes if node.id in sources]


def _found_fact(one: Found, sources: tuple[str, ...]) -> Recollection:
    """Return a fact, scored by its likeness, halved with each hop from the start."""
    parts = (("similarity", one.similarity), ("hops", float(one.hops)))
    return _fact(one.node, sources, one.similarity / 2**one.hops, parts)


def _fact(node: Node, sources: tuple[str, ...], score: float, parts: Parts) -> Recollection:
    stamp = _Stamp(node.id, node.text, node.memory, node.at, node.position)
    return _fact_recollection(stamp, fact_in(node), sources, score=score, parts=parts)


@lru_cache(maxsize=16_384)
def _fact_recollection(
    stamp: _Stamp, fact: Fact, sources: tuple[str, ...], *, score: float, parts: Parts
) -> Recollection:
    """Return the recollection of a fact; kept, since an agent is told the same facts at each step."""
    return Recollection(
        id=stamp.id,
        kind="fact",
        text=stamp.text,
        score=score,
        parts=dict(parts),
        sources=sources,
        memory=stamp.memory,
        at=stamp.at,
        position=stamp.position,
        fact=fact,
    )
