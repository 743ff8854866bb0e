"""Semantic search: facts near the query, and near what those facts are about.

AriGraph (Anokhin et al., 2024), Algorithm 2: a breadth-first search over
queries. Facts and entities were embedded when they were written; a search
embeds only what the query itself names.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import islice
from typing import Annotated, NamedTuple

import numpy as np
from pydantic import Field

from agentmem.events import Query, Value
from agentmem.graph.contract import Node
from agentmem.graph.view import MemoryGraph
from agentmem.language.contract import Language, Task
from agentmem.language.facts import normal
from agentmem.language.places import OPPOSITE
from agentmem.language.prompting import prompt_beside
from agentmem.vectors import Vectors
from agentmem_arigraph.extraction import LONGEST_NAME
from agentmem_arigraph.schema import FACT_EDGES, FACTS
from agentmem_arigraph.settings import AriGraphSettings

WORDS_READ = 100
"""Words of a query in which known names are looked for."""
LONGEST_KNOWN = 4
"""Words a name may have to be found in a query."""


class Named(Value):
    """One entity of a query, and how many hops to search from it."""

    name: str
    depth: Annotated[int, Field(ge=1, le=10)] = 1


class Entities(Value):
    """The answer to the task `arigraph.entities`."""

    entities: tuple[Named, ...] = ()


class Names(tuple[str, ...]):
    """Names; as text, what a model sees of them."""

    __slots__ = ()

    def __str__(self) -> str:
        return ", ".join(self) or "none"


class Found(NamedTuple):
    """A fact that was found: its node, its likeness to the best query, and hops from the start."""

    node: Node
    similarity: float
    hops: int


def entities_by_rule(text: str, known: Sequence[str]) -> Entities:  # noqa: ARG001 - rules and prompt get the same
    """Answer without a model: all names known in the text but directions, one hop each."""
    return Entities(entities=tuple(Named(name=name) for name in known if name not in OPPOSITE))


CRUCIAL: Task[Entities] = Task(
    name="arigraph.entities",
    output=Entities,
    prompt=prompt_beside(__file__, "entities.prompt.txt"),
    rules=entities_by_rule,
)
"""Inputs: `text`, what is asked; `known`, names of entities that stand in it."""


def phrases(text: str) -> list[str]:
    """Return what may be a name in a text: each run of up to four words, as a name, each once.

    >>> phrases("the Key 1, please")
    ['the', 'key', 'key 1', 'key 1, please', '1', '1, please', 'please']
    """
    words = text.split()[:WORDS_READ]
    runs = (words[at : at + count] for at in range(len(words)) for count in range(1, LONGEST_KNOWN + 1))
    names = dict.fromkeys(normal(" ".join(run)) for run in runs)
    return [name for name in names if 0 < len(name) <= LONGEST_NAME]


def starts(query: Query, graph: MemoryGraph, language: Language, settings: AriGraphSettings) -> dict[str, int]:
    """Return where the search starts: names, and the text itself, each to its depth in hops."""
    text = query.text.strip()
    named = dict(query.entities)
    if not named and text:
        known = Names(node.text for node in graph.get([graph.id_of("Entity", name) for name in phrases(text)]))
        by_rule = settings.entities == "rule"
        answer = entities_by_rule(text, known) if by_rule else language.ask(CRUCIAL, text=text, known=known)
        named = {one.name: one.depth for one in answer.entities}
    depths = {normal(name): min(depth, settings.depth) for name, depth in named.items()}
    if text:
        depths.setdefault(text, settings.text_depth)
    return {name: depth for name, depth in depths.items() if name and depth > 0}


def semantic_search(
    graph: MemoryGraph, depths: Mapping[str, int], vectors: Mapping[str, Vectors], *, settings: AriGraphSettings
) -> dict[str, Found]:
    """Return what Algorithm 2 finds, by node id.

    The searches from all starts are one: an entity is looked around once, with
    the most hops any start leaves it, which finds the same facts.

    Args:
        graph: Where facts are.
        depths: Each start to how many hops.
        vectors: Each start to its vector, shape (dim,).
        settings: `width` and `queries`.
    """
    left = dict(depths)
    hops = dict.fromkeys(depths, 0)
    known = dict(vectors)
    found: dict[str, Found] = {}
    for level in range(max(left.values(), default=0), 0, -1):
        waiting = [name for name, hops_left in left.items() if hops_left == level]
        reached = islice((name for name in waiting if name not in depths), settings.queries)
        frontier = [*(name for name in waiting if name in depths), *reached]
        _learn(known, frontier, graph)
        frontier = [name for name in frontier if name in known]
        if not frontier:
            continue
        rows = np.stack([known[name] for name in frontier])
        for name, hits in zip(frontier, graph.nearest_many(rows, FACTS, limit=settings.width), strict=True):
            for node, similarity in hits:
                _keep_better(found, Found(node, min(1.0, similarity), hops[name]))
                _reach(node, hops[name] + 1, level - 1, left=left, hops=hops)
    return found


def _reach(node: Node, distance: int, remaining: int, *, left: dict[str, int], hops: dict[str, int]) -> None:
    """Note the entities of a fact, and how many hops are left from there."""
    for end in _ends(node):
        hops.setdefault(end, distance)
        if left.setdefault(end, remaining) < remaining:
            left[end] = remaining


def more_facts(graph: MemoryGraph, found: Mapping[str, Found], *, starts: Iterable[str], room: int) -> list[Node]:
    """Return up to `room` further current facts. Ours: an asker who can read more gets more.

    When all facts fit, all come, the newest first. Otherwise facts come hop by hop along
    the edges from the entities of those found and the names in `starts`, and then the newest.
    """
    newest = graph.scan(FACTS, newest=True, limit=room + len(found))
    if len(newest) < room + len(found):
        return [node for node in newest if node.id not in found]
    around = {end for one in found.values() for end in _ends(one.node)}.union(starts)
    more = _hop_by_hop(graph, found, around=around, room=room)
    for node in newest:
        if node.id not in found:
            more.setdefault(node.id, node)
    return list(more.values())[:room]


def _hop_by_hop(graph: MemoryGraph, found: Collection[str], *, around: set[str], room: int) -> dict[str, Node]:
    seen = set(around)
    frontier = sorted(seen)
    more: dict[str, Node] = {}
    while frontier and len(more) < room:
        ids = [graph.id_of("Entity", name) for name in frontier]
        edges = graph.edges(ids, types=FACT_EDGES, direction="in", limit=2 * (room + len(found)))
        fresh = [one for one in dict.fromkeys(edge.source for edge in edges) if one not in more and one not in found]
        nodes = graph.get(fresh)
        more.update((node.id, node) for node in nodes)
        ends = dict.fromkeys(end for node in nodes for end in _ends(node) if end not in seen)
        seen.update(ends)
        frontier = list(ends)
    return more


def _learn(known: dict[str, Vectors], names: Sequence[str], graph: MemoryGraph) -> None:
    """Add the vectors that entities were stored with."""
    ids = [graph.id_of("Entity", name) for name in names if name not in known]
    if ids:
        known.update((node.text, node.vector) for node in graph.get(ids, vectors=True) if node.vector is not None)


def _keep_better(found: dict[str, Found], one: Found) -> None:
    before = found.get(one.node.id)
    if one.similarity > 0 and (before is None or one.similarity > before.similarity):
        found[one.node.id] = one


def _ends(fact: Node) -> tuple[str, str]:
    return str(fact.props["subject"]), str(fact.props["object"])
