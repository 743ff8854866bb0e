"""Consolidation: days are told in summaries and portraits, and all days in one summary and a portrait of each person.

MemoryBank (Zhong et al., 2023), section 2.1. Only what has something new is told
again, and no task is shown more than a budget, however old the bank is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from hashlib import blake2b
from typing import Any, NamedTuple

from agentmem.events import EVENT_PREFIX, Event
from agentmem.graph.changes import Changes
from agentmem.graph.contract import Json, Node, Where
from agentmem.graph.view import MemoryGraph
from agentmem.journal import event_of
from agentmem.language.contract import Language
from agentmem_memorybank.portraits import DAY_PORTRAIT, GLOBAL_PORTRAIT, Portrait, Portraits, people_in, person
from agentmem_memorybank.settings import MemoryBankSettings
from agentmem_memorybank.summaries import DAY_SUMMARY, GLOBAL_SUMMARY, Days, in_words, shown

ALL_DAYS = "all"
"""The key of the one global summary."""


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
    known = {str(node.props["day"]): node for node in bank.graph.get(_ids(bank.graph, "DaySummary", days))}
    told = []
    for day in days:
        answer = bank.language.ask(DAY_SUMMARY, **asked[day])
        sources, unknown = _cited(answer.based_on, {alias: _source(turn) for alias, turn in turns[day].items()})
        before: Mapping[str, Json] = known[day].props if day in known else {"strength": 1, "recalled": ""}
        recalled = max(str(before["recalled"]), _utc(days[day][-1]))
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
    most = bank.settings.days
    days = {node.id: _told_in(node) for node in bank.graph.scan(Where(label="DaySummary"), newest=True, limit=most)}
    before = bank.graph.get([bank.graph.id_of("Summary", ALL_DAYS)])
    told = _by_alias(bank, [*days.values(), *new], before)
    budget = bank.settings.budget // len(told)
    texts = Days((alias, one.text[:budget]) for alias, one in told.items())
    answer = bank.language.ask(GLOBAL_SUMMARY, days=texts, sentences=bank.settings.global_sentences)
    sources, unknown = _cited(answer.based_on, {alias: one.sources for alias, one in told.items()})
    return Told("Summary", ALL_DAYS, answer.summary, sources, props={"upto": bank.graph.position, **unknown})


def _global_portraits(bank: Bank, new: Sequence[Told]) -> list[Told]:
    """Return the portraits of the people who have a new one of a day."""
    people = dict.fromkeys(str(one.props["who"]) for one in new)
    most = bank.settings.days * len(people)
    days = [_told_in(node) for node in bank.graph.scan(Where(label="DayPortrait"), newest=True, limit=max(1, most))]
    before = {
        str(node.props["who"]): node for node in bank.graph.get(_ids(bank.graph, "Portrait", map(key_of, people)))
    }
    told = []
    for who in people:
        own = [one for one in (*days, *new) if one.props["who"] == who]
        by_alias = _by_alias(bank, own, [before[who]] if who in before else [])
        portraits = Portraits((alias, _portrait_in(one.props)) for alias, one in by_alias.items())
        portrait = bank.language.ask(GLOBAL_PORTRAIT, who=who, days=portraits)
        sources, unknown = _cited(portrait.based_on, {alias: one.sources for alias, one in by_alias.items()})
        props = {**_props_of(portrait, who), **unknown}
        told.append(Told("Portrait", key_of(who), f"{who}: {portrait}", sources, props=props))
    return told


def key_of(who: str) -> str:
    """Return what a person's portraits are kept by: short, whatever the name."""
    return blake2b(who.encode(), digest_size=8).hexdigest()


def _by_alias(bank: Bank, days: Iterable[Told], before: Sequence[Node]) -> dict[str, Told]:
    """Return the newest days, oldest first, as d1, d2, ...; and as d0 what was told `before`, if they are all taken."""
    newest = {one.day: one for one in days}  # what is new comes last, and stands for what was told of that day
    kept = [newest[day] for day in sorted(newest)][-bank.settings.days :]
    told = {f"d{number}": one for number, one in enumerate(kept, 1)}
    if before and len(newest) >= bank.settings.days:
        return {"d0": _told_in(before[0]), **told}
    return told


def _cited(aliases: Iterable[str], known: Mapping[str, Sources]) -> tuple[Sources, dict[str, Json]]:
    """Return the sources that were named, or all if none was; and how many aliases meant nothing, if any did."""
    named = set(aliases)
    meant = [alias for alias in known if alias in named]
    taken = [known[alias] for alias in meant or known]
    events = tuple(dict.fromkeys(event for one in taken for event in one.events))
    newest = max(taken, key=lambda one: one.position)
    unknown = len(named) - len(meant)
    return Sources(events, newest.at, newest.position), {"unknown_aliases": unknown} if unknown else {}


def _source(turn: Event) -> Sources:
    return Sources((turn.id,), _utc(turn), turn.position)


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


def _ids(graph: MemoryGraph, label: str, keys: Iterable[str]) -> list[str]:
    return [graph.id_of(label, key) for key in keys]


def _utc(turn: Event) -> str:
    return turn.at.astimezone(UTC).isoformat()
