"""Cassettes: what was asked and answered, written down as it happens, and had again."""

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from agentmem.errors import (
    AgentmemError,
    BadAnswer,
    BudgetExceeded,
    InvalidInput,
    LanguageMisconfigured,
    LanguageUnavailable,
    StoreUnavailable,
    UnrecordedCall,
)
from agentmem.language.answers import Answered
from agentmem.language.contract import Closes, CountedVectors, Out, Task, TellsTime
from agentmem.language.model import ModelLanguage
from agentmem.language.recording.cassette import Call, Header, read_cassette
from agentmem.language.recording.recorder import RecordingAnswers, RecordingEmbedder, recorded
from agentmem.language.recording.replay import RecordedAnswers, RecordedEmbedder, replayed
from agentmem.language.recording.tape import Tape
from agentmem.language.rules import RuleLanguage
from agentmem.testing.embedding import HashEmbedder

HEADER = Header(language="openai:gpt-x", embedder="hash-64", agentmem="0.1.0")


class Said(BaseModel):
    said: Any = None


def no_rules(**inputs: object) -> Said:
    raise AssertionError("a model is asked")


ECHO = Task(name="echo", output=Said, prompt="Say {text}", rules=no_rules)
SHOUT = Task(name="echo", output=Said, prompt="SHOUT {text}", rules=no_rules)


class Parrot:
    """Says what it was asked, and how often it was; or fails with what is next in `faults`."""

    name = "openai:gpt-x"

    def __init__(self, *faults: Exception | None) -> None:
        self.faults = list(faults)
        self.asked = 0

    def answer(self, task: Task[Out], inputs: Mapping[str, Any], /) -> Answered[Out]:
        self.asked += 1
        fault = self.faults.pop(0) if self.faults else None
        if fault is not None:
            raise fault
        said = task.output.model_validate({"said": [inputs, self.asked]})
        return Answered(said, by="openai:gpt-x-2026", calls=2, read=30, written=10)

    def close(self) -> None:
        pass


class Remote(HashEmbedder):
    """An embedder whose vectors come from elsewhere."""

    leaves = True

    def embed_counted(self, texts: Sequence[str]) -> CountedVectors:
        return CountedVectors(self.embed(texts), calls=1, tokens=len(texts))


def recording(path: Path, *faults: Exception | None, header: Header = HEADER) -> RecordingAnswers:
    return RecordingAnswers(Parrot(*faults), Tape(path, header))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.jsonl"


def test_each_call_is_a_line_with_its_prompt_and_what_it_took(path: Path) -> None:
    recording(path).answer(ECHO, {"text": "häß"})

    header, line = map(json.loads, path.read_text().splitlines())

    assert (header["cassette"], header["language"], header["embedder"]) == (1, "openai:gpt-x", "hash-64")
    assert line == {
        "task": "echo", "prompt": ECHO.prompt_hash, "inputs": {"text": "häß"}, "by": "openai:gpt-x-2026",
        "answer": {"said": [{"text": "häß"}, 1]}, "calls": 2, "read": 30, "written": 10,
    }  # fmt: skip


def test_a_replay_says_who_said_it_and_that_nothing_was_called(path: Path) -> None:
    said = recording(path).answer(ECHO, {"text": "hi"})

    again = RecordedAnswers(path)
    had = again.answer(ECHO, {"text": "hi"})

    assert again.name == "openai:gpt-x"
    assert (had.answer, had.by) == (said.answer, said.by)
    assert (had.calls, had.read, had.written) == (0, 0, 0)


def test_the_same_question_is_answered_in_the_order_of_the_recording(path: Path) -> None:
    first = recording(path)
    said = [first.answer(ECHO, {"text": text}).answer for text in ("a", "b", "a", "b", "a")]

    again = RecordedAnswers(path)
    had = [again.answer(ECHO, {"text": text}).answer for text in ("b", "b", "a", "a", "a")]

    assert had == [said[1], said[3], said[0], said[2], said[4]]


@pytest.mark.parametrize("kind", [LanguageUnavailable, LanguageMisconfigured, BudgetExceeded, BadAnswer])
def test_failures_come_again_in_the_same_words(path: Path, kind: type[AgentmemError]) -> None:
    first = recording(path, kind("the model said no"))
    with pytest.raises(kind):
        first.answer(ECHO, {"text": "x"})
    first.answer(ECHO, {"text": "x"})

    again = RecordedAnswers(path)

    with pytest.raises(kind) as caught:
        again.answer(ECHO, {"text": "x"})
    assert (type(caught.value), str(caught.value)) == (kind, "the model said no")
    assert again.answer(ECHO, {"text": "x"}).answer == Said(said=[{"text": "x"}, 2])


