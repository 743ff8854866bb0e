"""What AriGraph holds, to be looked at: each entity with what is known of it, and the episodes that told it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from agentmem.graph.contract import Node, ids_of
from agentmem.graph.view import MemoryGraph
from agentmem.shape import Group, Item
from agentmem_arigraph.schema import EPISODES, FACTS, REMARKS


def shape(graph: MemoryGraph) -> list[Group]:
    """Return a group per entity, those most is known of first, then the episodes, oldest first.

    An entity's facts are those it is the subject of: "facts" counts the current ones, "retired" those
    that hold no longer, "object of" the current facts of others that name it.
    """
    facts = graph.scan(FACTS)
    told = graph.edges(ids_of(facts), types=["EXTRACTED"], direction="in")
    return [*_entities(graph, facts, Counter(edge.target for edge in told)), *_episodes(graph, facts)]


def _entities(graph: MemoryGraph, facts: Sequence[Node], told: Mapping[str, int]) -> list[Group]:
    """Return the entities; `told` says how many episodes told each fact."""
    known: dict[str, list[Node]] = defaultdict(list)
    for fact in facts:
        known[str(fact.props["subject"])].append(fact)
    objects = Counter(str(fact.props["object"]) for fact in facts)
    retired = Counter(str(fact.props["subject"]) for fact in graph.retired(FACTS))
    names = sorted({*known, *objects, *retired}, key=lambda name: (-len(known[name]), -objects[name], name))
    return [
        Group(
            title=f"Entity: {name}",
            about=_counted(facts=len(known[name]), object_of=objects[name], retired=retired[name]),
            items=tuple(
                Item(id=one.id, text=one.text, about=_counted(told=told[one.id], least=2)) for one in known[name]
            ),
        )
        for name in names
    ]


def _episodes(graph: MemoryGraph, facts: Sequence[Node]) -> list[Group]:
    """Return the episodes, each with N, the facts it told, and which of them still hold; a remark told none."""
    text = {fact.id: fact.text for fact in facts}
    episodes = sorted([*graph.scan(EPISODES), *graph.scan(REMARKS)], key=lambda node: (node.position, node.id))
    holding: dict[str, list[JsonValue]] = defaultdict(list)
    for source, _, target, *_ in sorted(graph.edges(ids_of(episodes), types=["EXTRACTED"], direction="out")):
        if target in text:
            holding[source].append(text[target])
    items = tuple(
        Item(
            id=one.id,
            text=one.text,
            about={"facts": one.props["facts"], "hold": len(holding[one.id]), "holding": holding[one.id]},
        )
        for one in episodes
    )
    told_none = sum(one.label == "Remark" for one in episodes)
    about = _counted(episodes=len(items), without_a_fact=told_none)
    return [Group(title="Episodes", about=about, items=items)] if items else []


def _counted(*, least: int = 1, **counts: int) -> dict[str, JsonValue]:
    """Return the counts worth a word: those of at least `least`."""
    return {name.replace("_", " "): count for name, count in counts.items() if count >= least}
