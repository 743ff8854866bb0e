"""A running summary beside the last events: what an agent does when its context is full."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from agentmem.events import EVENT_PREFIX, Event, Query, Recollection, Value
from agentmem.graph.changes import Changes
from agentmem.graph.contract import Json, Node
from agentmem.graph.view import MemoryGraph
from agentmem.journal import event_of
from agentmem.language.aliases import meant
from agentmem.language.contract import Language, Task
from agentmem.language.keywords import content_words
from agentmem.language.prompting import prompt_beside
from agentmem.language.sentences import central
from agentmem.language.sentences import sentences as sentences_in
from agentmem_baselines.newest import by_recency

KEY = "running"
LONGEST = 1000
"""Characters of one event that are condensed."""
TELLING = 3
"""Words with a meaning of their own that a sentence must have for the rule to keep it."""
NEW = 4
"""The rule keeps at least one in so many sentences for what is new."""
SAID = re.compile(r"\A[^\n:()]{1,80} \([^\n()]{1,40}\): ")
"""Who said it and when, at the start of a dated line: in every line, so it tells none from another."""

OWN = re.compile(r"\A(?!\[).*\b(?:I|[Mm]y|[Ww]e|[Oo]ur)\b")
"""Who speaks so tells of themselves; in brackets is what a picture shows."""


class SummarySettings(BaseModel):
    """What can be set with `--set name=value`.

    Attributes:
        every: Events after which they are condensed into the summary.
        recent: The last events that are recalled as they were, even if the summary has them.
            AriGraph's baseline shows the last 5 observations.
        sentences: The most sentences of the summary.
        characters: The most characters of the summary.
        sources: The most events a sentence of the summary names as its sources, the newest.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    every: int = Field(default=10, ge=1, le=1000)
    recent: int = Field(default=5, ge=0, le=1000)
    sentences: int = Field(default=12, ge=1, le=1000)
    characters: int = Field(default=2000, ge=100, le=100_000)
    sources: int = Field(default=4, ge=1, le=1000)


