"""Pairs of moments that are some way apart, drawn from conversations."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import NamedTuple

from agentmem.transcripts.corpus import Conversation

BINS = ((1, 10), (10, 100), (100, 500), (500, 1500))
"""How far apart two moments are, in events; a distance on the edge of two belongs to the nearer."""
FEWEST_WORDS = 6
"""Of a moment that is asked about: of fewer, half would tell nothing."""


class Pair(NamedTuple):
    """Two moments of one conversation, as they are shown.

    Attributes:
        id: Names it among the pairs: "1-10/3".
        conversation: The number of theirs.
        distance: The name of the bin: "1-10".
        a, b: Their places in it; the earlier one is A in every second pair.
    """

    id: str
    conversation: int
    distance: str
    a: int
    b: int

    @property
    def first(self) -> str:
        """Which came first."""
        return "A" if self.a < self.b else "B"


def distance_of(low: int, high: int) -> str:
    """Return what a bin is called."""
    return f"{low}-{high}"


def pairs_in(conversations: Sequence[Conversation], *, each: int, seed: int) -> list[Pair]:
    """Return `each` pairs of every distance that there is, spread over the conversations."""
    asked_about = [moments(one) for one in conversations]
    found: list[Pair] = []
    for low, high in BINS:
        distance = distance_of(low, high)
        draw = Random(f"{seed}/{distance}")  # noqa: S311 - nothing is secret here
        least = low if low == BINS[0][0] else low + 1
        ranges = [_ranges(places, least, high) for places in asked_about]
        wide = [number for number, some in enumerate(ranges) if some]
        for number in range(each if wide else 0):
            conversation = wide[number // 2 % len(wide)]
            earlier, start, end = draw.choice(ranges[conversation])
            later = asked_about[conversation][draw.randrange(start, end)]
            a, b = (earlier, later) if number % 2 == 0 else (later, earlier)
            found.append(Pair(f"{distance}/{number + 1}", conversation, distance, a, b))
    return found


def moments(conversation: Conversation) -> list[int]:
    """Return the places of events that can be asked about: long enough, and not said twice."""
    often = Counter(event.text for event in conversation.events)
    return [
        place
        for place, event in enumerate(conversation.events)
        if often[event.text] == 1 and len(event.text.split()) >= FEWEST_WORDS
    ]


def _ranges(places: Sequence[int], least: int, most: int) -> list[tuple[int, int, int]]:
    """Return each place that has others so far behind it, with where among `places` those begin and end."""
    ranges = [(one, bisect_left(places, one + least), bisect_right(places, one + most)) for one in places]
    return [one for one in ranges if one[1] < one[2]]
