"""Reading facts out of text: a task of the host, shared by every memory of facts.

Whoever knows a text knows its grammar: plugins offer rules for their kind of
prose through the hook `agentmem_rules`, under the name `facts`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from pydantic import field_validator

from agentmem.events import Fact, Value

HERE = "here"
"""Subject or object of a fact about the place the text is set in, when the text does not name it."""
NOBODY_SAID = frozenset({"", "none", "null", "unknown", "n/a", "not named", "unnamed"})
"""What models write for a name there is not."""
_ARTICLE = re.compile(r"\A(?:an?|the|some) (?=\S)")
_EDGES = " .,;:!?\"'`"


class Reading(Value):
    """What a text says.

    Attributes:
        facts: The statements, in the order of the text.
        place: The place it is set in, where the text itself names one.
        heading: The direction of the move that led here, if the action was a
            move and it succeeded ("north", "up", ...).
    """

    facts: tuple[Fact, ...] = ()
    place: str | None = None
    heading: str | None = None

    @field_validator("place", "heading")
    @classmethod
    def _named(cls, said: str | None) -> str | None:
        """Take no answer in words for none, and "here" for no name of a place."""
        return None if said is None or normal(said) in NOBODY_SAID or normal(said) == HERE else said

    @field_validator("heading")
    @classmethod
    def _in_one_form(cls, said: str | None) -> str | None:
        """Take "Go North" for "north"."""
        return said and normal(said).removeprefix("go ").removeprefix("to ").replace("-", "")


def slot_in(said: str | None) -> str | None:
    """Return a slot in the form in which slots are compared; None where the answer was that there is none.

    >>> slot_in(" Place"), slot_in("null")
    ('place', None)
    """
    return None if said is None or normal(said) in NOBODY_SAID else normal(said)


def outdates(new: Fact, old: Fact) -> bool:
    """Return whether `new` makes `old` outdated.

    A subject holds one value per slot; and what was to be done is outdated
    once it is done.

    >>> on = Fact(subject="key", relation="is on", object="table", slot="place")
    >>> outdates(Fact(subject="key", relation="is in", object="inventory", slot="place"), on)
    True
    """
    if new.subject != old.subject or (new.relation, new.object) == (old.relation, old.object):
        return False
    if new.slot is not None and new.slot == old.slot:
        return True
    return old.relation == "to be" and new.relation in ("is", "has been") and new.object == old.object


def outdated(new: Iterable[Fact], old: Iterable[Fact]) -> list[tuple[Fact, Fact]]:
    """Return each (old, new) pair where the new fact makes the old one outdated."""
    news = list(new)
    pairs = ((fact, next((n for n in news if outdates(n, fact)), None)) for fact in old)
    return [(fact, successor) for fact, successor in pairs if successor is not None]


def settled(facts: Iterable[Fact]) -> list[Fact]:
    """Return the facts that still hold at the end of a text: a slot keeps its last value."""
    said = list(facts)
    last = {(fact.subject, fact.slot): fact for fact in said if fact.slot is not None}
    return [fact for fact in said if fact.slot is None or last[fact.subject, fact.slot] is fact]


@lru_cache(maxsize=65_536)
def normal(name: str) -> str:
    """Return a name in lower case, in single spaces, without article and outer punctuation.

    >>> normal(" The  Golden Locker. ")
    'golden locker'
    """
    shown = name if name.isprintable() else "".join(c if c.isprintable() else " " for c in name)
    return _ARTICLE.sub("", " ".join(shown.lower().split()).strip(_EDGES))
