"""Recorded language: scripted in tests, replayed after a run."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from agentmem.errors import BadAnswer, InvalidInput, LanguageUnavailable, UnrecordedCall
from agentmem.events import Fact
from agentmem.host import Host
from agentmem.language.contract import Closes, Task
from agentmem.language.facts import Reading
from agentmem.language.facts_task import FACTS
from agentmem.language.recording.cassette import Call
from agentmem.language.recording.recorder import recorded as recorded_in
from agentmem.language.recording.replay import RecordedLanguage
from agentmem.language.rules import RuleLanguage
from agentmem.testing.embedding import HashEmbedder

MIA = Reading(facts=(Fact(subject="mia", relation="likes", object="tea"),))


def asked(text: str) -> dict[str, str | None]:
    return {"text": text, "action": None}


def recorded(*calls: Call) -> RecordedLanguage:
    return RecordedLanguage(calls, embedder=HashEmbedder())


def test_a_recorded_answer_is_given_however_the_inputs_are_ordered() -> None:
    language = recorded(Call(task="facts", inputs=asked("Mia likes tea"), answer=MIA, read=30, written=10))

    assert language.ask(FACTS, action=None, text="Mia likes tea") == MIA
    assert (language.receipt().asked, language.receipt().calls, language.receipt().tokens) == (1, 1, 40)


def test_what_was_not_recorded_says_what_differs_from_the_nearest() -> None:
    language = recorded(Call(task="facts", inputs=asked("Mia likes tea"), answer=MIA))

    with pytest.raises(UnrecordedCall) as caught:
        language.ask(FACTS, text="Mia likes tee", action=None)

    assert 'in the nearest call, text is "Mia likes tee", recorded was "Mia likes tea"; ' in str(caught.value)


def test_an_outage_is_followed_by_an_answer_that_stays() -> None:
    language = recorded(
        Call(task="facts", inputs=asked("x"), failure="outage", reason="429"),
        Call(task="facts", inputs=asked("x"), answer=MIA),
    )

    with pytest.raises(LanguageUnavailable, match="429"):
        language.ask(FACTS, text="x", action=None)
    assert [language.ask(FACTS, text="x", action=None) for _ in range(2)] == [MIA, MIA]


def test_an_unusable_answer_is_a_bad_answer() -> None:
    language = recorded(
        Call(task="facts", inputs=asked("x"), answer={"facts": "none"}),
        Call(task="facts", inputs=asked("y"), failure="bad"),
    )

    for text in ("x", "y"):
        with pytest.raises(BadAnswer, match="facts"):
            language.ask(FACTS, text=text, action=None)


def test_what_fails_ahead_fails_the_same_way_when_it_is_asked_but_an_outage_is_over_by_then() -> None:
    language = recorded(
        Call(task="facts", inputs=asked("x"), failure="outage"),
        Call(task="facts", inputs=asked("x"), answer=MIA),
        Call(task="facts", inputs=asked("y"), failure="bad"),
        Call(task="facts", inputs=asked("y"), answer=MIA),
    )

    language.prefetch(FACTS, [asked("y"), asked("never heard"), asked("x")])

    assert language.ask(FACTS, text="x", action=None) == MIA
    with pytest.raises(BadAnswer):
        language.ask(FACTS, text="y", action=None)
    assert language.ask(FACTS, text="y", action=None) == MIA
    with pytest.raises(UnrecordedCall):
        language.ask(FACTS, text="never heard", action=None)


def test_a_function_may_answer_instead_of_a_list() -> None:
    def script(task: str, inputs: Mapping[str, object]) -> Reading | None:
        if inputs["text"] == "down":
            raise LanguageUnavailable("nobody there")
        return MIA if task == "facts" and inputs["text"] == "tea" else None

    language = RecordedLanguage(script, embedder=HashEmbedder())

    assert language.ask(FACTS, text="tea", action=None) == MIA
    with pytest.raises(UnrecordedCall, match=r"the script has no answer to task 'facts' asked with text .coffee"):
        language.ask(FACTS, text="coffee", action=None)
    with pytest.raises(LanguageUnavailable):
        language.ask(FACTS, text="down", action=None)


def test_it_leaves_like_a_model_unless_told_otherwise() -> None:
    assert recorded().leaves
    assert not RecordedLanguage([], embedder=HashEmbedder(), leaves=False).leaves


def test_what_rules_answered_can_be_recorded_and_replayed(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    recording = recorded_in(RuleLanguage(HashEmbedder()), path)
    said = [recording.ask(FACTS, text=text, action=None) for text in ("I love jazz.", "I live in Oslo.")]

    replayed = Host(plugins=["defaults"]).language(f"replay:{path}", HashEmbedder())

    assert (replayed.name, replayed.leaves) == (recording.name, recording.leaves) == ("rules", False)
    assert [replayed.ask(FACTS, text=text, action=None) for text in ("I love jazz.", "I live in Oslo.")] == said
    assert recording.receipt().asked == 2
    assert (recording.embed(["x"]) == replayed.embed(["x"])).all()


def test_failures_are_recorded_too(tmp_path: Path) -> None:
    def fail(text: str, action: str | None) -> Reading:
        raise ValueError("no")

    task = Task(name="facts", output=Reading, prompt="{text} {action}", rules=fail)
    path = tmp_path / "run.jsonl"
    recording = recorded_in(RuleLanguage(HashEmbedder()), path)
    recording.prefetch(task, [asked("x")])
    with pytest.raises(BadAnswer):
        recording.ask(task, text="x", action=None)

    with pytest.raises(BadAnswer, match="ValueError"):
        RecordedLanguage(path, embedder=HashEmbedder()).ask(task, text="x", action=None)


def test_a_recording_that_is_closed_is_there_though_nothing_was_asked(tmp_path: Path) -> None:
    recording = recorded_in(RuleLanguage(HashEmbedder()), tmp_path / "run.jsonl")
    assert isinstance(recording, Closes)

    recording.close()

    assert Host(plugins=["defaults"]).language(f"replay:{tmp_path / 'run.jsonl'}", HashEmbedder()).name == "rules"


def test_a_recording_that_is_not_there_or_not_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text('\n{"task": 1}\n')

    with pytest.raises(InvalidInput, match=r"cannot read the cassette .*nowhere"):
        RecordedLanguage(tmp_path / "nowhere", embedder=HashEmbedder())
    with pytest.raises(InvalidInput, match=r"bad\.jsonl:2 is not a recorded call"):
        RecordedLanguage(tmp_path / "bad.jsonl", embedder=HashEmbedder())