def test_lines_of_many_threads_stay_whole(path: Path) -> None:
    first = recording(path)
    inputs = [{"text": f"{number} " * 500} for number in range(200)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda one: first.answer(ECHO, one), inputs))

    again = RecordedAnswers(path)

    assert all(again.answer(ECHO, one).answer.said[0] == one for one in inputs)


def test_a_changed_prompt_is_another_call_and_told_so(path: Path) -> None:
    recording(path).answer(ECHO, {"text": "hi"})

    with pytest.raises(UnrecordedCall, match="the prompt of task 'echo' has changed") as caught:
        RecordedAnswers(path).answer(SHOUT, {"text": "hi"})

    assert SHOUT.prompt_hash in str(caught.value)
    assert ECHO.prompt_hash in str(caught.value)


def test_what_was_not_recorded_is_told_by_what_differs_however_long_it_is(path: Path) -> None:
    first = recording(path)
    story = "once upon a time " * 1000
    first.answer(ECHO, {"text": story + "a cat sat", "action": "look"})
    first.answer(ECHO, {"text": "something else", "action": "look"})

    with pytest.raises(UnrecordedCall) as caught:
        RecordedAnswers(path).answer(ECHO, {"text": story + "a dog sat", "action": "look"})

    assert "a dog sat" in str(caught.value)
    assert "a cat sat" in str(caught.value)
    assert "action" not in str(caught.value)
    assert len(str(caught.value)) < 600


def test_a_task_never_recorded_is_told_with_those_that_were(path: Path) -> None:
    recording(path).answer(ECHO, {"text": "hi"})
    other = Task(name="other", output=Said, prompt="Say {text}", rules=no_rules)

    with pytest.raises(UnrecordedCall, match=r"no call of task 'other' .* recorded were: echo"):
        RecordedAnswers(path).answer(other, {"text": "hi"})


def test_recording_goes_on_in_a_cassette_of_the_same_language(path: Path) -> None:
    recording(path).answer(ECHO, {"text": "a"})
    recording(path, header=HEADER.model_copy(update={"agentmem": "0.2.0"})).answer(ECHO, {"text": "b"})

    again = RecordedAnswers(path)

    assert [again.answer(ECHO, {"text": text}).by for text in "ab"] == ["openai:gpt-x-2026"] * 2
    assert path.read_text().count("cassette") == 1


@pytest.mark.parametrize(
    ("there", "said"),
    [
        (Header(language="rules", embedder="hash-64"), "its language is 'rules', not 'openai:gpt-x'"),
        (HEADER.model_copy(update={"embedder": "other"}), "its embedder is 'other', not 'hash-64'"),
        (HEADER.model_copy(update={"cassette": 9}), "cassette of version 9, and this agentmem reads 1"),
    ],
)
def test_another_cassette_is_refused_and_not_touched(path: Path, there: Header, said: str) -> None:
    path.write_text(there.model_dump_json() + "\n" + '{"task": "echo", "inp')
    before = path.read_bytes()

    with pytest.raises(InvalidInput, match=said) as caught:
        Tape(path, HEADER)

    assert "record" in str(caught.value)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", ["my notes", "my notes\nmore notes\n", '{"kind": "header"}\n', "[]\n"])
def test_a_file_that_is_no_cassette_is_neither_read_nor_written_on(path: Path, content: str) -> None:
    path.write_text(content)

    with pytest.raises(InvalidInput, match="is no cassette"):
        Tape(path, HEADER)
    with pytest.raises(InvalidInput):
        RecordedAnswers(path)

    assert path.read_text() == content


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="it is no file"):
        Tape(tmp_path, HEADER)
    with pytest.raises(InvalidInput, match="No such file or directory"):
        Tape(tmp_path / "nowhere" / "run.jsonl", HEADER)


def test_nothing_is_left_behind_where_nothing_began(path: Path) -> None:
    Tape(path, HEADER)

    assert not path.exists()


def test_a_run_that_asked_nothing_has_a_cassette_too(path: Path) -> None:
    recording(path).close()

    assert read_cassette(path).header == HEADER


