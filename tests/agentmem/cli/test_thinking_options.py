"""What memories think with, as it is typed: the same options everywhere, and one sentence where they are wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from agentmem.testing.model_faults import unauthorised
from agentmem.testing.model_server import ModelServer

if TYPE_CHECKING:
    from tests.agentmem.cli.conftest import Played, Run

KEY = "sk-test-0123456789abcdef"
TALKS = """\
{"conversation": "ann", "event": {"id": "e1", "at": "2026-01-05T09:00Z", "speaker": "Ann", "text": "I bought a kayak."}}
{"conversation": "ann", "event": {"id": "e2", "at": "2026-01-05T09:01Z", "speaker": "Bob", "text": "I live in Oslo."}}
{"conversation": "ann", "question": {"text": "What did Ann buy?", "evidence": ["e1"]}}
"""
PLAY = ("play", "coin:10", "--json", "--store", "a.db", "--trajectory", "a.jsonl")
COMMANDS = {
    "play": PLAY,
    "ablate": ("ablate", "talks.jsonl", "--memory", "amem+tim", "--json"),
    "recall": ("bench", "recall", "talks.jsonl", "--memory", "amem", "--json"),
    "cost": ("bench", "cost", "--memory", "amem", "--sizes", "4,8", "--writes", "1", "--recalls", "1", "--json"),
}


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    """A model that reads no facts out of anything."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with ModelServer(lambda asked: {"facts": [], "place": None, "heading": None}, models=["tiny"], key=KEY) as server:
        yield server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "talks.jsonl").write_text(TALKS)
    (tmp_path / "newer.jsonl").write_text('{"cassette": 99, "agentmem": "9.0.0"}\n')
    (tmp_path / "rules.jsonl").write_text('{"cassette": 1, "language": "openai:big", "embedder": "wordllama-256@0"}\n')
    return tmp_path


def needs_textworld() -> None:
    pytest.importorskip("textworld", reason="needs TextWorld: pip install 'agentmem-graph[textworld]'")


def kept(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: told[name] for name in ("score", "steps", "won")}


def test_a_game_played_with_a_model_is_recorded_and_played_again_without(
    agentmem: Run, model: ModelServer, folder: Path
) -> None:
    needs_textworld()
    spec = f"openai:tiny@{model.url}"

    first = agentmem(*PLAY, "--max-steps", "5", "--language", spec, "--record", "run.jsonl")
    asked = len(model.asked)
    words = ("play", "coin:10", "--max-steps", "5", "--store", "b.db", "--trajectory", "b.jsonl")
    again = agentmem(*words, "--language", "replay:run.jsonl", "--json")

    assert (first.code, again.code, first.err, again.err) == (0, 0, "", "")
    told, replayed = json.loads(first.out), json.loads(again.out)
    assert kept(told) == kept(replayed)
    assert told["receipt"]["calls"] > 0
    assert (replayed["receipt"]["calls"], replayed["receipt"]["tokens"]) == (0, 0)
    assert len(model.asked) == asked
    assert all(KEY not in file.read_text(errors="replace") for file in folder.iterdir())


def test_the_end_of_a_game_tells_calls_tokens_and_the_recording(agentmem: Run, model: ModelServer) -> None:
    needs_textworld()

    ran = agentmem(
        "play", "coin:10", "--quiet", "--max-steps", "2", "--store", "a.db", "--trajectory", "a.jsonl",
        "--language", f"openai:tiny@{model.url}", "--record", "run.jsonl",
    )  # fmt: skip

    assert "model calls, " in ran.out
    assert "recording: run.jsonl; had again with --language replay:run.jsonl" in ran.out


@pytest.mark.parametrize("command", ["recall", "cost", "ablate"])
def test_a_measurement_is_recorded_and_had_again(agentmem: Run, folder: Path, command: str) -> None:
    first = agentmem(*COMMANDS[command], "--record", "run.jsonl")
    again = agentmem(*COMMANDS[command], "--language", "replay:run.jsonl")

    assert (first.code, again.code, first.err, again.err) == (0, 0, "", "")
    if command == "recall":
        assert json.loads(first.out)["averages"] == json.loads(again.out)["averages"]


