"""The episodic memory: every event is a moment, chained to the one before it in its session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np

from agentmem.events import Event, Query, Recollection
from agentmem.graph.changes import Changes
from agentmem.graph.contract import Hit, Json, Node, ids_of
from agentmem.graph.view import MemoryGraph
from agentmem.language.contract import Language
from agentmem.shape import Group, Item
from agentmem_episodic.answers import held, last_question
from agentmem_episodic.scoring import MOMENTS, Pairs, Question, Scores, question_of, scores_of, telling_words
from agentmem_episodic.settings import EpisodicSettings

MOST_WORDS = 200
"""Different words of an event that are compared with a question's."""
READ = 20_000
"""Characters of an event in which they are looked for."""
FULL_LENGTH = 40
"""Words from which on a text is as long as any."""


class Episodic:
    """Episodic memory (ours, 2026): finds events by meaning, by words, and by what stood around them."""

    name = "episodic"

    def __init__(self, settings: EpisodicSettings | None = None) -> None:
        self.settings = settings or EpisodicSettings()

    def prepare(self, events: Sequence[Event], language: Language) -> None:
        """Embed the events in one call, each with the question it answers, as far as that is among them."""
        if len(events) == 1:
            return
        before: dict[str | None, str] = {}
        texts = []
        for event in events:
            texts.append(_indexed(event, before.get(event.session, "")))
            before[event.session] = self._question(event)
        language.embed(texts)

    def write(self, event: Event, graph: MemoryGraph, language: Language) -> Changes:
        """Propose the moment of `event`, behind the one before it in its session."""
        before = self._before(event, graph)
        text = _indexed(event, str(before.props["question"]) if before else "")
        vector = language.embed([text])[0]
        changes = graph.changes()
        moment = changes.add("Moment", text, key=event.id, props=self._props(event, text), vector=vector)
        changes.link(moment, "OF", event.node)
        if before is not None:
            changes.link(before.id, "NEXT", moment)
        return changes

    def recall(self, query: Query, graph: MemoryGraph, language: Language) -> list[Recollection]:
        """Return the events that bear on the question, best first; the newer of equals first."""
        told = self._found(query, graph, language)
        room = query.limit - len(told)
        if self.settings.fill and room and query.limit > self.settings.candidates and query.min_score == 0:
            told += _newest(query, graph, besides=told)
        return told

    def _found(self, query: Query, graph: MemoryGraph, language: Language) -> list[Recollection]:
        question = question_of(query, graph, language)
        moments, pairs = self._candidates(question, query, graph)
        if not moments:
            return []
        scores = scores_of(question, moments, pairs, language=language, settings=self.settings)
        sums = np.sum(list(scores.parts.values()), axis=0)
        is_told = scores.is_found & (sums > 0) & (sums >= query.min_score)
        total: list[float] = sums.tolist()
        places = [at for at in np.flatnonzero(is_told).tolist() if moments[at].props["event"] not in query.exclude]
        places.sort(key=lambda at: (-total[at], -moments[at].position))
        return [
            _recollection(moments[place], total[place], parts=_parts_at(scores, place))
            for place in places[: query.limit]
        ]

    def show(self, graph: MemoryGraph, now: datetime) -> Sequence[Group]:  # noqa: ARG002 - nothing here fades
        """Return the sessions in the order of their first events, each with its events."""
        sessions: dict[Json, list[Node]] = {}
        for moment in graph.scan(MOMENTS):
            sessions.setdefault(moment.props["session"], []).append(moment)
        return [_group(session, moments) for session, moments in sessions.items()]

    def _before(self, event: Event, graph: MemoryGraph) -> Node | None:
        """Return the newest moment of the same session, if it is not too far back."""
        for most in (1, self.settings.interleaved):  # nearly always it is the very last
            for moment in graph.scan(MOMENTS, newest=True, limit=most):
                if moment.props["session"] == event.session:
                    return moment
        return None

    def _question(self, event: Event) -> str:
        return last_question(event.text) if self.settings.answered else ""

    def _props(self, event: Event, text: str) -> Mapping[str, Json]:
        """Return what recall will want to know of the event, so that it need not be read again."""
        return {
            "event": event.id,
            "session": event.session,
            "speaker": event.speaker,
            "told": len(event.dated),
            "words": " ".join(telling_words(text[:READ], MOST_WORDS)),
            "question": self._question(event),
            "asks": event.text.rstrip().endswith("?"),
            "holds": list[Json](held(event.text, speakers=(event.speaker or "").split())),
            "fullness": min(1.0, len(event.text[:READ].split()) / FULL_LENGTH),
        }

    def _candidates(self, question: Question, query: Query, graph: MemoryGraph) -> tuple[list[Node], Pairs]:
        """Return what both searches propose, the best of it with its neighbours, and which follow each other."""
        count = max(self.settings.candidates, query.limit + len(query.exclude))
        by_words: list[Hit] = []
        by_vector: list[Hit] = []
        if self.settings.words and question.words:
            by_words = graph.matching(" ".join(question.words), MOMENTS, limit=count)
        if self.settings.vector and question.vector.any():
            by_vector = graph.nearest(question.vector, MOMENTS, limit=count)
        best = self.settings.neighbourhood
        frontier = dict.fromkeys(hit.node.id for hit in (*by_words[:best], *by_vector[:best]))
        ids = frontier | dict.fromkeys(hit.node.id for hit in (*by_words, *by_vector))
        edges: dict[tuple[str, str], None] = {}
        asked: set[str] = set()
        for _ in range(2 if frontier else 0):
            edges |= {(edge.source, edge.target): None for edge in graph.edges(list(frontier), types=["NEXT"])}
            asked.update(frontier)
            frontier = {end: None for edge in edges for end in edge if end not in asked}
            ids |= frontier
        moments = graph.get(list(ids), vectors=True)
        place = {one: number for number, one in enumerate(ids_of(moments))}
        return moments, [(place[one], place[next_]) for one, next_ in edges if one in place and next_ in place]


