"""A-MEM: notes, linked and evolving."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

import numpy as np

from agentmem.events import Event, Query, Recollection
from agentmem.graph.changes import Changes
from agentmem.graph.contract import Direction, Hit, Json, Node
from agentmem.graph.view import MemoryGraph
from agentmem.language.contract import Language
from agentmem.shape import Group, Item
from agentmem.vectors import Vectors
from agentmem_amem.evolution import Neighbour, evolve
from agentmem_amem.note import LINK, NOTE, NOTES, QUERY_KEYWORDS, Note, construct, note_in, props_of, question_of
from agentmem_amem.settings import AMemSettings

Embedded = Mapping[str, Vectors]
"""Texts to their vectors."""
UPTO = "upto"
"""Key, and property, of the node that remembers how far consolidating has come."""


class Found(NamedTuple):
    """A note that answers a query: its score, and what that is made of."""

    node: Node
    score: float
    parts: dict[str, float]


class AMem:
    """A-MEM (Xu et al., 2025, arXiv 2502.12110): notes that link to each other and evolve.

    A write costs the same in a large memory, but for the exact search for the
    nearest notes, which is the paper's own.
    """

    name = "amem"

    def __init__(self, settings: AMemSettings | None = None) -> None:
        self.settings = settings or AMemSettings()

    def prepare(self, events: Sequence[Event], language: Language) -> None:
        """Describe all events, and embed their notes in one call; a single one is left to `write`."""
        if len(events) == 1:
            return
        language.prefetch(NOTE, [question_of(event) for event in events])
        if not language.leaves:  # an answer of a model may have failed: `write` asks for each by itself
            language.embed([construct(event, language)[0].text for event in events])

    def write(self, event: Event, graph: MemoryGraph, language: Language) -> Changes:
        """Propose the note of `event`, its links, and its neighbours as they are now.

        Whatever changes is embedded again in the same changes; nothing else is.
        """
        note, dropped = construct(event, language)
        vector = language.embed([note.text])[0]
        outcome = evolve(language, note, self._neighbours(vector, graph), self.settings)
        vectors = _embed([outcome.note, *outcome.evolved.values()], language, known={note.text: vector})

        changes = graph.changes()
        props = props_of(outcome.note, event)
        if outcome.unknown:
            props["unknown_aliases"] = outcome.unknown
        if dropped:
            props["dropped_words"] = dropped
        node = changes.add("Note", note.content, props=props, vector=vectors[outcome.note.text])
        changes.link(node, "OF", event.node)
        for other in outcome.links:
            changes.link(node, LINK, other)
        _revise(changes, outcome.evolved, vectors)
        return changes

    def recall(self, query: Query, graph: MemoryGraph, language: Language) -> list[Recollection]:
        """Return the notes nearest to the query, and the notes linked to these, best first."""
        vector = self._asked(query, language)
        if vector is None:
            return []
        near = self._near(vector, query, graph)
        room = self._room_for_linked(query.limit)
        linked = self._linked(near[: query.limit - room], query, graph, vector)[:room]
        met = {one.node.id for one in linked}
        found = [*[one for one in near if one.node.id not in met][: query.limit - len(linked)], *linked]
        return [self._recollection(one) for one in sorted(found, key=lambda one: -one.score)]

    def consolidate(self, graph: MemoryGraph, language: Language, now: datetime) -> Changes:  # noqa: ARG002
        """Propose links and evolution for notes that stand alone, with what is known by now.

        A note is compared when it is written, with older notes only. One without a link is
        compared once more, with all, and again after it changed; oldest first, `consolidated` at
        a time. A single node remembers how far that has come.
        """
        changes = graph.changes()
        nodes, upto = _standing_alone(graph, limit=self.settings.consolidated)
        if not nodes or not self.settings.neighbours:
            return changes
        said: dict[str, Note] = {}  # what notes say once this is done, where that is something else
        joined: set[str] = set()
        unknown = 0
        for node, near in zip(nodes, self._neighbours_of(nodes, graph), strict=True):
            if node.id in joined:
                continue
            note = said.get(node.id) or note_in(node)
            near_now = [one._replace(note=said.get(one.id, one.note)) for one in near]
            outcome = evolve(language, note, near_now, self.settings)
            for other in outcome.links:
                changes.link(node.id, LINK, other)
                joined |= {node.id, other}
            said |= outcome.evolved if outcome.note == note else {**outcome.evolved, node.id: outcome.note}
            unknown += outcome.unknown
        _revise(changes, said, _embed(said.values(), language))
        changes.add("Consolidated", key=UPTO, props={UPTO: upto, "unknown_aliases": unknown})
        return changes

    def show(self, graph: MemoryGraph, now: datetime) -> list[Group]:  # noqa: ARG002
        """Return all notes in the order they were written, each with its links and how often it was revised."""
        nodes = sorted(graph.scan(NOTES), key=_written)
        revisions = graph.revisions(NOTES)
        links: dict[str, list[str]] = {node.id: [] for node in nodes}
        for edge in reversed(graph.edges(list(links), types=[LINK])):
            links[edge.source].append(edge.target)
            links[edge.target].append(edge.source)
        items = tuple(_item(node, links[node.id], revisions=revisions[node.id]) for node in nodes)
        alone = sum(not ends for ends in links.values())
        about: dict[str, Json] = {"notes": len(nodes), "links": sum(map(len, links.values())) // 2, "alone": alone}
        return [Group(title="notes", about=about, items=items)] if items else []

    def embedded_text(self, node: Node) -> str:
        """Return what is embedded of a note: its content with keywords, tags and context."""
        return note_in(node).text

    def _neighbours(self, vector: Vectors, graph: MemoryGraph) -> list[Neighbour]:
        """Return the k current notes nearest to a vector, nearest first."""
        if not self.settings.neighbours or not vector.any():
            return []
        return _as_neighbours(graph.nearest(vector, NOTES, limit=self.settings.neighbours))

    def _neighbours_of(self, nodes: Sequence[Node], graph: MemoryGraph) -> list[list[Neighbour]]:
        """Return for each note the k current notes nearest to it, without itself."""
        vectors = np.stack([node.vector for node in nodes if node.vector is not None])
        found = graph.nearest_many(vectors, NOTES, limit=self.settings.neighbours + 1)
        others = ([hit for hit in hits if hit.node.id != node.id] for node, hits in zip(nodes, found, strict=True))
        return [_as_neighbours(hits[: self.settings.neighbours]) for hits in others]

    def _asked(self, query: Query, language: Language) -> Vectors | None:
        """Return the vector that is searched with; None where nothing is asked."""
        text = query.text.strip() or ", ".join(query.entities)
        if text and self.settings.query == "keywords":
            text = ", ".join(language.ask(QUERY_KEYWORDS, question=text).keywords) or text
        vector = language.embed([text])[0]
        return vector if vector.any() else None

    def _near(self, vector: Vectors, query: Query, graph: MemoryGraph) -> list[Found]:
        """Return the notes nearest to a vector, nearest first."""
        hits = graph.nearest(vector, NOTES, limit=query.limit + len(query.exclude))
        found = [
            Found(node, max(0.0, min(1.0, cosine)), {"vector": cosine})
            for node, cosine in hits
            if _is_wanted(node, query) and (cosine > 0 or self.settings.fill)
        ]
        return [one for one in found if one.score >= query.min_score][: query.limit]

    def _room_for_linked(self, limit: int) -> int:
        """Return how many places of `limit` are kept for linked notes; the best hit has one in any case."""
        share = self.settings.linked_share
        return min(limit - 1, max(1, round(limit * share))) if share else 0

    def _linked(self, hits: Sequence[Found], query: Query, graph: MemoryGraph, vector: Vectors) -> list[Found]:
        """Return the notes linked to `hits` that are none of them, best first.

        None scores higher than the hit it is linked to: it was not as near to the query.
        """
        direction: Direction = "both" if self.settings.symmetric else "out"
        lent: dict[str, float] = {}
        for hit in (one for one in hits if one.score > 0):
            for edge in graph.edges([hit.node.id], types=[LINK], direction=direction, limit=self.settings.links):
                other = edge.target if edge.source == hit.node.id else edge.source
                lent[other] = max(lent.get(other, 0.0), self.settings.link_strength * hit.score)
        others = graph.get([one for one in lent if one not in {hit.node.id for hit in hits}], vectors=True)
        found = [_linked(node, lent[node.id], vector) for node in others if _is_wanted(node, query)]
        return sorted((one for one in found if one.score >= query.min_score), key=lambda one: (-one.score, one.node.id))

    def _recollection(self, found: Found) -> Recollection:
        node, score, parts = found
        return Recollection(
            id=node.id,
            kind="note",
            text=node.text if self.settings.told == "content" else note_in(node).told,
            score=score,
            parts=parts,
            sources=(str(node.props["source"]),),
            memory=self.name,
            at=datetime.fromisoformat(str(node.props["at"])),
            position=_written(node),
        )


def _is_wanted(node: Node, query: Query) -> bool:
    return node.props["source"] not in query.exclude


def _linked(node: Node, lent: float, vector: Vectors) -> Found:
    """Return a linked note: its own likeness to the query, or what its hit lends it if that is more."""
    likeness = 0.0 if node.vector is None else float(np.vecdot(vector, node.vector))
    return Found(node, min(1.0, max(lent, likeness)), {"vector": likeness, "linked": lent})


def _as_neighbours(hits: Iterable[Hit]) -> list[Neighbour]:
    return [Neighbour(node.id, note_in(node), cosine) for node, cosine in hits]


def _embed(notes: Iterable[Note], language: Language, *, known: Embedded | None = None) -> dict[str, Vectors | None]:
    """Return the vector of each note's text, None where there is nothing to embed; what is `known` is not embedded."""
    vectors = dict(known or {})
    new = list(dict.fromkeys(note.text for note in notes if note.text not in vectors))
    if new:
        vectors |= zip(new, language.embed(new), strict=True)
    return {text: vector if vector.any() else None for text, vector in vectors.items()}


