"""When a model fails in a command: what is left over is told, and `agentmem retry` takes it in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from agentmem.agent_memory import AgentMemory
from agentmem.testing.models.faults import Fault, says, server_error
from agentmem.testing.models.server import ModelServer

if TYPE_CHECKING:
    from tests.agentmem.cli.conftest import Played, Run

NOTHING: dict[str, object] = {"facts": [], "place": None, "heading": None}
TEXTS = ("I bought a kayak.", "I live in Oslo.", "I sold the kayak.")


@pytest.fixture
def model() -> Iterator[ModelServer]:
    """A model that reads no facts out of anything."""
    with ModelServer(NOTHING, models=["tiny"]) as server:
        yield server


@pytest.fixture
def spec(model: ModelServer, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("time.sleep", lambda seconds: None)  # between tries
    return f"openai:tiny@{model.url}"


@pytest.fixture
def told(model: ModelServer, spec: str, tmp_path: Path) -> Path:
    """A store in which one thing was taken in, before the model was out."""
    with AgentMemory(tmp_path / "a.db", memory="arigraph", language=spec) as memory:
        memory.add(TEXTS[0])
        with model.failing(server_error()):
            for text in TEXTS[1:]:
                memory.add(text)
    return tmp_path / "a.db"


def test_what_waits_is_in_the_status_and_taken_in_by_retry(
    agentmem: Run, told: Path, spec: str, model: ModelServer
) -> None:
    before = json.loads(agentmem("status", told, "--json").out)["namespaces"][0]
    shown = agentmem("status", told).out
    model.asked.clear()

    ran = agentmem("retry", told, "--memory", "arigraph", "--language", spec)

    assert (before["folded"], before["waiting"]) == (1, 2)
    assert f"agentmem retry {told}" in shown
    assert (ran.code, ran.out) == (0, "arigraph in default: all 3 entries taken in\n")
    assert sum(one.is_chat for one in model.asked) == 2, "what was known was asked again"


def test_what_still_waits_after_a_retry_says_why_and_fails(agentmem: Run, told: Path, spec: str) -> None:
    words = ("retry", told, "--memory", "arigraph", "--language", spec, "--budget", "calls=1")

    ran = agentmem(*words)

    assert ran.code == 1
    assert "1 entry waiting: task 'facts' was not asked: of 1 calls 1 are spent" in ran.out


def test_what_was_set_aside_is_tried_again(agentmem: Run, model: ModelServer, spec: str, tmp_path: Path) -> None:
    with AgentMemory(tmp_path / "b.db", memory="arigraph", language=spec) as memory, model.failing(says("no idea")):
        memory.add(TEXTS[0])

    with model.failing(says("still none")):
        failed = agentmem("retry", "b.db", "--memory", "arigraph", "--language", spec)
    mended = json.loads(agentmem("retry", "b.db", "--memory", "arigraph", "--language", spec, "--json").out)

    assert failed.code == 1
    assert " is still set aside: BadAnswer: the answer of openai:tiny@" in failed.out
    assert (mended["waiting"], mended["memories"][0]["set_aside"]) == (0, {})


def test_a_memory_that_never_ran_there_is_not_retried(agentmem: Run, told: Path) -> None:
    ran = agentmem("retry", told, "--memory", "amem")

    assert (ran.code, ran.out) == (2, "")
    assert "amem never ran in default; derive it there with: agentmem rebuild" in ran.err


def test_a_rebuild_that_is_cut_off_says_so_and_fails(agentmem: Run, told: Path, spec: str) -> None:
    words = (told, "--memory", "arigraph", "--language", spec)
    agentmem("retry", *words)

    ran = agentmem("rebuild", *words, "--budget", "calls=1")

    assert ran.code == 1
    # of what is asked ahead at once, the one call allowed may go to a later entry: then none is folded
    assert re.search(r"([01]) entries folded again(?s:.*)[23] entries waiting: ", ran.out)
    assert "another graph" not in ran.out


@pytest.mark.parametrize("fault", [says("no idea"), server_error()], ids=["bad answers", "an outage"])
def test_a_game_that_a_model_ends_tells_where_everything_lies(
    agentmem: Run, model: ModelServer, spec: str, fault: Fault
) -> None:
    pytest.importorskip("textworld", reason="needs TextWorld: pip install 'agentmem-graph[textworld]'")
    words = ("play", "coin:10", "--policy", "ariadne", "--language", spec, "--store", "a.db", "--trajectory", "a.jsonl")
    model.watch = lambda asked: None if not asked.is_chat else model.fail(fault, times=None)

    ran = agentmem(*words, "--quiet")

    assert ran.code == 1
    assert "result: failed" in ran.out
    assert "trajectory: a.jsonl" in ran.out
    assert "--on-failure rules" in ran.out
    assert "agentmem cost a.db --namespace coin-10-arigraph-1-" in ran.out
    assert ran.err.splitlines()[-1].startswith("agentmem: ")


def test_a_measurement_says_what_could_not_be_taken_in(agentmem: Run, spec: str, tmp_path: Path) -> None:
    events = [
        {"event": {"id": f"e{n}", "at": f"2026-01-05T09:0{n}Z", "speaker": "Ann", "text": text}}
        for n, text in enumerate(TEXTS)
    ]
    lines = [*events, {"question": {"text": "Who bought a kayak?", "evidence": ["e0"]}}]
    (tmp_path / "talks.jsonl").write_text("\n".join(json.dumps(line) for line in lines))

    for command in (["ablate", "talks.jsonl"], ["bench", "recall", "talks.jsonl"]):
        memories = "arigraph+none" if command[0] == "ablate" else "arigraph,none"
        ran = agentmem(*command, "--memory", memories, "--language", spec, "--budget", "calls=1")

        assert ran.code == 0
        assert re.search("arigraph could not take in [23] entries", ran.out)


def test_events_that_are_fed_to_a_memory_and_wait_are_told(agentmem: Run, played: Played, spec: str) -> None:
    fed = ("replay", played.trajectory, "--memory", "arigraph", "--language", spec, "--budget", "calls=1")

    ran = agentmem(*fed)

    assert "of them waiting to be taken in: task 'facts' was not asked" in ran.out
    assert json.loads(agentmem(*fed, "--json").out)["waiting"] > 0
