"""Extraction: from what a text says to facts that can stand in the graph.

AriGraph (Anokhin et al., 2024), section 3.1. Names are normalised once, here,
and never compared in another form.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

from agentmem.events import Fact
from agentmem.graph.contract import Node
from agentmem.language.facts import HERE, Reading, normal, settled, slot_in
from agentmem.language.places import OPPOSITE, ways
from agentmem.language.placing import side_by_side

LONGEST_NAME = 200
"""Characters; a longer subject, relation or object is a sentence, not a name."""
Said = tuple[str, str, str, str | None]
"""Of a fact: subject, relation, object, slot."""


@dataclass(frozen=True)
class Scene:
    """What one event says, resolved: no "here" is left in it.

    Attributes:
        facts: In the order of the text, each once; what a later one outdates is left out.
        place: Where it is set, if anything ever told.
        names_place: Whether this very text says so.
        dropped: What could not be used: facts without a name, or with a sentence for one, or beyond the
            most there may be; a heading that is no direction.
    """

    facts: tuple[Fact, ...]
    place: str | None
    names_place: bool
    dropped: int


def resolve(reading: Reading, *, before: str | None, one_place: bool = False, most: int = 1000) -> Scene:
    """Return what `reading` says, when the event before it was set in `before`.

    A move that succeeded gives two facts of topology, as in the paper: the new
    place is north of the old one, the old one south of the new.

    Args:
        reading: What a text says.
        before: Where the text before it was set, if anything told.
        one_place: Whether relations tell where things are, and not slots alone.
        most: Facts that are taken of a text, the first ones.
    """
    named = normal(reading.place) if reading.place else None
    place = named or before
    told = [_in_place(said, place) for said in (*ways(before, named, reading.heading), *reading.facts[:most])]
    usable = [fact for fact in told if fact is not None]
    lost = len(told) - len(usable) + max(0, len(reading.facts) - most)
    lost += reading.heading is not None and reading.heading not in OPPOSITE
    kept = {triple(fact): fact for fact in usable}
    stands = side_by_side(kept.values()) if one_place and place else settled(kept.values())
    return Scene(tuple(stands), place, bool(named), lost)


@lru_cache(maxsize=65_536)
def fact_of(subject: str, relation: str, object: str, slot: str | None) -> Fact:  # noqa: A002 - the field's word
    """Return the fact with these parts; made once, since facts come back all the time."""
    return Fact(subject=subject, relation=relation, object=object, slot=slot)


def fact_in(node: Node) -> Fact:
    """Return the fact a node stands for."""
    return fact_of(*said_by(node))


def said_by(node: Node) -> Said:
    """Return the parts of the fact a node stands for."""
    props = node.props
    slot = props.get("slot")
    return str(props["subject"]), str(props["relation"]), str(props["object"]), None if slot is None else str(slot)


@lru_cache(maxsize=65_536)
def key_of(subject: str, relation: str, object: str) -> str:  # noqa: A002
    """Return what tells a fact from every other: short, whatever the names.

    >>> key_of("key", "unlocks", "door")
    '00a6f17109ba46c7f3f4068f7ed378e3'
    """
    return blake2b("\n".join((subject, relation, object)).encode(), digest_size=16).hexdigest()


def triple(fact: Fact) -> tuple[str, str, str]:
    """Return subject, relation and object: what makes two facts the same."""
    return fact.subject, fact.relation, fact.object


def _in_place(said: Fact, place: str | None) -> Fact | None:
    """Return the fact, normalised and with "here" named, or None if that cannot be done."""
    return _placed(said.subject, said.relation, said.object, said.slot, place)


@lru_cache(maxsize=65_536)
def _placed(subject: str, relation: str, object: str, slot: str | None, place: str | None) -> Fact | None:  # noqa: A002
    said = [normal(name) for name in (subject, relation, object)]
    told = [place or "" if name == HERE else name for name in said]
    if not all(0 < len(name) <= LONGEST_NAME for name in told):
        return None
    return fact_of(*told, slot_in(slot))