def _revise(changes: Changes, notes: Mapping[str, Note], vectors: Mapping[str, Vectors | None]) -> None:
    """Propose what notes say now, by node id; their content stays."""
    for node, note in notes.items():
        props: dict[str, Json] = {"tags": list(note.tags), "context": note.context}
        changes.revise(node, props=props, vector=vectors[note.text])


def _standing_alone(graph: MemoryGraph, *, limit: int) -> tuple[list[Node], int]:
    """Return the oldest notes without a link that were written, or changed, since the last time.

    Returns:
        The notes; and the position up to which there are no others: that of now if these are all.
    """
    mark = graph.get([graph.id_of("Consolidated", UPTO)])
    after = int(str(mark[0].props[UPTO])) if mark else 0
    nodes = graph.scan(replace(NOTES, after=after), vectors=True)
    edges = graph.edges([node.id for node in nodes], types=[LINK])
    linked = {end for edge in edges for end in (edge.source, edge.target)}
    alone = [node for node in nodes if node.id not in linked and node.vector is not None]
    if len(alone) <= limit:
        return alone, graph.position
    last = alone[limit - 1].position
    return [node for node in alone if node.position <= last], last  # what one event changed is not told apart


def _item(node: Node, links: list[str], *, revisions: int) -> Item:
    names = ("keywords", "tags", "context")
    about: dict[str, Json] = {name: node.props[name] for name in names}
    return Item(id=node.id, text=node.text, about={**about, "links": list[Json](links), "revisions": revisions})


def _written(node: Node) -> int:
    """Return the position of the event a note is of; the node's own is that of what revised it last."""
    return int(str(node.props["position"]))
