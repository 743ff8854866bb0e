"""Reading conversations: three formats, their slips, and files that are something else."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from agentmem.errors import InvalidInput
from agentmem.transcripts.corpus import Corpus
from agentmem.transcripts.reading import Format, read

EVENT = {"event": {"id": "e1", "at": "2026-01-05T09:00:00Z", "speaker": "Ann", "text": "I bought a kayak."}}
QUESTION = {"question": {"text": "What did Ann buy?", "evidence": ["e1"], "category": "single-hop"}}


def sample(**changes: Any) -> dict[str, Any]:
    """One conversation in the shape of LoCoMo's."""
    turns = [
        {"speaker": "Ann", "dia_id": "D1:1", "text": "I bought a kayak."},
        {"speaker": "Bob", "dia_id": "D1:2", "text": "Look!", "blip_caption": "a photo of a lake", "img_url": ["x"]},
    ]
    asked = {"question": "What did Ann buy?", "answer": "a kayak", "evidence": ["D1:1"], "category": 4}
    conversation = {
        "speaker_a": "Ann", "speaker_b": "Bob", "session_1": turns, "session_1_date_time": "1:56 pm on 8 May, 2023",
        "session_10": [{"speaker": "Ann", "dia_id": "D10:1", "text": "Hi"}],
        "session_10_date_time": "12:09 am on 1 June, 2023",
        "session_2": [{"speaker": "Bob", "dia_id": "D2:1", "text": "Hello"}],
        "session_2_date_time": "9:00 am on 9 May, 2023", "session_11_date_time": "9:00 am on 9 July, 2023",
    }  # fmt: skip
    return {"sample_id": "conv-1", "conversation": conversation, "qa": [asked], **changes}


def asked(evidence: list[str], category: int = 1) -> dict[str, Any]:
    return {"question": "What?", "evidence": evidence, "category": category}


def chats(**users: Any) -> dict[str, Any]:
    history = {
        "2023-04-28": [{"query": "I am sad.", "response": "Why?"}],
        "2023-04-27": [{"query": "Hello", "response": "Hi, Emily."}, {"query": "I ran 5 km.", "response": "Great!"}],
    }
    return {" Emily ": {"name": "Emily", "history": history}, **users}


def written(folder: Path, *lines: Any, name: str = "file.json") -> Path:
    path = folder / name
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines))
    return path


def locomo(folder: Path, *samples: Any) -> Corpus:
    return read(written(folder, list(samples or [sample()])))


def test_a_turn_of_locomo_is_an_event_with_its_session_time_and_image(tmp_path: Path) -> None:
    events = locomo(tmp_path).conversations[0].events

    assert [event.id for event in events] == ["D1:1", "D1:2", "D2:1", "D10:1"]
    assert [event.session for event in events] == ["session_1", "session_1", "session_2", "session_10"]
    assert events[1].text == "Look! [shares: a photo of a lake]"
    assert events[0].dated == "Ann (1:56 pm on 8 May, 2023): I bought a kayak."
    assert events[1].at == datetime(2023, 5, 8, 13, 56, 1, tzinfo=UTC)
    assert events[3].at == datetime(2023, 6, 1, 0, 9, tzinfo=UTC)


def test_the_categories_of_locomo_have_names_and_the_adversarial_ones_stand_apart(tmp_path: Path) -> None:
    corpus = locomo(tmp_path, sample(qa=[asked(["D1:1"], category) for category in (1, 2, 3, 4, 5)]))

    named = [(question.category, question.apart) for question in corpus.questions]
    assert named == [
        ("multi-hop", False), ("temporal", False), ("open-domain", False), ("single-hop", False), ("adversarial", True),
    ]  # fmt: skip
    assert corpus.categories[-1] == "adversarial"


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        (["D1:1; D10:1"], ("D1:1", "D10:1")),
        (["D1:1 D1:2", "D2:1"], ("D1:1", "D1:2", "D2:1")),
        (["D:10:1"], ("D10:1",)),
        (["D10:01"], ("D10:1",)),
        (["D1:1", "D", "D1:2"], ("D1:1", "D1:2")),
        (["D1:1", "D4:36"], ("D1:1",)),
        (["D1:1", "D1:1"], ("D1:1",)),
        ([], ()),
    ],
)
def test_the_slips_of_locomo_are_mended(given: list[str], meant: tuple[str, ...], tmp_path: Path) -> None:
    assert locomo(tmp_path, sample(qa=[asked(given)])).questions[0].evidence == meant


def test_what_of_the_evidence_was_lost_is_told(tmp_path: Path) -> None:
    corpus = locomo(tmp_path, sample(qa=[asked(["D1:1", "D"]), asked(["D4:36"]), asked([])]))

    assert corpus.notes == (
        "evidence that names no turn is left out: D, D4:36",
        "questions without evidence are asked but not scored: 2",
    )


def test_our_own_format_needs_two_kinds_of_lines_and_no_more(tmp_path: Path) -> None:
    corpus = read(written(tmp_path, QUESTION, "", EVENT))

    conversation = corpus.conversations[0]
    assert (corpus.format, conversation.name) == ("jsonl", "default")
    assert [(event.id, event.speaker, event.role) for event in conversation.events] == [("e1", "Ann", "user")]
    assert conversation.questions[0].evidence == ("e1",)
    assert conversation.end == datetime(2026, 1, 5, 10, tzinfo=UTC)


def test_conversations_of_one_file_are_told_apart_by_name(tmp_path: Path) -> None:
    lines = [{"conversation": name, **line} for name in ("ann", "bob") for line in (EVENT, QUESTION)]

    corpus = read(written(tmp_path, *lines))

    assert [(one.name, len(one.events), len(one.questions)) for one in corpus.conversations] == [
        ("ann", 1, 1), ("bob", 1, 1),
    ]  # fmt: skip


