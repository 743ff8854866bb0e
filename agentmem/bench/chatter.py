"""What to remember when measuring conversations: an endless chat between friends, made up, the same each time.

A session is two people talking about one undertaking (a pottery class in a made-up
place, a trip with a made-up guest), a turn every half minute, the next session a day or
so later. The people come back, each with their own turns of phrase; the names of places
and guests are new in each session, so that no text comes twice, and words recur as in
real talk: common ones always, names only where they belong.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import NamedTuple

from agentmem.events import Event, new_event

PEOPLE = ("Ada", "Bruno", "Carla", "Dev", "Elif", "Femi", "Greta", "Hugo", "Ines", "Jonas", "Kaya", "Leo")
TOPICS = (
    "pottery class", "hiking trip", "choir", "bakery", "garden plot", "chess club", "job interview", "marathon",
    "photo exhibition", "old boat", "language course", "book circle", "bike repair", "beehive", "theatre play",
    "community kitchen",
)  # fmt: skip
THINGS = (
    "a blue scarf", "two train tickets", "an old map", "a jar of honey", "a folding chair", "a red notebook",
    "a box of candles", "a spare key", "a wool blanket", "a bag of seeds", "a borrowed ladder", "a chipped mug",
)  # fmt: skip
FEELINGS = ("nervous", "proud", "tired", "curious", "relieved", "worried", "thrilled", "calm")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
TURNS = (
    "Have I told you about the {topic} in {place}? {guest} asked me to join.",
    "No! I only know that {guest} runs the {topic} there. How did you hear of {place}?",
    "I visited {place} on {day}. {guest} has {thing}, and showed it to {number} people.",
    "That sounds like {guest}. I was {feeling} when I first saw {place}, to be honest.",
    "I was {feeling} too. I still brought {thing} to {guest}, and we talked until {hour}.",
    "Will you go back to {place} on {day}? I have {thing} that {guest} could use.",
    "Yes, on {day} at {hour}. {guest} says the {topic} costs {number} a month.",
    "I love the {topic}. My sister paid {number} for one like it, and never saw {place} again.",
    "{guest} would laugh. Last {day} we lost {thing} on the way to {place}.",
    "Did you find it? I lost {thing} once and was {feeling} for {number} days. Ask {guest}.",
    "A neighbour in {place} found it on {day}. I felt {feeling}, and {guest} baked a cake.",
    "By the way, my brother lives in {place}. He has stayed for {number} weeks, near {guest}.",
    "Then he must know the {topic}! {guest} started the {topic} {number} years ago.",
    "I will ask him. He is {feeling} about {place} in the winter, and wants {thing}.",
    "Tell him {guest} keeps {thing} for him. We meet in {place} every {day} at {hour}.",
    "Let us go together. I have never been {feeling} about a {topic} before {place}.",
    "I moved to {place}, you know. {guest} found me a room for {number} a week.",
    "Then I will bring {thing}. I joined the {topic} because of {guest}, after all.",
)
SESSION = len(TURNS)
"""Turns in one session."""
SYLLABLES = ("ba", "do", "fe", "gi", "hu", "ka", "lo", "me", "ni", "pu", "ra", "so", "te", "vi", "wu", "za")
"""Two names a session, of four syllables: they come again after half a million turns."""
MIXING = 40503
"""Odd, so that every name comes up once; large, so that neighbours do not sound alike."""
BEGINNING = datetime(2024, 1, 1, 18, tzinfo=UTC)
BETWEEN_SESSIONS, BETWEEN_TURNS = timedelta(hours=26), timedelta(seconds=30)


class Scene(NamedTuple):
    """Who talks in a session, and what about."""

    speakers: tuple[str, str]
    topic: str
    place: str
    guest: str


def event(number: int, *, seed: int = 0) -> Event:
    """Return the turn with this number, from 0; the same for the same seed.

    >>> print(event(16).dated)
    Hugo (6:08 pm on 1 January, 2024): I moved to Megiwupu, you know. Wulotegi found me a room for 43 a week.
    """
    session, turn = divmod(number, SESSION)
    at = scene(session, seed=seed)
    draw = Random(f"{seed}/{number}")  # noqa: S311 - nothing is secret here
    text = TURNS[turn].format(
        topic=at.topic,
        place=at.place,
        guest=at.guest,
        thing=draw.choice(THINGS),
        feeling=draw.choice(FEELINGS),
        day=draw.choice(DAYS),
        number=draw.randint(2, 60),
        hour=f"{draw.randint(6, 11)} o'clock",
    )
    return new_event(
        text,
        id=f"chat/{number}",
        at=BEGINNING + session * BETWEEN_SESSIONS + turn * BETWEEN_TURNS,
        role="user",
        speaker=at.speakers[turn % 2],
        session=f"session_{session + 1}",
    )


def events(start: int, count: int, *, seed: int = 0) -> list[Event]:
    """Return `count` turns from number `start` on."""
    return [event(number, seed=seed) for number in range(start, start + count)]


def question(number: int, *, seed: int = 0) -> str:
    """Return a question about the session that turn `number` belongs to, seldom the same for two turns.

    >>> question(0)
    'What did Hugo say about the community kitchen in Megiwupu, and a blue scarf on Tuesday?'
    """
    at = scene(number // SESSION, seed=seed)
    draw = Random(f"{seed}/question {number}")  # noqa: S311
    said = f"{draw.choice(THINGS)} on {draw.choice(DAYS)}"
    return f"What did {at.speakers[number % 2]} say about the {at.topic} in {at.place}, and {said}?"


def scene(session: int, *, seed: int = 0) -> Scene:
    """Return who talks in a session, from 0, and what about."""
    draw = Random(f"{seed}/session {session}")  # noqa: S311
    first, second = draw.sample(PEOPLE, 2)
    return Scene((first, second), draw.choice(TOPICS), _name(2 * session), _name(2 * session + 1))


def _name(number: int) -> str:
    """Return a name no other number below 16 ** 4 has.

    >>> _name(0), _name(1)
    ('Megiwupu', 'Wulotegi')
    """
    mixed = (number + 1) * MIXING % len(SYLLABLES) ** 4
    return "".join(SYLLABLES[mixed // 16**place % 16] for place in range(4)).capitalize()
