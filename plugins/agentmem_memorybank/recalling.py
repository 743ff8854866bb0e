"""Recalling: turns and day summaries near a question, each with the neighbours its chunk grows by, and what is pinned.

MemoryBank (Zhong et al., 2023), section 2.2. A neighbour is a recollection of its
own, behind the turn it was taken along with and with its score. So each has one
source, can be reinforced by itself and reads as it was seen; together they are the chunk.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from agentmem.events import Query, Recollection
from agentmem.graph.contract import Node, Where
from agentmem.graph.view import MemoryGraph
from agentmem.vectors import Vectors
from agentmem_memorybank.settings import MemoryBankSettings

KIND_OF = {"Turn": "event", "DaySummary": "summary", "Summary": "summary", "Portrait": "profile"}
"""The kind of recollection that each label is."""


def pinned(query: Query, vector: Vectors, graph: MemoryGraph, settings: MemoryBankSettings) -> list[Recollection]:
    """Return the global summary and portraits, those most like the question first, up to their share of the limit."""
    room = int(query.limit * settings.pinned_share)
    labels = [label for label, is_on in _pins(settings).items() if is_on and room]
    hits = [hit for label in labels for hit in graph.nearest(vector, Where(label=label), limit=room)]
    kept = sorted((hit for hit in hits if _is_wanted(hit.node, query)), key=lambda hit: (-hit.score, hit.node.id))
    return [_recollection(node, 1.0, {"vector": cosine}, is_pinned=True) for node, cosine in kept[:room]]


def pieces(query: Query, vector: Vectors, graph: MemoryGraph, *, room: int, chunk_size: int) -> list[Recollection]:
    """Return up to `room` turns and day summaries by their likeness to the question, with their chunks, best first."""
    if not room:
        return []
    most = room + len(query.exclude)
    hits = [hit for label in ("Turn", "DaySummary") for hit in graph.nearest(vector, Where(label=label), limit=most)]
    near = [hit for hit in hits if max(0.0, hit.score) >= query.min_score and _is_wanted(hit.node, query)]
    near = sorted(near, key=lambda hit: (-hit.score, hit.node.id))[:room]
    chunks = grown([hit.node for hit in near], graph, size=chunk_size)
    found: dict[str, Recollection] = {}
    for (node, cosine), neighbours in zip(near, chunks, strict=True):
        found.setdefault(node.id, _recollection(node, cosine, {"vector": cosine}))
        for one in neighbours:
            if _is_wanted(one, query):
                found.setdefault(one.id, _recollection(one, cosine, {"chunk": cosine}))
    return list(found.values())[:room]


def grown(nodes: Sequence[Node], graph: MemoryGraph, *, size: int) -> list[list[Node]]:
    """Return for each turn the neighbours of its day that fit with it into `size` characters, the nearest first.

    As in the authors' program: in turns the next one behind and the next one before,
    until one would be too much. Where a turn was forgotten, the chunk ends.
    """
    chunks: list[list[Node]] = [[] for _ in nodes]
    room = [size - len(node.text) for node in nodes]
    ends: dict[int, tuple[Node | None, Node | None]] = {
        place: (node, node) for place, node in enumerate(nodes) if node.label == "Turn" and room[place] > 0
    }
    while ends:
        behind, before = _neighbours([end for pair in ends.values() for end in pair if end], graph)
        ends = {p: (last and behind.get(last.id), first and before.get(first.id)) for p, (last, first) in ends.items()}
        for place, pair in ends.items():
            for one in filter(None, pair):
                room[place] -= len(one.text)
                if room[place] < 0:
                    break
                chunks[place].append(one)
        ends = {place: pair for place, pair in ends.items() if room[place] > 0 and any(pair)}
    return chunks


def sources_of(node: Node) -> tuple[str, ...]:
    """Return the ids of the events a node comes from."""
    named = node.props.get("sources", [node.props.get("event")])
    assert isinstance(named, list)
    return tuple(map(str, named))


def _neighbours(turns: Iterable[Node], graph: MemoryGraph) -> tuple[Mapping[str, Node], Mapping[str, Node]]:
    """Return for turns the one right behind each, and the one right before, by id."""
    edges = graph.edges([turn.id for turn in turns], types=["NEXT"])
    nodes = {node.id: node for node in graph.get(sorted({end for edge in edges for end in (edge.source, edge.target)}))}
    pairs = [(edge.source, edge.target) for edge in edges if edge.source in nodes and edge.target in nodes]
    return {one: nodes[other] for one, other in pairs}, {other: nodes[one] for one, other in pairs}


def _pins(settings: MemoryBankSettings) -> Mapping[str, bool]:
    return {"Summary": settings.pin_summary, "Portrait": settings.pin_portraits}


def _is_wanted(node: Node, query: Query) -> bool:
    """Return whether something a node comes from is not excluded."""
    return not set(query.exclude).issuperset(sources_of(node))


def _recollection(node: Node, score: float, parts: Mapping[str, float], *, is_pinned: bool = False) -> Recollection:
    return Recollection(
        id=node.id,
        kind=KIND_OF[node.label],
        text=node.text,
        score=max(0.0, min(1.0, score)),
        parts=dict(parts),
        sources=sources_of(node),
        memory=node.memory,
        at=datetime.fromisoformat(str(node.props["at"])),
        position=int(str(node.props["position"])),
        pinned=is_pinned,
    )
