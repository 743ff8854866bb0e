"""A made-up diary: one sentence an event, no two alike, the same for the same seed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import product
from random import Random

from agentmem.events import Event, new_event
from agentmem.transcripts.corpus import Conversation

PEOPLE = ("Ada", "Bruno", "Carla", "Dev", "Elif", "Femi", "Greta", "Hugo")
DEEDS = (
    "borrowed", "cleaned", "dropped", "found", "hid", "lent", "lost", "mended",
    "moved", "packed", "painted", "photographed", "sold", "sketched", "wrapped", "wanted",
)  # fmt: skip
THINGS = (
    "brass lamp", "blue scarf", "garden chair", "silver whistle", "wooden flute", "leather suitcase",
    "paper kite", "copper kettle", "woollen blanket", "glass marble", "folding ladder", "chess clock",
    "straw hat", "tin drum", "velvet curtain", "stone bowl",
)  # fmt: skip
PLACES = (
    "old mill", "north harbour", "railway station", "town library", "village bakery", "castle courtyard",
    "river bridge", "corner café", "school yard", "music hall", "fish market", "apple orchard",
)  # fmt: skip
SENTENCES = tuple(product(PEOPLE, DEEDS, THINGS, PLACES))
MOST = len(SENTENCES)
"""Events of a diary, for no sentence comes twice."""
A_DAY = 20
"""Events of one day, which is a session."""
BEGINNING = datetime(2025, 1, 1, 8, tzinfo=UTC)


def diary(events: int, *, seed: int) -> Conversation:
    """Return a diary of so many events, up to `MOST`, and no questions.

    >>> [event.text for event in diary(2, seed=1).events]
    ['Hugo lost the tin drum at the old mill.', 'Elif wrapped the straw hat at the town library.']
    """
    drawn = Random(f"{seed}/diary").sample(SENTENCES, events)  # noqa: S311 - nothing is secret here
    told = tuple(_event(number, sentence, seed) for number, sentence in enumerate(drawn))
    return Conversation(name="diary", events=told)


def _event(number: int, sentence: tuple[str, ...], seed: int) -> Event:
    who, did, what, where = sentence
    day, place = divmod(number, A_DAY)
    return new_event(
        f"{who} {did} the {what} at the {where}.",
        id=blake2b(f"{seed}/{number}".encode(), digest_size=8).hexdigest(),  # tells no reader when it was
        at=BEGINNING + timedelta(days=day, minutes=30 * place),
        role="user",
        session=f"day {day + 1}",
    )