@pytest.mark.parametrize("cut", [1, 5, 40])
def test_a_recording_killed_in_a_line_is_whole_up_to_it_and_can_go_on(path: Path, cut: int) -> None:
    first = recording(path)
    said = [first.answer(ECHO, {"text": text}).answer for text in "abc"]
    path.write_bytes(path.read_bytes()[:-cut])

    again = RecordedAnswers(path)
    had = [again.answer(ECHO, {"text": text}).answer for text in ("a", "b", "c" if cut == 1 else "b")]
    recording(path).answer(ECHO, {"text": "d"})

    assert had == [*said[:2], said[2] if cut == 1 else said[1]]
    assert [call.inputs["text"] for call in read_cassette(path).calls] == [*("abc" if cut == 1 else "ab"), "d"]


def test_a_header_cut_short_is_begun_again(path: Path) -> None:
    path.write_bytes(HEADER.model_dump_json().encode().replace(b":", b": ", 1)[:25])

    with pytest.raises(InvalidInput, match="holds no whole line"):
        read_cassette(path)
    recording(path).answer(ECHO, {"text": "a"})

    assert read_cassette(path).header == HEADER


def test_a_line_that_is_no_call_is_named(path: Path) -> None:
    recording(path).answer(ECHO, {"text": "a"})
    path.write_text(path.read_text() + '{"task": 1}\n')

    with pytest.raises(InvalidInput, match=r"run\.jsonl:3 is not a recorded call"):
        RecordedAnswers(path)


def test_calls_without_a_header_are_read_and_not_written_on(path: Path) -> None:
    call = Call(task="echo", inputs={"text": "a"}, answer={"said": 1})
    path.write_text(call.model_dump_json(exclude_defaults=True) + "\n")

    assert RecordedAnswers(path).answer(SHOUT, {"text": "a"}).answer == Said(said=1)
    with pytest.raises(InvalidInput, match="version"):
        Tape(path, HEADER)


def test_a_full_disk_is_said_and_what_was_written_stays_whole(path: Path) -> None:
    first = recording(path)
    first.answer(ECHO, {"text": "a"})
    path.rename(path.with_suffix(".moved"))
    path.mkdir()

    with pytest.raises(StoreUnavailable, match="cannot write on in the cassette"):
        first.answer(ECHO, {"text": "b"})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=[])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(inputs=st.lists(st.fixed_dictionaries({"text": JSON}), min_size=1, max_size=4))
def test_whatever_is_asked_can_be_asked_again(tmp_path: Path, inputs: list[dict[str, Any]]) -> None:
    path = tmp_path / "any.jsonl"
    path.unlink(missing_ok=True)
    first = recording(path)
    said = [repr(first.answer(ECHO, one).answer) for one in inputs]

    again = RecordedAnswers(path)

    assert len(said) == len(read_cassette(path).calls)
    assert all(isinstance(again.answer(ECHO, one).answer, Said) for one in inputs)


def test_vectors_of_a_remote_embedder_come_from_the_cassette(path: Path) -> None:
    remote = Remote()
    first = RecordingEmbedder(remote, Tape(path, HEADER))
    said = first.embed(["a cat", "a dog", "a cat"])
    first.embed(["a dog", "a bird"])

    again = RecordedEmbedder(read_cassette(path))

    assert (again.id, again.dim) == (HEADER.embedder, remote.dim)
    assert np.array_equal(again.embed(["a cat", "a dog", "a cat"]), said)
    assert again.embed([]).shape == (0, remote.dim)
    assert path.read_text().count("a dog") == 1
    with pytest.raises(UnrecordedCall, match='no vector of text "a fish"'):
        again.embed(["a fish"])


@pytest.mark.parametrize("spec", ["rules", "scripted"])
def test_a_replay_that_is_recorded_tells_the_times_it_was_told(tmp_path: Path, spec: str) -> None:
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    rules = RuleLanguage(HashEmbedder())
    language = rules if spec == "rules" else ModelLanguage(Parrot(), embedder=HashEmbedder())
    recording = recorded(language, first)
    assert isinstance(recording, TellsTime)
    then = [recording.now() for _ in range(2)]

    replay = recorded(replayed(first, embedder=HashEmbedder(), rules=rules), second)

    assert isinstance(replay, TellsTime)
    assert [replay.now() for _ in range(2)] == then == list(read_cassette(second).times)


def test_who_is_recorded_is_closed(tmp_path: Path) -> None:
    class Held(RuleLanguage):
        is_closed = False

        def close(self) -> None:
            self.is_closed = True

    held = Held(HashEmbedder())
    recording = recorded(held, tmp_path / "a.jsonl")
    assert isinstance(recording, Closes)

    recording.close()

    assert held.is_closed