class Sentence(Value):
    """A sentence of the summary, and the aliases of what it rests on."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
    based_on: tuple[str, ...] = ()


class Condensed(Value):
    """The answer to `summary.condense`."""

    lines: tuple[Sentence, ...] = Field(min_length=1)


class Lines(dict[str, str]):
    """Lines by alias. As text, one to a line, it is what a model sees of them."""

    def __str__(self) -> str:
        return "\n".join(f"{alias}: {line}" for alias, line in self.items())


class Kept(NamedTuple):
    """A sentence of the summary as it is kept, and the events it comes from, oldest first."""

    text: str
    sources: tuple[str, ...]


def condense(summary: Mapping[str, str], events: Mapping[str, str], sentences: int, characters: int) -> Condensed:
    """Answer without a model: the central ones of the old lines, and of what was said since, with who said it and when.

    A part of the room goes to what is new, or the summary would in time keep to its
    main subject alone.
    """
    old = {SAID.sub("", line): (line, alias) for alias, line in summary.items()}
    new: dict[str, tuple[str, str]] = {}
    for alias, text in events.items():
        who = SAID.match(text)
        for sentence in sentences_in(text[who.end() :] if who else text):
            if sentence not in old and is_telling(sentence, who[0] if who else ""):
                new.setdefault(sentence, (f"{who[0] if who else ''}{sentence}", alias))
    told = [(text, alias) for alias, text in {**summary, **events}.items()][:1]
    for count in range(sentences, 0, -1):
        fresh = central(list(new), max(1, count // NEW, count - len(old)))
        chosen = [old[one] for one in central(list(old), count - len(fresh))] + [new[one] for one in fresh]
        told = chosen or told
        if sum(len(line) for line, _ in told) <= characters:
            break
    return Condensed(lines=tuple(Sentence(text=line[:characters], based_on=(alias,)) for line, alias in told))


def is_telling(sentence: str, who: str) -> bool:
    """Return whether a sentence says something to remember; `who` said it and when, empty for the world.

    Of what people say it is what they tell of themselves: praise, questions and an
    assistant's advice are long, and what one wants to know later is rare.

    >>> is_telling("I adopted a rescue dog!", "Ann (1:56 pm on 8 May, 2023): ")
    True
    """
    if sentence.endswith("?") or len(content_words(sentence)) < TELLING:
        return False
    return not who or (OWN.search(sentence) is not None and not who.startswith("assistant ("))


CONDENSE: Task[Condensed] = Task(
    name="summary.condense",
    output=Condensed,
    prompt=prompt_beside(__file__, "condense.prompt.txt"),
    rules=condense,
)
"""Inputs: `summary`, `events`, lines by alias (s1, ... and e1, ...); `sentences`, `characters`, the most wanted."""


class Summary:
    """Running summary: condensed every few events, with the last events as they were.

    A baseline of AriGraph and many others. The summary is one node; each revision
    keeps the one before, so the store grows by one bounded text in `every` events.
    """

    name = "summary"

    def __init__(self, settings: SummarySettings | None = None) -> None:
        self.settings = settings or SummarySettings()

    def write(self, event: Event, graph: MemoryGraph, language: Language) -> Changes:
        """Propose a new summary once `every` events have come since the last one, and nothing before."""
        changes = graph.changes()
        node = _summary_in(graph)
        after = _upto(node)
        upto = event.position  # not the graph's, which is later where an event is taken in by a retry
        if upto - after < self.settings.every:
            return changes
        newest = _newest(graph, last=graph.position - after)
        events = [one for one in newest if after < one.position <= upto]
        if len(events) < self.settings.every:
            return changes
        told = {f"s{number}": line for number, line in enumerate(_lines_of(node), 1)}
        told |= {f"e{number}": Kept(one.dated[:LONGEST], (one.id,)) for number, one in enumerate(events, 1)}
        answer = language.ask(
            CONDENSE,
            summary=Lines((alias, line.text) for alias, line in told.items() if alias.startswith("s")),
            events=Lines((alias, line.text) for alias, line in told.items() if alias.startswith("e")),
            sentences=self.settings.sentences,
            characters=self.settings.characters,
        )
        lines, props = self._kept(answer, told)
        props |= {"upto": upto, "sources": [list(one.sources) for one in lines]}
        changes.add("Summary", "\n".join(one.text for one in lines), key=KEY, props=props)
        return changes

    def recall(self, query: Query, graph: MemoryGraph, language: Language) -> list[Recollection]:  # noqa: ARG002
        """Return the summary, pinned, and the events after it, at least `recent`, newest first."""
        node = _summary_in(graph)
        now = graph.position if graph.as_of is None else graph.as_of
        after = _upto(node)
        events = _newest(graph, last=max(self.settings.recent, now - after))
        first = max(0, len(events) - self.settings.recent)
        newest = [one for place, one in enumerate(events) if place >= first or one.position > after]
        told = [_recollection(node, graph, self.name)] if node else []
        told = [one for one in told if not set(query.exclude).issuperset(one.sources)]
        return [*told, *by_recency(newest, query, memory=self.name)][: query.limit]

    def _kept(self, answer: Condensed, told: Mapping[str, Kept]) -> tuple[list[Kept], dict[str, Json]]:
        """Return the lines that fit, each with what it rests on (all, if it names nothing known), and what was lost."""
        room, unknown = self.settings.characters, 0
        kept: list[Kept] = []
        for line in answer.lines[: self.settings.sentences]:
            named = {meant(said, told) for said in line.based_on}
            unknown += len(set(line.based_on)) - len(named - {None})
            ids = dict.fromkeys(event for alias in told if alias in named for event in told[alias].sources)
            ids = ids or dict.fromkeys(event for one in told.values() for event in one.sources)
            text = " ".join(line.text.split())
            if len(text) <= room or not kept:
                kept.append(Kept(text[:room], tuple(ids)[-self.settings.sources :]))
                room -= len(kept[-1].text)
        counts = {"unknown_aliases": unknown, "dropped_lines": len(answer.lines) - len(kept)}
        return kept, {name: count for name, count in counts.items() if count}


def _summary_in(graph: MemoryGraph) -> Node | None:
    return next(iter(graph.get([graph.id_of("Summary", KEY)])), None)


def _upto(node: Node | None) -> int:
    """Return the position up to which the summary tells; 0 when there is none."""
    return int(str(node.props["upto"])) if node else 0


def _newest(graph: MemoryGraph, *, last: int) -> list[Event]:
    return [event_of(one) for one in graph.events(last=last)] if last else []


def _lines_of(node: Node | None) -> list[Kept]:
    if node is None:
        return []
    sources = node.props["sources"]
    assert isinstance(sources, list)
    texts = node.text.split("\n")
    return [Kept(text, tuple(map(str, ids))) for text, ids in zip(texts, sources, strict=True) if isinstance(ids, list)]


def _recollection(node: Node, graph: MemoryGraph, memory: str) -> Recollection:
    sources = tuple(dict.fromkeys(event for line in _lines_of(node) for event in line.sources))
    newest = max(graph.get([EVENT_PREFIX + one for one in sources]), key=lambda event: event.position)
    return Recollection(
        id=node.id,
        kind="summary",
        text=node.text,
        score=1.0,
        parts={"summary": 1.0},
        sources=sources,
        memory=memory,
        at=newest.at,
        position=newest.position,
        pinned=True,
    )
