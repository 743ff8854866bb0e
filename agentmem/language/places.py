"""Where a text is set: what its facts say of "here", and how two places lie to each other.

A reading of one text names no place it does not tell. Whoever reads texts in
their order knows where the one before was set.
"""

from __future__ import annotations

from agentmem.events import Fact
from agentmem.language.facts import HERE, Reading, normal

OPPOSITE = {
    "north": "south", "south": "north", "east": "west", "west": "east",
    "northeast": "southwest", "southwest": "northeast", "northwest": "southeast", "southeast": "northwest",
    "up": "down", "down": "up", "in": "out", "out": "in",
}  # fmt: skip


def set_in_place(reading: Reading, *, before: str | None) -> tuple[list[Fact], str | None]:
    """Return the facts of `reading` with "here" named, and the place it is set in.

    A move that succeeded also tells how the two places lie. Facts about a
    "here" that nothing ever named are left out.

    Args:
        reading: What a text says.
        before: The place the text before it was set in, if anything told.

    >>> moved = Reading(facts=(Fact(subject=HERE, relation="has exit", object="up"),), place="attic", heading="up")
    >>> facts, place = set_in_place(moved, before="hall")
    >>> [fact.text for fact in facts]
    ['attic, is up of, hall', 'hall, is down of, attic', 'attic, has exit, up']
    """
    named = normal(reading.place) if reading.place else None
    place = named or before
    facts = [_named(fact, place) for fact in reading.facts if place or HERE not in (fact.subject, fact.object)]
    return [*ways(before, named, reading.heading), *facts], place


def ways(old: str | None, new: str | None, heading: str | None) -> list[Fact]:
    """Return how two places lie to each other, if a move from one led to the other.

    >>> [fact.text for fact in ways("hall", "attic", "up")]
    ['attic, is up of, hall', 'hall, is down of, attic']
    """
    if old is None or new is None or old == new or heading not in OPPOSITE:
        return []
    return [
        Fact(subject=new, relation=f"is {heading} of", object=old),
        Fact(subject=old, relation=f"is {OPPOSITE[heading]} of", object=new),
    ]


def _named(fact: Fact, place: str | None) -> Fact:
    ends = {"subject": fact.subject, "object": fact.object}
    here = {end: place for end, name in ends.items() if name == HERE}
    return fact.model_copy(update=here) if here else fact
