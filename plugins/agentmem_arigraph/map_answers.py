"""Where the agent is, where it can go, and what it has not seen: navigation as recollections.

AriGraph (Anokhin et al., 2024), section 3.3. The map itself is the host's: who acts needs it too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from agentmem.events import Query, Recollection
from agentmem.graph.contract import Node
from agentmem.graph.view import MemoryGraph
from agentmem.language.facts import normal
from agentmem.language.maps import Map, exits_nearest_first, places_on, read_map, ways_from
from agentmem_arigraph.extraction import fact_in, fact_of
from agentmem_arigraph.schema import MAP_KEY
from agentmem_arigraph.settings import AriGraphSettings
from agentmem_arigraph.sources import Sources, sources_of, told_by

Ways = Mapping[str, tuple[str, ...]]
Told = Mapping[str, Node]
"""Text of a fact of the map to its node."""
ASKS = re.compile(r"\b(?:explor\w*|unexplored|exits?|find|locate|search|way to|path|route|go to)\b", re.IGNORECASE)
"""What is said by a text that asks for ways, or for what is unexplored."""


def place_and_ways(
    query: Query, graph: MemoryGraph, settings: AriGraphSettings, *, last: Node | None
) -> list[Recollection]:
    """Return the current place, pinned; and where the query or a setting asks for them, ways and exits.

    An exit `n` moves away scores 1 / (1 + n), as does the way to a place. `last` is the newest episode.
    """
    if last is None or "place" not in last.props or "named_by" not in last.props:
        return []
    place, named_by = str(last.props["place"]), str(last.props["named_by"])
    if not told_by([named_by], graph):
        return []
    answers = [_recollection(last, kind="place", text=place, sources=(named_by,), pinned=True)]
    if settings.navigation == "never" or (settings.navigation == "asked" and not ASKS.search(query.text)):
        return answers
    told = {node.text: node for node in _facts_of_the_map(graph)}
    drawn = read_map(fact_in(node) for node in told.values())
    ways = ways_from(place, drawn)
    pinned = settings.navigation == "always"
    steps = {one: _steps(one, ways, drawn, told) for one in _wanted(query, ways)[: settings.ways]}
    exits = exits_nearest_first(ways, drawn, locked=_locked(drawn, graph))[: settings.ways]
    ends = [_fact_of_exit(where, direction, drawn, told) for where, direction in exits]
    sources = sources_of([*(node for way in steps.values() for node in way), *ends], graph)
    answers += [_way(one, ways, way, sources, pinned=pinned) for one, way in steps.items()]
    answers += [_exit(one, ways, node, sources, pinned=pinned) for one, node in zip(exits, ends, strict=True)]
    return [one for one in answers if one.sources]


def _facts_of_the_map(graph: MemoryGraph) -> list[Node]:
    edges = graph.edges([graph.id_of("Map", MAP_KEY)], types=["ON_MAP"], direction="in")
    return graph.get([edge.source for edge in edges])


def _wanted(query: Query, ways: Ways) -> list[str]:
    """Return the places the query names, if it names any, else all; without the current one."""
    others = [place for place, way in ways.items() if way]
    asked = f" {normal(query.text)} "
    named = {normal(name) for name in query.entities}
    return [place for place in others if f" {place} " in asked or place in named] or others


def _locked(drawn: Map, graph: MemoryGraph) -> set[str]:
    """Return the doors on the map that are known to be locked."""
    doors = {graph.id_of("Entity", door) for door in drawn.doors.values()}
    edges = graph.edges(sorted(doors), types=["STATE"], direction="in") if doors else []
    states = (fact_in(node) for node in graph.get([edge.source for edge in edges]))
    return {state.subject for state in states if (state.relation, state.object) == ("is", "locked")}


def _way(place: str, ways: Ways, steps: Sequence[Node], sources: Sources, *, pinned: bool) -> Recollection:
    text = f"go to {place}: {', '.join(ways[place])}"
    said = tuple(dict.fromkeys(event for step in steps for event in sources.get(step.id, ())))
    return _recollection(steps[-1], kind="path", text=text, sources=said, score=1 / (1 + len(steps)), pinned=pinned)


def _fact_of_exit(where: str, direction: str, drawn: Map, told: Told) -> Node:
    fact = fact_of(where, "has exit", direction, None)
    door = drawn.doors.get((where, direction), "")
    return told.get(fact.text) or told[fact_of(door, f"leads {direction} from", where, None).text]


def _exit(exit_: tuple[str, str], ways: Ways, node: Node, sources: Sources, *, pinned: bool) -> Recollection:
    where, direction = exit_
    return _recollection(
        node,
        kind="exit",
        text=f"unexplored: {direction} of {where}",
        sources=sources.get(node.id, ()),
        score=1 / (1 + len(ways[where])),
        pinned=pinned,
    ).model_copy(update={"fact": fact_of(where, "has exit", direction, None)})


def _steps(place: str, ways: Ways, drawn: Map, told: Told) -> list[Node]:
    """Return the facts a way is made of, in the order of walking."""
    places = places_on(ways[place], drawn, start=next(one for one, way in ways.items() if not way))
    relations = (f"is {direction} of" for direction in ways[place])
    return [
        told[fact_of(there, relation, here, None).text]
        for (here, there), relation in zip(pairwise(places), relations, strict=True)
    ]


def _recollection(
    node: Node, *, kind: str, text: str, sources: tuple[str, ...], pinned: bool, score: float = 1.0
) -> Recollection:
    return Recollection(
        id=f"{node.id}",
        kind=kind,
        text=text,
        score=score,
        parts={} if kind == "place" else {"nearness": score},
        sources=sources,
        memory=node.memory,
        at=node.at,
        position=node.position,
        pinned=pinned,
    )