def test_recorded_events_are_fed_to_a_memory_and_rebuilt_from_a_recording(agentmem: Run, played: Played) -> None:
    fed = ("replay", played.trajectory, "--memory", "arigraph", "--json")
    agentmem(*fed, "--store", "a.db", "--record", "run.jsonl")
    agentmem(*fed, "--store", "b.db", "--language", "replay:run.jsonl")

    rebuilt = [
        json.loads(agentmem("rebuild", store, "--memory", "arigraph", "--language", "replay:run.jsonl", "--json").out)
        for store in ("a.db", "b.db")
    ]

    assert [one["same"] for one in rebuilt] == [True, True]
    assert rebuilt[0]["after"] == rebuilt[1]["after"]


@pytest.mark.parametrize("command", ["play", "recall", "cost", "ablate"])
@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--language", "replay:nowhere.jsonl"], "cannot read the cassette nowhere.jsonl"),
        (["--language", "replay:newer.jsonl"], "cassette of version 99"),
        (["--language", "replay:talks.jsonl"], "talks.jsonl is no cassette"),
        (["--language", "replay:rules.jsonl"], "was recorded with the embedder 'wordllama-256@0'"),
        (["--language", "rulez"], "no language named 'rulez'; did you mean 'rules'?"),
        (["--embedder", "wordlama"], "no embedder named 'wordlama'"),
        (["--record", "."], "cannot record in .: it is no file"),
        (["--record", "nowhere/run.jsonl"], "cannot record in nowhere/run.jsonl: No such file or directory"),
        (["--record", "talks.jsonl"], "talks.jsonl is no cassette"),
        (["--record", "rules.jsonl"], "its language is 'openai:big', not 'rules'"),
        (["--budget", "cals=3"], "did you mean 'calls'?"),
        (["--on-failure", "panic"], "'--on-failure'"),
        (["--language", "openai:tiny@http://127.0.0.1:9/v1"], "openai:tiny"),
    ],
    ids=lambda one: " ".join(one)[:40] if isinstance(one, list) else "",
)
def test_what_cannot_be_thought_with_is_one_sentence_and_leaves_nothing(
    agentmem: Run, folder: Path, command: str, options: list[str], said: str
) -> None:
    if command == "play":
        needs_textworld()
    before = {file: file.read_bytes() for file in folder.iterdir()}

    ran = agentmem(*COMMANDS[command], *options)

    assert said in ran.err
    assert (ran.err.count("\n"), ran.out) == (1, "")
    assert ran.code in (1, 2)
    assert {file: file.read_bytes() for file in folder.iterdir()} == before


@pytest.mark.parametrize("what", ["key", "model"])
def test_a_wrong_key_or_model_stops_at_once(agentmem: Run, model: ModelServer, folder: Path, what: str) -> None:
    needs_textworld()
    name = "tiny" if what == "key" else "tinny"
    if what == "key":
        model.fail(unauthorised(), times=20)

    ran = agentmem(*PLAY, "--language", f"openai:{name}@{model.url}", "--record", "run.jsonl")

    assert ran.code == 1
    assert ran.err.count("\n") == 1
    assert KEY not in ran.err
    assert not any(asked.is_chat for asked in model.asked)
    assert not {"a.db", "a.jsonl", "run.jsonl"} & {file.name for file in folder.iterdir()}


def test_a_replay_that_leaves_the_recording_says_so(agentmem: Run, folder: Path) -> None:
    agentmem(*COMMANDS["recall"], "--record", "run.jsonl")
    (folder / "talks.jsonl").write_text(TALKS.replace("kayak", "canoe"))

    ran = agentmem(*COMMANDS["recall"], "--language", "replay:run.jsonl")

    assert ran.code == 1
    assert 'I bought a canoe.", recorded was "' in ran.err
    assert ran.err.count("\n") == 1
