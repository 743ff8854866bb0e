"""LoCoMo (Maharana et al., ACL 2024): very long conversations of two, with questions and where their answers were said.

One event is one turn. Its id is the turn's `dia_id`; its time that of its session, each
turn a second after the one before, so that order and minute both hold; a shared image is
told by its caption. The summaries and observations in the file were made by a model
from the same turns, and are not read.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from agentmem.errors import InvalidInput
from agentmem.events import Event, new_event
from agentmem.transcripts.corpus import Conversation, Corpus, Question

EXPECTED = "a JSON list of samples with 'conversation' and 'qa'"
CATEGORIES = {1: "multi-hop", 2: "temporal", 3: "open-domain", 4: "single-hop", 5: "adversarial"}
"""By number; the numbers do not follow the order of the paper's table."""
TIME = "%I:%M %p on %d %B, %Y"
SESSION = re.compile(r"session_(\d+)")
SLIP = re.compile(r"D:?(\d+):(\d+)")
SECOND = timedelta(seconds=1)


def looks_like(whole: Any) -> bool:
    """Return whether this JSON may be LoCoMo's."""
    return isinstance(whole, list) and bool(whole) and isinstance(whole[0], dict) and "conversation" in whole[0]


def corpus(whole: Any, *, where: str) -> Corpus:
    """Return the conversations of a file, parsed as JSON.

    Args:
        whole: What the file holds.
        where: What to call it in an error.

    Raises:
        InvalidInput: it is no LoCoMo; which key is not as expected.
    """
    if not isinstance(whole, list) or not whole:
        found = "an empty list" if whole == [] else f"a {type(whole).__name__}"
        raise InvalidInput(f"{where} holds {found}; expected {EXPECTED}")
    read = []
    missing: list[str] = []
    for number, sample in enumerate(whole):
        try:
            read.append(_conversation(sample, number, missing))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            said = f"no {error}" if isinstance(error, KeyError) else str(error)
            raise InvalidInput(f"{where}: sample [{number}] has {said}; expected {EXPECTED}") from None
    return Corpus(format="locomo", conversations=tuple(read), notes=_notes(read, missing))


def evidence_of(given: Sequence[str], known: Container[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the ids of turns that `given` means, and the parts that mean none.

    >>> evidence_of(["D8:6; D9:17", "D:1:2", "D3:05", "D", "D4:36"], {"D8:6", "D9:17", "D1:2", "D3:5"})
    (('D8:6', 'D9:17', 'D1:2', 'D3:5'), ('D', 'D4:36'))
    """
    meant: dict[str, None] = {}
    lost = []
    for part in re.split(r"[;,\s]+", " ".join(given).strip()):
        found = SLIP.fullmatch(part)
        turn = f"D{int(found[1])}:{int(found[2])}" if found else part
        if turn in known:
            meant[turn] = None
        elif part:
            lost.append(part)
    return tuple(meant), tuple(lost)


def _conversation(sample: Mapping[str, Any], number: int, lost: list[str]) -> Conversation:
    """Return one sample; parts of evidence that mean no turn are added to `lost`."""
    events = tuple(_events(sample["conversation"]))
    if not events:
        raise ValueError("no 'session_1' with turns in its 'conversation'")
    known = {event.id for event in events}
    questions = []
    for asked in sample["qa"]:
        evidence, slips = evidence_of(asked["evidence"], known)
        lost += slips
        category = CATEGORIES.get(asked["category"])
        if category is None:
            raise ValueError(f"a question of category {asked['category']!r}, which is none of 1 to 5")
        answer = asked.get("answer")
        questions.append(
            Question(
                text=asked["question"],
                category=category,
                evidence=evidence,
                answer=None if answer is None else str(answer),
                apart=category == "adversarial",
            )
        )
    return Conversation(name=str(sample.get("sample_id", number)), events=events, questions=tuple(questions))


def _events(conversation: Mapping[str, Any]) -> Iterator[Event]:
    """Yield the turns, session by session."""
    sessions = sorted(int(found[1]) for key in conversation if (found := SESSION.fullmatch(key)))
    for session in (f"session_{number}" for number in sessions):
        at = datetime.strptime(conversation[f"{session}_date_time"], TIME).replace(tzinfo=UTC)
        for place, turn in enumerate(conversation[session]):
            if text := _text(turn):
                yield new_event(
                    text,
                    id=turn["dia_id"],
                    at=at + place * SECOND,
                    role="user",
                    speaker=turn["speaker"],
                    session=session,
                )


def _text(turn: Mapping[str, Any]) -> str:
    """Return what was said, with what the image shows.

    >>> _text({"text": "Look!", "blip_caption": "a photo of a dog"})
    'Look! [shares: a photo of a dog]'
    """
    caption = turn.get("blip_caption")
    return f"{turn['text']} [shares: {caption}]".strip() if caption else str(turn["text"]).strip()


def _notes(read: Sequence[Conversation], lost: Sequence[str]) -> tuple[str, ...]:
    notes = []
    if lost:
        notes.append(f"evidence that names no turn is left out: {', '.join(lost)}")
    bare = sum(not question.evidence for one in read for question in one.questions)
    if bare:
        notes.append(f"questions without evidence are asked but not scored: {bare}")
    return tuple(notes)
