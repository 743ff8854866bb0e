"""Every constant of the episodic memory, each of its parts with a weight of its own."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class EpisodicSettings(BaseModel):
    """What can be set with `--set name=value`. A weight of 0 switches a part off.

    All are ours, chosen on LoCoMo's conversations 1 to 5, where recall is flat around
    each. A score is the sum of its parts, cut at 1: a full match in a session of its own
    comes to about 1, the best answer to a usual question to 0.6 or 0.7, and what has nothing
    to do with it is not recalled at all.

    Attributes:
        vector: Weight of the likeness of meaning: the cosine of question and event.
        words: Weight of the likeness word by word: how much of the question is said in the event.
        beside: Weight of the likeness of the event before and of the one after, in the same session.
        near: The same for the events two before and two after.
        session: Weight of the session: the mean likeness of its best events.
        session_best: How many of its best events speak for a session.
        person: Added when the one speaker named in the question says it.
        answer: Added when the event holds what is asked for: a time, a number, or a name.
        date: Added when it was said in the month or year named in the question.
        length: Added for a text of 40 words or more, in proportion below: short turns tell little.
        asking: Taken off when the event itself only asks.
        candidates: How many events the search by words, and that by vector, each propose;
            as many as are wanted, if that is more.
        neighbourhood: How many of the best of each search are weighed with their neighbours.
        chance: The cosine of texts that have nothing to do with each other; counts as no likeness.
        least: Likeness, in [0, 1], from which on an event counts as found; below it neither it nor,
            for its sake, its neighbours are recalled.
        fill: Whether a limit above `candidates` is filled up with the newest events, scored 0, if no
            `min_score` is asked for: who wants that many wants to know what happened lately.
        answered: Whether the last question of the event before is indexed with an event, as what it answers.
        interleaved: How many events back, of all sessions, the one before in the same session is looked for.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    vector: float = Field(default=0.3, ge=0, le=1)
    words: float = Field(default=0.3, ge=0, le=1)
    beside: float = Field(default=0.06, ge=0, le=1)
    near: float = Field(default=0.06, ge=0, le=1)
    session: float = Field(default=0.36, ge=0, le=1)
    session_best: int = Field(default=3, ge=1, le=100)
    person: float = Field(default=0.08, ge=0, le=1)
    answer: float = Field(default=0.08, ge=0, le=1)
    date: float = Field(default=0.05, ge=0, le=1)
    length: float = Field(default=0.05, ge=0, le=1)
    asking: float = Field(default=0.05, ge=0, le=1)
    candidates: int = Field(default=30, ge=1, le=10_000)
    neighbourhood: int = Field(default=20, ge=0, le=10_000)
    chance: float = Field(default=0.1, ge=0, lt=1)
    least: float = Field(default=0.1, ge=0, le=1)
    fill: bool = True
    answered: bool = True
    interleaved: int = Field(default=32, ge=1, le=10_000)