def test_what_was_said_to_a_companion_is_an_event_and_so_is_the_answer(tmp_path: Path) -> None:
    corpus = read(written(tmp_path, chats()))

    conversation = corpus.conversations[0]
    assert conversation.name == "Emily"
    assert [event.id for event in conversation.events][:3] == [
        "2023-04-27:1:user", "2023-04-27:1:assistant", "2023-04-27:2:user",
    ]  # fmt: skip
    assert [(event.speaker, event.role) for event in conversation.events][:2] == [
        ("Emily", "user"),
        (None, "assistant"),
    ]
    assert [event.at for event in conversation.events] == sorted(event.at for event in conversation.events)
    assert "there are no questions" in corpus.notes[0]


def test_questions_beside_the_chats_are_asked_but_not_scored(tmp_path: Path) -> None:
    written(tmp_path, {"Emily": ["How far did I run?"]}, name="probing_questions_en.jsonl")

    corpus = read(written(tmp_path, chats()))

    assert [question.text for question in corpus.questions] == ["How far did I run?"]
    assert corpus.notes == ("no question says where its answer is: what recalling costs is measured, not how well",)


def test_questions_with_evidence_may_be_brought_to_the_chats(tmp_path: Path) -> None:
    question = {"text": "How far did I run?", "evidence": ["2023-04-27:2:user"]}
    own = written(tmp_path, {"conversation": "Emily", "question": question}, name="own.jsonl")

    corpus = read(written(tmp_path, chats()), questions=own)

    assert corpus.questions[0].evidence == ("2023-04-27:2:user",)
    assert corpus.notes == ()


@pytest.mark.parametrize(
    ("lines", "named", "said"),
    [
        (["hello"], None, r"cannot tell the format of .*expected locomo: .*; found 'hello'; name it with --format"),
        ([""], None, "file.json is empty"),
        ([[1, 2]], None, r"cannot tell the format"),
        ([EVENT], "locomo", r"file.json holds a dict; expected a JSON list of samples with 'conversation' and 'qa'"),
        ([[]], "locomo", r"holds an empty list; expected a JSON list of samples"),
        (["[1,", "2"], "locomo", r"file.json:2 is not JSON"),
        ([[sample(), {"qa": []}]], "locomo", r"sample \[1\] has no 'conversation'; expected"),
        (
            [[sample(qa=[asked([], 7)])]],
            "locomo",
            r"sample \[0\] has a question of category 7, which is none of 1 to 5",
        ),
        ([[sample(conversation={})]], "locomo", r"sample \[0\] has no 'session_1' with turns"),
        ([[sample(conversation={"session_1": []})]], "locomo", r"sample \[0\] has no 'session_1_date_time'"),
        ([[sample()]], "memorybank", r"holds a list; expected a JSON object of users"),
        ([chats(Ann={"name": "Ann"})], "memorybank", r"user 'Ann' has no 'history'"),
        ([chats(Ann={"history": {"today": []}})], "memorybank", r"user 'Ann' has Invalid isoformat string: 'today'"),
        ([EVENT, "oops"], None, r"file.json:2 is not JSON .*; found 'oops'"),
        ([EVENT, {"event": {"id": "e2"}}], None, r"file.json:2 is not as expected \(event.at: Field required"),
        ([EVENT, {"evnt": {}}], None, r"file.json:2 is not as expected \(evnt: Extra inputs"),
        ([EVENT, {"conversation": "default"}], None, r"file.json:2 has no event and question"),
        ([EVENT, {**EVENT, **QUESTION}], None, r"file.json:2 has both event and question"),
        ([EVENT, EVENT], None, r"file.json:2 has the event 'e1' a second time in 'default'"),
        ([QUESTION], None, r"file.json asks about 'default', but has no event of it"),
        (
            [EVENT, {"question": {"text": "?", "evidence": ["e9"]}}],
            None,
            r"file.json:2 names evidence 'e9', which is no event of 'default'",
        ),
        ([{"event": {**EVENT["event"], "text": " "}}], None, r"file.json:1: the event is empty"),
    ],
)
def test_a_file_of_something_else_is_refused_in_one_sentence(
    lines: list[Any], named: Format | None, said: str, tmp_path: Path
) -> None:
    with pytest.raises(InvalidInput, match=said) as refused:
        read(written(tmp_path, *lines), named)

    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("oops", r"own.jsonl:1 is not JSON"),
        (
            {"Emily": "How far?"},
            r"own.jsonl:1 is no questions; expected one \{\"user\": \[\"question\", ...\]\} a line",
        ),
        ({"Zoe": ["How far?"]}, r"own.jsonl:1 asks about 'Zoe', who has no history here; the users are: Emily"),
        ({"conversation": "Zoe", **QUESTION}, r"own.jsonl:1 asks about 'Zoe'"),
        ({"conversation": "Emily", **QUESTION}, r"own.jsonl:1 names evidence 'e1', which is no event of 'Emily'"),
    ],
)
def test_questions_of_something_else_are_refused_in_one_sentence(line: Any, said: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=said):
        read(written(tmp_path, chats()), questions=written(tmp_path, line, name="own.jsonl"))


def test_a_file_that_cannot_be_read_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "image.json").write_bytes(b"\xff\xfe\x00")

    with pytest.raises(InvalidInput, match="No such file"):
        read(tmp_path / "nothing.json")
    with pytest.raises(InvalidInput, match="is not UTF-8 text"):
        read(tmp_path / "image.json")
    with pytest.raises(
        InvalidInput, match="--questions is for the format memorybank; a file of format jsonl has its own"
    ):
        read(written(tmp_path, EVENT), questions=tmp_path / "own.jsonl")
