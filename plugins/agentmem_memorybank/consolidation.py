"""Consolidation: days are told in summaries and portraits, and all days in one summary and a portrait of each person.

MemoryBank (Zhong et al., 2023), section 2.1. Only what has something new is told
again, and no task is shown more than a budget, however old the bank is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, NamedTuple

from agentmem.events import EVENT_PREFIX, Event
from agentmem.graph.changes import Changes
from agentmem.graph.contract import Json, Node, Where
from agentmem.graph.view import MemoryGraph
from agentmem.journal import event_of
from agentmem.language.aliases import meant
from agentmem.language.contract import Language
from agentmem_memorybank.settings import MemoryBankSettings
from agentmem_memorybank.telling import (
    DAY_PORTRAIT,
    DAY_SUMMARY,
    GLOBAL_PORTRAIT,
    GLOBAL_SUMMARY,
    Days,
    Portrait,
    Portraits,
    in_words,
    people_in,
    person,
    shown,
)

ALL_DAYS = "all"
"""The key of the one global summary."""
LEAST = 100
"""Characters of a day that are shown, however many days there are."""


class Sources(NamedTuple):
    """The events something comes from, oldest first; and the time, as text, and the position of the newest."""

    events: tuple[str, ...]
    at: str
    position: int


@dataclass(frozen=True)
class Told:
    """A node to be, or one that is: what is told of a day, or of all (`day` is empty)."""

    label: str
    key: str
    text: str
    sources: Sources
    day: str = ""
    props: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True)
class Bank:
    """Where to look, whom to ask, and how much to tell."""

    graph: MemoryGraph
    language: Language
    settings: MemoryBankSettings


def consolidate(bank: Bank) -> Changes:
    """Propose what is told of the days that have newer turns than their summary, and then of all days.

    Nothing is asked or proposed when there is no such day.
    """
    graph, most = bank.graph, bank.settings.sources
    changes = graph.changes()
    days = _untold(graph)
    if not days:
        return changes
    summaries = _day_summaries(bank, days)
    portraits = _day_portraits(bank, days)
    told = [*summaries, *portraits, _global_summary(bank, summaries), *_global_portraits(bank, portraits)]
    vectors = bank.language.embed([one.text for one in told])
    for one, vector in zip(told, vectors, strict=True):
        events, at, position = one.sources
        props: dict[str, Json] = {"sources": list(events[-most:]), "at": at, "position": position, **one.props}
        vector_or_none = vector if vector.any() else None
        node = changes.add(one.label, one.text, key=one.key, props=props, vector=vector_or_none)
        if one.day:
            changes.link(node, "OF", graph.id_of("Day", one.day))
    return changes


def _untold(graph: MemoryGraph) -> dict[str, list[Event]]:
    """Return the days that have turns newer than their summary, oldest first, with all their turns still held.

    Newer is what came to its day after the last consolidation; only what changed
    since then is looked through, and the days it belongs to.
    """
    whole = graph.get([graph.id_of("Summary", ALL_DAYS)])
    upto = int(str(whole[0].props["upto"])) if whole else 0
    changed = {str(node.props["day"]) for node in graph.scan(Where(label="Turn", after=upto))}
    edges = graph.edges([graph.id_of("Day", day) for day in sorted(changed)], types=["ON"], direction="in")
    untold = {edge.target for edge in edges if edge.position > upto}  # other turns were only strengthened
    turns = graph.get([edge.source for edge in edges if edge.target in untold])
    day_of = {f"{EVENT_PREFIX}{turn.props['event']}": str(turn.props["day"]) for turn in turns}
    days: dict[str, list[Event]] = {}
    for node in sorted(graph.get(list(day_of)), key=lambda one: one.position):
        days.setdefault(day_of[node.id], []).append(event_of(node))
    return dict(sorted(days.items()))


def _day_summaries(bank: Bank, days: Mapping[str, Sequence[Event]]) -> list[Told]:
    turns = {day: shown(events, budget=bank.settings.budget) for day, events in days.items()}
    count = bank.settings.summary_sentences
    asked: dict[str, dict[str, Any]] = {
        day: {"date": in_words(day), "turns": turns[day], "sentences": count} for day in days
    }
    bank.language.prefetch(DAY_SUMMARY, list(asked.values()))
    ids = [bank.graph.id_of("DaySummary", day) for day in days]
    known = {str(node.props["day"]): node for node in bank.graph.get(ids)}
    told = []
    for day in days:
        answer = bank.language.ask(DAY_SUMMARY, **asked[day])
        sources, unknown = _cited(answer.based_on, {alias: _source(turn) for alias, turn in turns[day].items()})
        before: Mapping[str, Json] = known[day].props if day in known else {"strength": 1, "recalled": ""}
        recalled = max(str(before["recalled"]), days[day][-1].at.isoformat())
        props: dict[str, Json] = {"day": day, "strength": before["strength"], "recalled": recalled, **unknown}
        told.append(Told("DaySummary", day, f"On {in_words(day)}:\n{answer.summary}", sources, day, props))
    return told


def _day_portraits(bank: Bank, days: Mapping[str, Sequence[Event]]) -> list[Told]:
    own = {
        (day, who): shown((turn for turn in turns if person(turn) == who), budget=bank.settings.budget)
        for day, turns in days.items()
        for who in people_in(turns, limit=bank.settings.people)
    }
    asked: dict[tuple[str, str], dict[str, Any]] = {
        (day, who): {"date": in_words(day), "who": who, "turns": turns} for (day, who), turns in own.items()
    }
    bank.language.prefetch(DAY_PORTRAIT, list(asked.values()))
    told = []
    for (day, who), turns in own.items():
        portrait = bank.language.ask(DAY_PORTRAIT, **asked[day, who])
        sources, unknown = _cited(portrait.based_on, {alias: _source(turn) for alias, turn in turns.items()})
        props = {"day": day, **_props_of(portrait, who), **unknown}
        text = f"On {in_words(day)}, {who}: {portrait}"
        if portrait.traits or portrait.mood:
            told.append(Told("DayPortrait", f"{day}/{key_of(who)}", text, sources, day, props))
    return told


def _global_summary(bank: Bank, new: Sequence[Told]) -> Told:
    """Return what the newest days come to, with what was told before them if there are more."""

    def tell(shown: Mapping[str, Told]) -> Told:
        room = max(LEAST, bank.settings.budget // len(shown))
        days = Days((alias, one.text[:room]) for alias, one in shown.items())
        answer = bank.language.ask(GLOBAL_SUMMARY, days=days, sentences=bank.settings.global_sentences)
        sources, unknown = _cited(answer.based_on, {alias: one.sources for alias, one in shown.items()})
        return Told("Summary", ALL_DAYS, answer.summary, sources, props={"upto": bank.graph.position, **unknown})

    nodes = bank.graph.scan(Where(label="DaySummary"), newest=True, limit=bank.settings.days)
    before = bank.graph.get([bank.graph.id_of("Summary", ALL_DAYS)])
    return _in_batches(map(_told_in, nodes), new, before, most=bank.settings.days, tell=tell)


def _global_portraits(bank: Bank, new: Sequence[Told]) -> list[Told]:
    """Return the portraits of the people who have a new one of a day."""
    people = list(dict.fromkeys(str(one.props["who"]) for one in new))
    if not people:
        return []
    most = bank.settings.days
    nodes = bank.graph.scan(Where(label="DayPortrait"), newest=True, limit=most * len(people))
    before = bank.graph.get([bank.graph.id_of("Portrait", key_of(who)) for who in people])

    def portray(who: str) -> Told:
        def tell(shown: Mapping[str, Told]) -> Told:
            days = Portraits((alias, _portrait_in(one.props)) for alias, one in shown.items())
            portrait = bank.language.ask(GLOBAL_PORTRAIT, who=who, days=days)
            sources, unknown = _cited(portrait.based_on, {alias: one.sources for alias, one in shown.items()})
            return Told(
                "Portrait", key_of(who), f"{who}: {portrait}", sources, props=_props_of(portrait, who) | unknown
            )

        known = [_told_in(node) for node in nodes if node.props["who"] == who]
        own = [one for one in new if one.props["who"] == who]
        return _in_batches(known, own, [node for node in before if node.props["who"] == who], most=most, tell=tell)

    return [portray(who) for who in people]


def key_of(who: str) -> str:
    """Return what a person's portraits are kept by: short, whatever the name."""
    return blake2b(who.encode(), digest_size=8).hexdigest()


