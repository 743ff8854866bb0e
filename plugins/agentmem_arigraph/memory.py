"""AriGraph: a graph of facts with the episodes they were learned in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np

from agentmem.events import Event, Fact, Query, Recollection
from agentmem.graph.changes import Changes, keyed_id
from agentmem.graph.contract import Json
from agentmem.graph.view import MemoryGraph
from agentmem.language.contract import Language
from agentmem.language.facts_task import FACTS
from agentmem.language.maps import is_of_the_map
from agentmem.shape import Group
from agentmem.vectors import Vectors
from agentmem_arigraph.answers import Asked, recollections
from agentmem_arigraph.extraction import Scene, fact_in, key_of, resolve, triple
from agentmem_arigraph.retirement import Verdict, judge
from agentmem_arigraph.schema import DONE, EPISODES, FACT_EDGES, MAP_KEY, TO_DO
from agentmem_arigraph.settings import AriGraphSettings
from agentmem_arigraph.shape import shape


class AriGraph:
    """AriGraph (Anokhin et al., 2024, arXiv 2407.04363): a graph of facts, with the episodes that told them.

    Section 3 of the paper; `schema.py` draws the graph.
    """

    name = "arigraph"

    def __init__(self, settings: AriGraphSettings | None = None) -> None:
        self.settings = settings or AriGraphSettings()

    def prepare(self, events: Sequence[Event], language: Language) -> None:
        """Read all events, and embed what they say in one call; a single one is left to `write`."""
        if len(events) == 1:
            return
        language.prefetch(FACTS, [{"text": event.said, "action": event.action} for event in events])
        if language.leaves:
            return  # an answer may have failed: `write` asks for each by itself
        texts: dict[str, None] = {}
        place: str | None = None
        for event in events:
            scene = resolve(
                language.ask(FACTS, text=event.said, action=event.action), before=place, most=self.settings.facts
            )
            place = scene.place
            texts[event.passage] = None
            for fact in scene.facts:
                texts.update(dict.fromkeys((fact.text, fact.subject, fact.object)))
        language.embed(list(texts))

    def write(self, event: Event, graph: MemoryGraph, language: Language) -> Changes:
        """Propose the facts of `event`, what they make outdated, and the episode that holds them.

        A fact that is known and current is not added again; the episode links to it.
        """
        last = _last_episode(graph, session=event.session)
        reading = language.ask(FACTS, text=event.said, action=event.action)
        is_world = event.role == "environment" and event.speaker is None
        by_relation = language.leaves and is_world and self.settings.one_place  # rules give every place its slot
        before = _text(last.get("place"))
        scene = resolve(reading, before=before, one_place=by_relation, most=self.settings.facts)
        around, entities = self._around(scene, graph, far=language.leaves)
        nodes = {triple(fact): node for node, fact in around.items()}
        new = [fact for fact in scene.facts if triple(fact) not in nodes]
        verdict = judge(language, around, new, place=scene.place if by_relation else None)
        names = [name for name in _names_of(new) if graph.id_of("Entity", name) not in entities]
        vectors = _vectors(language, [event.passage, *(fact.text for fact in new), *names])

        changes = graph.changes()
        props = _props_of_episode(event, scene, verdict, named_by=last.get("named_by"))
        label = "Episode" if scene.facts or scene.names_place else "Remark"
        episode = changes.add(label, event.passage, props=props, vector=vectors[0])
        changes.link(episode, "OF", event.node)
        _add_entities(changes, names, vectors[1 + len(new) :])
        told: dict[str, Json] = {"source": event.id, "episode": episode}
        nodes |= _add_facts(changes, new, vectors[1 : 1 + len(new)], told=told)
        for old, successor in verdict.replaced.items():
            changes.retire(old, successor=nodes[triple(successor)], reason=f"outdated by: {successor.text}")
        for fact in scene.facts:
            changes.link(episode, "EXTRACTED", nodes[triple(fact)])
        return changes

    def recall(self, query: Query, graph: MemoryGraph, language: Language) -> list[Recollection]:
        """Return the current place, facts, episodes and, when asked for, ways and exits."""
        return recollections(Asked(query, graph, language, self.settings))

    def show(self, graph: MemoryGraph, now: datetime) -> list[Group]:  # noqa: ARG002 - nothing fades
        """Return the entities with their facts, and the episodes."""
        return shape(graph)

    def _around(self, scene: Scene, graph: MemoryGraph, *, far: bool) -> tuple[dict[str, Fact], set[str]]:
        """Return, by node id, the current facts that the new ones may repeat or replace; and the known entities' ids.

        The facts are what fills a slot of their subjects, the same facts, and the tasks they
        may fulfil: all found by key, however much is known. With a model (`far`), also the
        newest facts within one hop, as in the paper.
        """
        if not scene.facts:
            return {}, set()
        subjects = dict.fromkeys(graph.id_of("Entity", fact.subject) for fact in scene.facts)
        edges = graph.edges(list(subjects), types=["STATE"], direction="in")
        ends = [graph.id_of("Entity", name) for name in _names_of(scene.facts)]
        if far:
            limit = self.settings.candidates * len(ends)
            edges += graph.edges(ends, types=FACT_EDGES, direction="in", limit=limit)
        ids = dict.fromkeys(edge.source for edge in edges)
        for fact in scene.facts:
            ids[graph.id_of("Fact", key_of(fact.subject, fact.relation, fact.object))] = None
            if fact.relation in DONE:
                ids[graph.id_of("Fact", key_of(fact.subject, TO_DO, fact.object))] = None
        known = graph.get([*ids, *ends])
        entities = {node.id for node in known if node.label == "Entity"}
        return {node.id: fact_in(node) for node in known if node.label != "Entity"}, entities


def _last_episode(graph: MemoryGraph, *, session: str | None) -> Mapping[str, Json]:
    """Return what the newest episode says of itself, if it is of the same session."""
    of_it = EPISODES if session is None else replace(EPISODES, props={"session": ("=", session)})
    last = graph.scan(of_it, newest=True, limit=1)
    return last[0].props if last and last[0].props.get("session") == session else {}


def _names_of(facts: Iterable[Fact]) -> list[str]:
    return list(dict.fromkeys(end for fact in facts for end in (fact.subject, fact.object)))


def _add_entities(changes: Changes, names: Sequence[str], vectors: Sequence[Vectors | None]) -> None:
    for name, vector in zip(names, vectors, strict=True):
        changes.add("Entity", name, key=name, vector=vector)


def _add_facts(
    changes: Changes, new: Sequence[Fact], vectors: Sequence[Vectors | None], *, told: Mapping[str, Json]
) -> dict[tuple[str, str, str], str]:
    """Propose nodes for the new facts and return their ids."""
    added: dict[tuple[str, str, str], str] = {}
    for fact, vector in zip(new, vectors, strict=True):
        key = key_of(*triple(fact)) if fact.slot is None else None
        node = changes.add("Fact", fact.text, key=key, props=_props_of_fact(fact, told), vector=vector)
        subject, object_ = (keyed_id(changes.memory, "Entity", name) for name in (fact.subject, fact.object))
        changes.link(node, "SUBJECT" if fact.slot is None else "STATE", subject)
        changes.link(node, "OBJECT", object_)
        if is_of_the_map(fact):
            changes.link(node, "ON_MAP", changes.add("Map", key=MAP_KEY))
        added[triple(fact)] = node
    return added


def _props_of_fact(fact: Fact, told: Mapping[str, Json]) -> dict[str, Json]:
    props: dict[str, Json] = {"subject": fact.subject, "relation": fact.relation, "object": fact.object}
    if fact.slot is not None:
        props["slot"] = fact.slot
    return {**props, **told}


def _props_of_episode(event: Event, scene: Scene, verdict: Verdict, *, named_by: Json) -> dict[str, Json]:
    """Return where and by which event an episode is; `named_by` is the event that last named the place."""
    said: dict[str, Json] = {
        "event": event.id,
        "facts": len(scene.facts),
        "session": event.session,
        "place": scene.place,
        "named_by": event.id if scene.names_place else named_by,
        "dropped_facts": scene.dropped or None,
        "unknown_aliases": verdict.unknown or None,
        "unrelated_pairs": verdict.unrelated or None,
    }
    return {name: value for name, value in said.items() if value is not None}


def _text(value: Json) -> str | None:
    return None if value is None else str(value)


def _vectors(language: Language, texts: Sequence[str]) -> list[Vectors | None]:
    """Return a vector for each text, or None for one that has nothing to embed."""
    vectors = language.embed(texts)
    return [vector if holds else None for vector, holds in zip(vectors, np.any(vectors, axis=1), strict=True)]
