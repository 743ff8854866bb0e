"""Answers: what the searches find, as recollections in their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from agentmem.events import Query, Recollection
from agentmem.graph.contract import Node
from agentmem.graph.view import MemoryGraph
from agentmem.language.contract import Language
from agentmem.vectors import Vectors
from agentmem_arigraph.episodic_search import candidates, memberships, rank_by_code, rank_by_paper
from agentmem_arigraph.extraction import Said, fact_of, said_by
from agentmem_arigraph.map_answers import place_and_ways
from agentmem_arigraph.schema import EPISODES, REMARKS
from agentmem_arigraph.semantic_search import Found, more_facts, semantic_search, starts
from agentmem_arigraph.settings import AriGraphSettings
from agentmem_arigraph.sources import sources_of

Stamp = tuple[str, str, str, datetime, int]
"""Of a node: id, text, memory, at, position."""


@dataclass(frozen=True)
class Asked:
    """One question, and what is needed to answer it."""

    query: Query
    graph: MemoryGraph
    language: Language
    settings: AriGraphSettings


def recollections(asked: Asked) -> list[Recollection]:
    """Return at most `query.limit` recollections: pinned ones first, then best first."""
    query, graph, settings = asked.query, asked.graph, asked.settings
    depths = starts(query, graph, asked.language, settings)
    vectors = dict(zip(depths, asked.language.embed(list(depths)), strict=True)) if depths else {}
    found = semantic_search(graph, depths, vectors, settings=settings)
    sources = sources_of([one.node for one in found.values()], graph, excluded=query.exclude)
    found = {node: one for node, one in found.items() if node in sources}

    newest = graph.scan(EPISODES, newest=True, limit=settings.episode_candidates)
    told = place_and_ways(query, graph, settings, last=newest[0] if newest else None)
    told += [_found_fact(one, sources[node]) for node, one in found.items()]
    told += _episodes(found, newest, vectors.get(query.text.strip()), asked)
    told += _remarks(vectors.get(query.text.strip()), asked)
    excluded = set(query.exclude)
    told = [one for one in told if one.score >= query.min_score and not excluded.issuperset(one.sources)]
    if settings.fill and query.min_score == 0 and len(told) < query.limit:
        told += _filling(found, depths, asked, room=query.limit - len(told))
    return sorted(told, key=_order)[: query.limit]


def _order(one: Recollection) -> tuple[bool, float]:
    return not one.pinned, -one.score


def _episodes(
    found: Mapping[str, Found], newest: Sequence[Node], asked_vector: Vectors | None, asked: Asked
) -> list[Recollection]:
    """Return the best episodes; their score is their share of the best one's, times the best fact's likeness."""
    query, graph, settings = asked.query, asked.graph, asked.settings
    if not found or not settings.episodes:
        return []
    limit = settings.episode_candidates
    alike = _alike(graph, asked_vector, limit) if settings.scoring == "code" else {}
    ids = candidates((one.node for one in found.values()), newest, limit=limit)
    known = _with_others(newest, list(dict.fromkeys([*ids, *alike])), graph)
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


def _with_others(known: Sequence[Node], ids: Sequence[str], graph: MemoryGraph) -> list[Node]:
    """Return the nodes with these ids, in their order; those that are `known` are not read again."""
    by_id = {node.id: node for node in known}
    by_id.update((node.id, node) for node in graph.get([one for one in ids if one not in by_id]))
    return [by_id[one] for one in ids if one in by_id]


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
    nodes = more_facts(asked.graph, found, starts=depths, room=room)
    sources = sources_of(nodes, asked.graph, excluded=asked.query.exclude)
    return [_fact(node, sources[node.id]) for node in nodes if node.id in sources]


def _found_fact(one: Found, sources: tuple[str, ...]) -> Recollection:
    """Return a fact, scored by its likeness, halved with each hop from the start."""
    parts = {"similarity": one.similarity, "hops": float(one.hops)}
    return _fact(one.node, sources).model_copy(update={"score": one.similarity / 2**one.hops, "parts": parts})


def _fact(node: Node, sources: tuple[str, ...]) -> Recollection:
    """Return a fact that nothing led to: it fills the room that is left."""
    return _recollection((node.id, node.text, node.memory, node.at, node.position), said_by(node), sources)


@lru_cache(maxsize=16_384)
def _recollection(stamp: Stamp, said: Said, sources: tuple[str, ...]) -> Recollection:
    """Return the recollection of a fact; kept, since an agent is told the same facts at each step."""
    id_, text, memory, at, position = stamp
    return Recollection(
        id=id_,
        kind="fact",
        text=text,
        score=0.0,
        parts={"fill": 1.0},
        sources=sources,
        memory=memory,
        at=at,
        position=position,
        fact=fact_of(*said),
    )