def _in_batches(
    known: Iterable[Told],
    new: Sequence[Told],
    before: Sequence[Node],
    *,
    most: int,
    tell: Callable[[Mapping[str, Told]], Told],
) -> Told:
    """Return what `tell` makes of the newest days, shown oldest first as d1, d2, ...

    If there are more days than `most`, what was told of all `before` is shown as d0; new
    days that would be older than those shown are told first, as many at a time.
    """
    newest = {one.day: one for one in (*known, *new)}
    days = [newest[day] for day in sorted(newest)]
    older = [one for one in days[:-most] if one in new]
    batches = [older[start : start + most] for start in range(0, len(older), most)]
    earlier = _told_in(before[0]) if before and len(days) >= most else None
    for batch in (*batches, days[-most:]):
        shown = {f"d{number}": one for number, one in enumerate(batch, 1)}
        earlier = tell(shown if earlier is None else {"d0": earlier, **shown})
    assert earlier is not None  # there is at least one batch
    return earlier


def _cited(aliases: Iterable[str], known: Mapping[str, Sources]) -> tuple[Sources, dict[str, Json]]:
    """Return the sources that were named, or all if none was; and how many aliases meant nothing, if any did."""
    said = set(aliases)
    named = {meant(alias, known) for alias in said} - {None}
    taken = [known[alias] for alias in known if alias in named] or list(known.values())
    events = tuple(dict.fromkeys(event for one in taken for event in one.events))
    newest = max(taken, key=lambda one: one.position)
    unknown = sum(meant(alias, known) is None for alias in said)
    return Sources(events, newest.at, newest.position), {"unknown_aliases": unknown} if unknown else {}


def _source(turn: Event) -> Sources:
    return Sources((turn.id,), turn.at.isoformat(), turn.position)


def _told_in(node: Node) -> Told:
    props = node.props
    events = props["sources"]
    assert isinstance(events, list)
    sources = Sources(tuple(map(str, events)), str(props["at"]), int(str(props["position"])))
    return Told(node.label, node.id, node.text, sources, str(props.get("day", "")), props)


def _props_of(portrait: Portrait, who: str) -> dict[str, Json]:
    return {"who": who, "traits": list(portrait.traits), "mood": portrait.mood, "strategy": portrait.strategy}


def _portrait_in(props: Mapping[str, Json]) -> Portrait:
    return Portrait.model_validate({name: props[name] for name in ("traits", "mood", "strategy")})
