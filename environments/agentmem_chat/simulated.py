"""A simulated user: plants facts, changes some, takes some changes back, and asks later; the same for the same seed.

Between the facts stand distractors: small talk, and the same attributes of other people. Within an
attribute no two people ever share a value, so that an answer tells whose, and of when, it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain, cycle
from random import Random
from typing import NamedTuple

from agentmem.errors import InvalidInput
from agentmem_chat.attributes import ATTRIBUTES, PEOPLE, SMALL_TALK, SPEAKERS
from agentmem_chat.options import Simulated
from agentmem_chat.script import Expected, Line, Script

BEGINNING = datetime(2024, 3, 1, 18, tzinfo=UTC)
BETWEEN_SESSIONS, BETWEEN_LINES = timedelta(days=2), timedelta(seconds=40)
SESSION = 12
"""Lines in one session."""
SOON = 3
"""Turns that are told between the last word on a fact and the question, where there are as many."""
FOREIGN = 0.5
"""The share of distractors that tell something of other people."""


class Pair(NamedTuple):
    """Who, and which attribute, by its place: what one fact is about. `who` is "" for the user."""

    who: str
    attribute: int


class Told(NamedTuple):
    """A sentence, and when it is said: after how many others; `order` decides between two at one place."""

    place: float
    order: float
    text: str
    expected: Expected | None = None


class Talk:
    """A talk while it is made up: what is drawn is not drawn again.

    Args:
        options: How long it is, and what is in it.
    """

    def __init__(self, options: Simulated) -> None:
        self.options = options
        self.draw = Random(f"agentmem chat {options.seed}")  # noqa: S311 - nothing is secret here
        people = self.draw.sample(list(PEOPLE), len(PEOPLE))
        self._pairs = _pairs(["", *people], self.draw)
        self._values = [self.draw.sample(one.values, len(one.values)) for one in ATTRIBUTES]
        self._free = self.draw.sample(range(options.turns), options.turns)
        self._met: set[str] = set()

    def told(self) -> list[Told]:
        """Return everything that is said, in order."""
        facts = [next(self._pairs) for _ in range(self.options.facts)]
        unknown = [next(self._pairs) for _ in range(self.options.unknown)]
        told = list(chain.from_iterable(self._fact(number, pair) for number, pair in enumerate(facts)))
        told += [self._unknown(pair) for pair in unknown]
        told += [self._distractor(place) for place in sorted(self._free)]
        return [one._replace(text=self._introduced(one)) for one in sorted(told)]

    def _fact(self, number: int, pair: Pair) -> list[Told]:
        """Return all that is said of one fact, and the question."""
        attribute, options = ATTRIBUTES[pair.attribute], self.options
        is_changed, is_undone = number < options.changed, number < options.taken_back
        first = self._values[pair.attribute].pop()
        said = [(attribute.told, first)]
        if is_changed:
            said.append((attribute.changed, self._values[pair.attribute].pop()))
        if is_undone:
            said.append((attribute.undone, first))
        places = sorted(self._free.pop() for _ in said)
        told = [
            Told(place, 0, self._sentence(kinds, pair, value))
            for place, (kinds, value) in zip(places, said, strict=True)
        ]
        value = said[-1][1]
        others = tuple(other for other in attribute.values if other != value)
        soonest = min(places[-1] + SOON, options.turns - 1)
        return [*told, self._question(pair, Expected(answer=value, others=others), after=max(soonest, places[-1]))]

    def _unknown(self, pair: Pair) -> Told:
        expected = Expected(answer=None, others=ATTRIBUTES[pair.attribute].values)
        return self._question(pair, expected, after=self.options.turns // 2)

    def _question(self, pair: Pair, expected: Expected, *, after: int) -> Told:
        place = self.draw.randint(after, max(after, self.options.turns - 1))
        return Told(place, 1 + self.draw.random(), self._sentence(ATTRIBUTES[pair.attribute].asked, pair), expected)

    def _distractor(self, place: int) -> Told:
        pair = next(self._pairs, None) if self.draw.random() < FOREIGN else None
        if pair is None or not self._values[pair.attribute]:
            return Told(place, 0, self.draw.choice(SMALL_TALK))
        value = self._values[pair.attribute].pop()
        return Told(place, 0, self._sentence(ATTRIBUTES[pair.attribute].told, pair, value))

    def _sentence(self, kinds: tuple[str, ...], pair: Pair, value: str = "") -> str:
        who = pair.who
        words = {"S": "I", "s": "I", "s_": "me", "my": "my", "My": "My", "v": "", "be": "am", "do": "do"}
        if who:
            words = {"S": who, "s": who, "s_": who, "my": f"{who}'s", "My": f"{who}'s", "v": "s", "be": "is",
                     "do": "does"}  # fmt: skip
        return self.draw.choice(kinds).format(value=value, **words)

    def _introduced(self, one: Told) -> str:
        """Return a sentence with who somebody is, where it is the first one about them."""
        new = [who for who in PEOPLE if who in one.text and who not in self._met]
        if not new or one.expected is not None:
            return one.text
        self._met.add(new[0])
        kin = f"{'My' if one.text.startswith(new[0]) else 'my'} {PEOPLE[new[0]]} {new[0]}"
        return one.text.replace(new[0], kin, 1)


def simulate(options: Simulated) -> Script:
    """Return what a simulated user says.

    Raises:
        InvalidInput: there are too few turns for the facts and their changes.

    >>> simulate(Simulated(seed=1)) == simulate(Simulated(seed=1))
    True
    """
    needed = options.facts + options.changed + options.taken_back
    if needed > options.turns:
        raise InvalidInput(
            f"{options.facts} facts with their changes are {needed} turns, and turns is {options.turns}; "
            "raise turns, or lower facts or changes"
        )
    told = Talk(options).told()
    speaker = Random(options.seed).choice(SPEAKERS)  # noqa: S311
    lines = [_line(number, one, speaker) for number, one in enumerate(told)]
    end = _line(len(lines), Told(0, 0, "That was all for today. Thank you!"), speaker)
    return Script(lines=(*lines, end))


def _line(number: int, one: Told, speaker: str) -> Line:
    session, place = divmod(number, SESSION)
    at = BEGINNING + session * BETWEEN_SESSIONS + place * BETWEEN_LINES
    return Line(text=one.text, at=at, session=f"session_{session + 1}", speaker=speaker, expected=one.expected)


def _pairs(people: Sequence[str], draw: Random) -> Iterator[Pair]:
    """Yield every pair once, the attributes taking turns."""
    who = [iter(draw.sample(people, len(people))) for _ in ATTRIBUTES]
    for attribute in cycle(range(len(ATTRIBUTES))):
        person = next(who[attribute], None)
        if person is None:
            return
        yield Pair(person, attribute)