def _parts_at(scores: Scores, place: int) -> dict[str, float]:
    return {name: float(part[place]) for name, part in scores.parts.items() if part[place]}


def _indexed(event: Event, question: str) -> str:
    """Return what searches look at: the event with who and when, and the question it answers."""
    return f"{event.dated}\n{question}" if question else event.dated


def _told(moment: Node) -> str:
    """Return the event's own part of what is indexed."""
    return moment.text[: int(str(moment.props["told"]))]


def _recollection(moment: Node, score: float, *, parts: dict[str, float]) -> Recollection:
    return Recollection(
        id=moment.id,
        kind="event",
        text=_told(moment),
        score=min(1.0, score),
        parts=parts,
        sources=(str(moment.props["event"]),),
        memory=moment.memory,
        at=moment.at,
        position=moment.position,
    )


def _newest(query: Query, graph: MemoryGraph, *, besides: Sequence[Recollection]) -> list[Recollection]:
    """Return the newest other events, as many as there is room for, scored 0."""
    unwanted = {one.id for one in besides} | {graph.id_of("Moment", event) for event in query.exclude}
    newest = graph.scan(MOMENTS, newest=True, limit=query.limit + len(query.exclude))
    others = [_recollection(moment, 0.0, parts={}) for moment in newest if moment.id not in unwanted]
    return others[: query.limit - len(besides)]


def _group(session: Json, moments: Sequence[Node]) -> Group:
    items = []
    for moment in moments:
        told = _told(moment)
        about: dict[str, Json] = {"holds": moment.props["holds"], "answers": moment.text[len(told) :].strip()}
        items.append(Item(id=moment.id, text=told, about={name: value for name, value in about.items() if value}))
    title = "no session" if session is None else f"session {session}"
    return Group(title=title, about={"events": len(items)}, items=tuple(items))
