"""Who said a fact: the event its node names, or those that said it again once that one was taken back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from agentmem.events import EVENT_PREFIX
from agentmem.graph.contract import Node
from agentmem.graph.view import MemoryGraph

Sources = Mapping[str, tuple[str, ...]]
"""Node id of a fact to the events that said it and are not excluded; a fact without any is absent."""
AGAIN = 8
"""How many of those who said a fact again are looked at, newest first."""


def sources_of(nodes: Sequence[Node], graph: MemoryGraph, *, excluded: Collection[str] = ()) -> Sources:
    """Return who said each fact, without `excluded`.

    A fact node names the first event that said it. Only where that one is excluded or undone
    are the episodes asked who said it again.
    """
    first = {node.id: str(node.props["source"]) for node in nodes}
    held = told_by(set(first.values()).difference(excluded), graph)
    told = {node: (source,) for node, source in first.items() if source in held}
    again = [node for node in first if node not in told]
    return told | _said_again(again, excluded, graph) if again else told


def told_by(events: Collection[str], graph: MemoryGraph) -> set[str]:
    """Return those of `events` that something is held of: what is undone is not among them."""
    nodes = [EVENT_PREFIX + event for event in sorted(events)]
    edges = graph.edges(nodes, types=["OF"], direction="in") if nodes else []
    return {edge.target.removeprefix(EVENT_PREFIX) for edge in edges}


def _said_again(facts: list[str], excluded: Collection[str], graph: MemoryGraph) -> dict[str, tuple[str, ...]]:
    edges = graph.edges(facts, types=["EXTRACTED"], direction="in", limit=AGAIN * len(facts))
    episodes = graph.get(list(dict.fromkeys(edge.source for edge in edges)))
    events = {node.id: str(node.props["event"]) for node in episodes}
    again: dict[str, tuple[str, ...]] = {}
    for edge in edges:
        if edge.source in events and events[edge.source] not in excluded:
            again[edge.target] = (*again.get(edge.target, ()), events[edge.source])
    return again
