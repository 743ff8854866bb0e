"""What the language is shown: past turns, statements, passages and exits, each once and as short as can be.

The paper shows all of it as it is. Here what is told twice is told once: a room seen again, a way
there and back, an exit that was taken, a passage that is in sight or in the history.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from agentmem.agent.ariadne.by_rules import HERE
from agentmem.agent.ariadne.ways import GO_TO, Surroundings
from agentmem.agent.environment import Observation
from agentmem.agent.loop import seen
from agentmem.agent.policy import Turn
from agentmem.events import Fact, Recollection
from agentmem.language.maps import Map
from agentmem.language.places import OPPOSITE

ELSEWHERE = {"place", "path", "exit"}
"""Kinds that are shown as the actions there are, and as unexplored exits."""


def now(observation: Observation) -> str:
    """Return what is seen and carried now, without empty lines."""
    return _squeezed(seen(observation))


def history(turns: Sequence[Turn], observation: Observation, *, is_brief: bool = False) -> str:
    """Return past turns as a transcript, the moves of one way together.

    What is carried is told where it changed. Of an observation that is told again later, or
    now, only the first line is shown; if `is_brief`, of each.
    """
    journeys = list(_journeys(turns))
    texts = [_squeezed(journey[0].observation.text) for journey in journeys]
    told_later = [*texts[1:], _squeezed(observation.text)]
    carried: str | None = None
    lines: list[str] = []
    for at, journey in enumerate(journeys):
        is_short = is_brief or texts[at] in told_later[at:]
        lines.append(texts[at].partition("\n")[0] if is_short else texts[at])
        inventory = journey[0].observation.inventory
        if inventory and inventory != carried and not is_brief:
            carried = inventory
            lines.append(_squeezed(inventory))
        lines.append(f"> {_done(journey)}")
    return "\n".join(lines)


def statements(recollections: Iterable[Recollection], known: Map, *, limit: int) -> str:
    """Return up to `limit` of the facts that bear on the question, best first, those of one subject on a line.

    Of two that say how two places lie, one is told; and no exit of which it is known where it leads.
    """
    told: dict[tuple[str, str, str], None] = {}
    for one in recollections:
        fact = one.fact
        if fact is None or one.kind in ELSEWHERE or not (one.score or one.pinned):
            continue
        if not _is_told(fact, known, told):
            told[fact.subject, fact.relation, fact.object] = None
    by_subject: dict[str, list[str]] = {}
    for subject, relation, object_ in list(told)[:limit]:
        by_subject.setdefault(subject, []).append(f"{relation} {object_}")
    return "\n".join(f"{subject}: {'; '.join(said)}" for subject, said in by_subject.items())


def passages(recollections: Iterable[Recollection], shown: Iterable[Observation], *, limit: int) -> str:
    """Return the best `limit` recollections that are no facts, and the pinned ones; none that is shown already."""
    known = [text for text in map(now, shown) if text]
    told: list[str] = []
    for one in recollections:
        text = _squeezed(one.text)
        if one.fact is not None or one.kind in ELSEWHERE or any(text.endswith(other) for other in known):
            continue
        if one.pinned or len(told) < limit:
            told.append(text)
    return "\n\n".join(told)


def exits(world: Surroundings) -> str:
    """Return unexplored exits, those of a place on a line, nearest first."""
    of_place: dict[str, list[str]] = {}
    for place, direction in world.exits:
        of_place.setdefault(f"{place}{HERE}" if place == world.place else place, []).append(direction)
    return "\n".join(f"{place}: {', '.join(directions)}" for place, directions in of_place.items())


def _journeys(turns: Sequence[Turn]) -> Iterator[list[Turn]]:
    """Yield turns, those that follow one decision together."""
    journey: list[Turn] = []
    for turn in turns:
        if journey and not turn.decision.follows(journey[-1].decision):
            yield journey
            journey = []
        journey.append(turn)
    if journey:
        yield journey


def _done(journey: Sequence[Turn]) -> str:
    route = journey[0].decision.route
    moves = ", ".join(turn.decision.action for turn in journey)
    return f"{GO_TO}{route[-1].place} ({moves})" if route else moves


def _is_told(fact: Fact, known: Map, told: Iterable[tuple[str, str, str]]) -> bool:
    """Return whether a fact of the map says nothing that is not told, or to be told, by another."""
    if fact.relation == "has exit":
        return fact.object in known.moves.get(fact.subject, {})
    words = fact.relation.split()
    if len(words) == 3 and words[0] == "is" and words[1] in OPPOSITE:
        return (fact.object, f"is {OPPOSITE[words[1]]} of", fact.subject) in told
    return False


def _squeezed(text: str) -> str:
    return "\n".join(line for line in map(str.strip, text.splitlines()) if line)
