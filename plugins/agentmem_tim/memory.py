"""TiM: thoughts in the buckets of a hash table.

```
(Telling)-[OF]->(Event)         one per event that told something, so that undoing an event takes
(Telling)-[TELLS]->(Thought)    what it alone told
(Thought)-[IN]->(Bucket)-[OF]->(Table)
(Thought)-[ABOUT]->(Head)       the thoughts of one head, whatever their bucket
(Thought)-[FILLS]->(Slot)       what holds only one value at a time: a head's place, home, job
(Place)                         one per session: where what an agent sees is set
```
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from agentmem.events import Event, Query, Recollection
from agentmem.graph.changes import Changes
from agentmem.graph.contract import Json, Node, Where
from agentmem.graph.view import MemoryGraph
from agentmem.language.contract import Language
from agentmem.language.facts_task import FACTS
from agentmem.shape import Group, Item
from agentmem.vectors import Vectors
from agentmem_tim.buckets import Table, buckets_for, mean_of, put_in_buckets, rehash, rows_of, table_for, table_in
from agentmem_tim.organising import Held, Tidied, opposite, tidy
from agentmem_tim.settings import TiMSettings
from agentmem_tim.thinking import Thought, key_of, left_out, think, thought_in

THOUGHTS = Where(label="Thought")
PLACES = Where(label="Place")
DONE = ("is", "has been")
"""Relations that fulfil a thought of what is "to be" done."""


class TiM:
    """TiM (Liu et al., 2023, arXiv 2311.08719): keeps thoughts, not turns, in buckets by likeness."""

    name = "tim"

    def __init__(self, settings: TiMSettings | None = None) -> None:
        self.settings = settings or TiMSettings()

    def prepare(self, events: Sequence[Event], language: Language) -> None:
        """Read all events, and embed what they leave in one call; a single one is left to `write`."""
        if len(events) == 1:
            return
        language.prefetch(FACTS, [{"text": event.said, "action": event.action} for event in events])
        if language.leaves:
            return  # an answer may have failed: `write` asks for each by itself
        texts: dict[str, None] = {}
        places: dict[str | None, str | None] = {}
        for event in events:
            reading = language.ask(FACTS, text=event.said, action=event.action)
            before = places.get(event.session)
            thoughts, places[event.session] = think(event, reading, before=before, most=self.settings.thoughts)
            texts.update((thought.text, None) for thought in thoughts)
        language.embed(list(texts))

    def write(self, event: Event, graph: MemoryGraph, language: Language) -> Changes:
        """Propose the new thoughts of `event`, and what is forgotten and merged in the buckets they fall into.

        A thought that is held already is only linked to the event. Costs the same however much is held, but
        that a bucket costs more to read the fuller it is: `consolidate` makes more of them. The first write after
        all vectors were made anew (`agentmem reembed`) hashes every thought again.
        """
        key = key_of(event.session or "")
        before = graph.get([graph.id_of("Place", key)])
        was = before[0].text if before else None
        reading = language.ask(FACTS, text=event.said, action=event.action)
        thoughts, place = think(event, reading, before=was, most=self.settings.thoughts)
        changes = graph.changes()
        if place and place != was:
            changes.add("Place", place, key=key, props={"source": event.id})
        nodes = {graph.id_of("Thought", thought.key): thought for thought in thoughts}
        dropped = left_out(reading, place=place, most=self.settings.thoughts)
        if not nodes and not dropped:
            return changes
        telling = changes.add("Telling", key=event.id, props={"dropped_facts": dropped} if dropped else {})
        changes.link(telling, "OF", event.node)
        for node in nodes:
            changes.link(telling, "TELLS", node)
        known = {node.id for node in graph.get(list(nodes))}
        fresh = {node: thought for node, thought in nodes.items() if node not in known}
        if fresh:
            _Writing(event, graph, language, changes, self.settings).add(fresh)
        return changes

    def recall(self, query: Query, graph: MemoryGraph, language: Language) -> list[Recollection]:
        """Return where the agent is, pinned, and the thoughts of the bucket of the query, the likeliest first.

        Two stages, as in the paper: the bucket F(query), or the `probes` likeliest, then the cosine
        within. `parts` say for each thought which probe found it, or that the `fallback` scan did. A table made
        for another embedder finds nothing, so all thoughts are compared.
        """
        found = _place(query, graph)
        text = query.text.strip() or " ".join(query.entities)
        vector = language.embed([text])[0] if text else None
        table = table_in(graph)
        if vector is None or table is None or not vector.any() or len(found) == query.limit:
            return found
        is_hashed = table.embedder == language.embedder.id  # else its vectors were made anew since
        hits = _in_buckets(table.probed(vector, self.settings.probes), vector, query, graph, table) if is_hashed else []
        if len(hits) < query.limit and (self.settings.fallback == "scan" or not is_hashed):
            hits = _in_all(vector, query, graph, {hit.node.id: hit for hit in hits}, most=self.settings.thoughts)
        hits = sorted(hits, key=lambda hit: (-hit.score, hit.node.id))[: query.limit - len(found)]
        told = _told([hit.node for hit in hits], graph, without=query.exclude)
        return found + [
            _recollection(hit, told[hit.node.id][: self.settings.sources]) for hit in hits if told[hit.node.id]
        ]

    def consolidate(self, graph: MemoryGraph, language: Language, now: datetime) -> Changes:  # noqa: ARG002
        """Propose another hash table once the old one is too small, or its centre is that of half the thoughts.

        Or once its vectors were made anew by another embedder. Costs as much as there are thoughts.
        """
        changes = graph.changes()
        table, is_stale = table_for(graph, language, self.settings)
        if table.generation < 0:
            return changes
        vectors = {node.id: node.vector for node in graph.scan(THOUGHTS, vectors=True)}
        buckets = max(table.buckets, buckets_for(len(vectors), self.settings))
        is_centred = 0 < self.settings.centre_after <= len(vectors)
        if is_stale or buckets > table.buckets or (is_centred and len(vectors) >= 2 * table.thoughts):
            centre = mean_of(vectors.values()) if is_centred else ()
            rehash(graph, changes, table.model_copy(update={"buckets": buckets, "centre": centre}), vectors)
        return changes

    def show(self, graph: MemoryGraph, now: datetime) -> Sequence[Group]:  # noqa: ARG002
        """Return the table with how full its buckets are, and the thoughts of each bucket, newest first."""
        table = table_in(graph)
        if table is None:
            return []
        buckets = [graph.id_of("Bucket", f"{table.generation}/{index}") for index in range(table.buckets)]
        edges = graph.edges(buckets, types=["IN"], direction="in")
        held: dict[str, list[str]] = defaultdict(list)
        for edge in edges:
            held[edge.target].append(edge.source)
        nodes = {node.id: node for node in graph.get([edge.source for edge in edges])}
        told = _told(list(nodes.values()), graph)
        sizes: list[Json] = [len(held[bucket]) for bucket in buckets]
        about: dict[str, Json] = {"sizes": sizes, "rehashed": table.generation, "centred": bool(table.centre)}
        groups = [Group(title=f"{len(edges)} thoughts in {table.buckets} buckets", about=about)]
        for index, bucket in enumerate(buckets):
            newest = sorted((nodes[one] for one in held[bucket] if told[one]), key=lambda node: -node.position)
            items = tuple(_item(node, told[node.id]) for node in newest)
            groups.append(Group(title=f"bucket {index}", about={"thoughts": len(items)}, items=items))
        return groups


@dataclass
class _Writing:
    """What one event changes, being gathered."""

    event: Event
    graph: MemoryGraph
    language: Language
    changes: Changes
    settings: TiMSettings

    def add(self, fresh: Mapping[str, Thought]) -> None:
        """Propose new thoughts by their nodes, and what they make of the others."""
        vectors = self.language.embed([thought.text for thought in fresh.values()])
        new = [
            Held(node, thought, self.graph.position, vector if vector.any() else None)
            for (node, thought), vector in zip(fresh.items(), vectors, strict=True)
        ]
        table, is_stale = table_for(self.graph, self.language, self.settings)
        tidied = self._tidied(new, table, is_stale=is_stale)
        self._put(new, tidied)
        unions, standing = self._put_unions(tidied)
        for node, kept in tidied.forgotten.items():
            if node not in standing:
                self.changes.retire(node, successor=kept, reason="forgotten")
        gone = tidied.gone - standing
        left = {one.node: one.vector for one in (*new, *unions) if one.node not in gone}
        self._hash(left, table, gone=gone, is_stale=is_stale)

    def _tidied(self, new: Sequence[Held], table: Table, *, is_stale: bool) -> Tidied:
        """Return what to forget and to merge in the buckets that thoughts are new in; a stale table has none."""
        buckets: dict[int, list[Held]] = defaultdict(list)
        for one, bucket in zip(new, table.buckets_of(rows_of([one.vector for one in new], table.dim)), strict=True):
            buckets[bucket].append(one)
        kin = self._kin(new)
        tidied = Tidied()
        for bucket, added in buckets.items():
            gone = tidied.gone
            there = [] if is_stale else [one for one in self._members(table, bucket) if one.node not in gone]
            heads = {one.thought.fact.subject for one in added}
            apart = gone | {one.node for one in there}
            near = [one for one in kin if one.node not in apart and one.thought.fact.subject in heads]
            tidied.add(tidy([*there, *added], near, self.language, self.settings))
        return tidied

    def _members(self, table: Table, bucket: int) -> list[Held]:
        """Return the newest thoughts of a bucket, oldest first."""
        node = self.graph.id_of("Bucket", f"{table.generation}/{bucket}")
        edges = self.graph.edges([node], types=["IN"], direction="in", limit=self.settings.shown)
        return self._held(edge.source for edge in reversed(edges))

    def _kin(self, new: Sequence[Held]) -> list[Held]:
        """Return what the new thoughts may contradict in any bucket: found by key, however much is held.

        A model is shown the newest thoughts of their heads as well.
        """
        graph, facts = self.graph, [one.thought.fact for one in new]
        slots = [graph.id_of("Slot", key_of(fact.subject, fact.slot)) for fact in facts if fact.slot is not None]
        edges = graph.edges(slots, types=["FILLS"], direction="in") if slots else []
        if self.language.leaves:
            heads = dict.fromkeys(graph.id_of("Head", key_of(fact.subject)) for fact in facts)
            edges += graph.edges(list(heads), types=["ABOUT"], direction="in", limit=self.settings.shown)
        denied = [(fact, opposite(fact)) for fact in facts]
        denied += [(fact, "to be") for fact in facts if fact.relation in DONE]
        keys = [graph.id_of("Thought", key_of(fact.subject, said, fact.object)) for fact, said in denied]
        return self._held([*(edge.source for edge in edges), *keys])

    def _held(self, nodes: Iterable[str]) -> list[Held]:
        found = self.graph.get(list(dict.fromkeys(nodes)), vectors=True)
        return [Held(node.id, thought_in(node), node.position, node.vector) for node in found]

    def _put(self, new: Sequence[Held], tidied: Tidied) -> None:
        """Propose the nodes of thoughts; the first one keeps count of what answers named in vain."""
        for number, one in enumerate(new):
            more: dict[str, Json] = {"unknown_aliases": tidied.unknown} if tidied.unknown and not number else {}
            self._put_thought(one, more)

    def _put_thought(self, one: Held, more: Mapping[str, Json]) -> None:
        fact = one.thought.fact
        props: dict[str, Json] = {"head": fact.subject, "relation": fact.relation, "tail": fact.object, **more}
        props |= {"stated": one.thought.stated, "of_world": one.thought.of_world}
        head = self.changes.add("Head", fact.subject, key=key_of(fact.subject))
        if fact.slot is not None:
            props["slot"] = fact.slot
        node = self.changes.add("Thought", one.thought.text, key=one.thought.key, props=props, vector=one.vector)
        self.changes.link(node, "ABOUT", head)
        if fact.slot is not None:
            slot = self.changes.add("Slot", f"{fact.subject}: {fact.slot}", key=key_of(fact.subject, fact.slot))
            self.changes.link(node, "FILLS", slot)

    def _put_unions(self, tidied: Tidied) -> tuple[list[Held], set[str]]:
        """Propose what stands for several thoughts, with all their events.

        Returns:
            What of it is new, and the nodes of all of it: a union may say what a thought has said before.
        """
        unions: dict[str, tuple[Thought, dict[str, None]]] = {}
        for thought, nodes in tidied.merged:
            replaced = unions.setdefault(self.graph.id_of("Thought", thought.key), (thought, {}))[1]
            replaced.update(dict.fromkeys(nodes))
        vectors = self.language.embed([thought.text for thought, _ in unions.values()])
        known = {node.id for node in self.graph.get(list(unions))}
        added: list[Held] = []
        for (node, (thought, replaced)), vector in zip(unions.items(), vectors, strict=True):
            events = self._events_of(list(replaced))
            if node in known or node in replaced:
                for event in events:
                    self.changes.link(self.graph.id_of("Telling", event), "TELLS", node)
            else:
                one = Held(node, thought, self.graph.position, vector if vector.any() else None)
                self._put_thought(one, {"events": list[Json](events)})
                added.append(one)
            self.changes.merge(replaced, into=node)
        return added, set(unions)

    def _events_of(self, nodes: Sequence[str]) -> list[str]:
        """Return the newest events that told these thoughts; this one told those that are new."""
        old = self.graph.get(nodes)
        events = dict.fromkeys(event for told in _told(old, self.graph).values() for event in told)
        if len(old) < len(nodes):
            events[self.event.id] = None
        return list(events)[-self.settings.sources :]

    def _hash(self, new: Mapping[str, Vectors | None], table: Table, *, gone: set[str], is_stale: bool) -> None:
        """Propose in which buckets the new thoughts are; all others again, if stale, or enough for a centre."""
        least = self.settings.centre_after
        if is_stale or (least and not table.centre):
            most = None if is_stale else 2 * least  # with more, most have no vector: `consolidate` sees to it
            nodes = self.graph.scan(THOUGHTS, vectors=True, limit=most)
            every = {**{node.id: node.vector for node in nodes if node.id not in gone}, **new}
            enough = 0 < least <= sum(vector is not None for vector in every.values())
            if is_stale or (enough and len(nodes) < 2 * least):
                centre = mean_of(every.values()) if enough else ()
                rehash(self.graph, self.changes, table.model_copy(update={"centre": centre}), every)
                return
        if table.generation < 0:
            rehash(self.graph, self.changes, table, new)
        else:
            put_in_buckets(self.graph, self.changes, table, new)


@dataclass(frozen=True)
class _Hit:
    """A thought that was found: its cosine, and what found it."""

    node: Node
    cosine: float
    by: tuple[str, float]

    @property
    def score(self) -> float:
        return max(0.0, min(1.0, self.cosine))


def _in_buckets(buckets: Sequence[int], vector: Vectors, query: Query, graph: MemoryGraph, table: Table) -> list[_Hit]:
    """Return the thoughts of these buckets that the query allows, each with its cosine and the probe that found it."""
    probes = {graph.id_of("Bucket", f"{table.generation}/{index}"): n for n, index in enumerate(buckets, 1)}
    edges = graph.edges(list(probes), types=["IN"], direction="in")
    found_by: dict[str, int] = {}
    for edge in edges:
        found_by[edge.source] = min(probes[edge.target], found_by.get(edge.source, len(probes)))
    nodes = [node for node in graph.get(list(found_by), vectors=True) if node.vector is not None]
    cosines = np.vecdot(rows_of([node.vector for node in nodes], table.dim), vector).tolist()
    hits = [
        _Hit(node, cosine, ("probe", float(found_by[node.id]))) for node, cosine in zip(nodes, cosines, strict=True)
    ]
    return _allowed(hits, query, graph)


def _in_all(vector: Vectors, query: Query, graph: MemoryGraph, found: Mapping[str, _Hit], *, most: int) -> list[_Hit]:
    """Return the likeliest of all thoughts that the query allows; those `found` already keep the probe that did."""
    limit = query.limit + most * len(query.exclude)
    near = graph.nearest(vector, THOUGHTS, limit=limit)
    return _allowed([found.get(node.id) or _Hit(node, cosine, ("scan", 1.0)) for node, cosine in near], query, graph)


def _allowed(hits: Sequence[_Hit], query: Query, graph: MemoryGraph) -> list[_Hit]:
    """Return what scores enough, and what not only excluded events told."""
    hits = [hit for hit in hits if hit.score >= query.min_score]
    if not query.exclude:
        return hits
    tellings = [graph.id_of("Telling", event) for event in query.exclude]
    suspect = {edge.target for edge in graph.edges(tellings, types=["TELLS"], direction="out")}
    nodes = [hit.node for hit in hits if hit.node.id in suspect or "events" in hit.node.props]
    left = _told(nodes, graph, without=query.exclude)
    return [hit for hit in hits if left.get(hit.node.id, True)]


def _told(nodes: Sequence[Node], graph: MemoryGraph, *, without: Sequence[str] = ()) -> dict[str, list[str]]:
    """Return the events that told each thought, the oldest first; a merged one has those of what it replaced."""
    told: dict[str, dict[str, None]] = {node.id: {} for node in nodes}
    for node in nodes:
        of_replaced = node.props.get("events", [])
        assert isinstance(of_replaced, list)
        told[node.id].update(dict.fromkeys(map(str, of_replaced)))
    before = graph.id_of("Telling", "")
    for edge in reversed(graph.edges(list(told), types=["TELLS"], direction="in") if told else []):
        told[edge.target][edge.source.removeprefix(before)] = None
    return {node: [event for event in events if event not in without] for node, events in told.items()}


def _place(query: Query, graph: MemoryGraph) -> list[Recollection]:
    """Return where the agent is, if anything ever told."""
    return [
        Recollection(
            id=node.id,
            kind="place",
            text=node.text,
            score=1.0,
            sources=(str(node.props["source"]),),
            memory=node.memory,
            at=node.at,
            position=node.position,
            pinned=True,
        )
        for node in graph.scan(PLACES, newest=True, limit=1)
        if node.props["source"] not in query.exclude
    ]


def _recollection(hit: _Hit, sources: Sequence[str]) -> Recollection:
    node = hit.node
    return Recollection(
        id=node.id,
        kind="thought",
        text=node.text,
        score=hit.score,
        parts={"cosine": hit.cosine, hit.by[0]: hit.by[1]},
        sources=tuple(sources),
        memory=node.memory,
        at=node.at,
        position=node.position,
        fact=thought_in(node).fact if node.props["stated"] else None,
    )


def _item(node: Node, sources: Sequence[str]) -> Item:
    fact = thought_in(node).fact
    about: dict[str, Json] = {"head": fact.subject, "relation": fact.relation, "tail": fact.object}
    if fact.slot is not None:
        about["slot"] = fact.slot
    return Item(id=node.id, text=node.text, about={**about, "count": len(sources), "sources": list[Json](sources)})
