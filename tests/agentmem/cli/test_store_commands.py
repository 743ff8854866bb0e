"""Looking into what a game left: status, why, rebuild, replay."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from agentmem.agent.trajectory import read

if TYPE_CHECKING:
    from tests.agentmem.cli.conftest import Played, Run


def test_status_shows_namespaces_events_and_cursors(agentmem: Run, played: Played) -> None:
    steps = len(read(played.trajectory).steps)

    ran = agentmem("status", played.store)
    told = json.loads(agentmem("status", played.store, "--json").out)

    assert "finn" in ran.out
    assert told["namespaces"][0] | {"holds": None} == {
        "namespace": "finn", "events": steps, "entries": steps, "memory": "arigraph", "folded": steps, "waiting": 0,
        "holds": None, "set_aside": {},
    }  # fmt: skip


def test_why_tells_the_event_behind_what_was_recalled(agentmem: Run, played: Played) -> None:
    recorded = read(played.trajectory)
    fact = next(one for step in recorded.steps for one in step.recalled if one.kind == "fact")

    ran = agentmem("why", played.store, fact.id)
    told = json.loads(agentmem("why", played.store, fact.id, "--json").out)

    assert fact.text in ran.out
    assert "by rules" in ran.out
    assert told["versions"][0]["since"]["event"].startswith("coin-10-arigraph-1-")


def test_why_of_an_event_tells_what_was_made_of_it(agentmem: Run, played: Played) -> None:
    event = read(played.trajectory).steps[0].event

    ran = agentmem("why", played.store, event.id)

    assert "  made: Fact: " in ran.out


def test_rebuild_gives_the_same_graph(agentmem: Run, played: Played) -> None:
    told = json.loads(agentmem("rebuild", played.store, "--memory", "arigraph", "--json").out)
    ran = agentmem("rebuild", played.store, "--memory", "arigraph", "--namespace", "finn")

    assert told["before"] == told["after"]
    assert told["same"] is True
    assert ran.out.endswith("the same graph\n")


def test_rebuild_of_a_memory_that_never_ran_has_nothing_to_compare_with(
    agentmem: Run, played: Played, tmp_path: Path
) -> None:
    for name in ("said.db", "told.db"):
        shutil.copy(played.store, tmp_path / name)

    ran = agentmem("rebuild", "said.db", "--memory", "window")
    told = json.loads(agentmem("rebuild", "told.db", "--memory", "window", "--json").out)

    assert "window never ran in finn before" in ran.out
    assert "the same graph" not in ran.out
    assert (told["before"], told["same"]) == (None, None)


def test_replay_sees_the_same_letter_by_letter(agentmem: Run, played: Played) -> None:
    ran = agentmem("replay", played.trajectory)
    told = json.loads(agentmem("replay", played.trajectory, "--json").out)

    assert ran.code == 0
    assert "are the same, letter by letter" in ran.out
    assert told["different"] == []
    assert told["evaluation"]["won"] is True


def test_replay_fails_where_something_else_is_seen(agentmem: Run, played: Played, tmp_path: Path) -> None:
    changed = tmp_path / "changed.jsonl"
    lines = played.trajectory.read_text().splitlines(keepends=True)
    step = json.loads(lines[2])
    step["observation"]["text"] = "A dragon."
    changed.write_text("".join([*lines[:2], json.dumps(step) + "\n", *lines[3:]]))

    ran = agentmem("replay", changed)

    assert ran.code == 1
    assert "the first is step 1" in ran.out
    assert "then: A dragon." in ran.out


def test_replay_fails_where_something_else_is_carried(agentmem: Run, played: Played, tmp_path: Path) -> None:
    changed = tmp_path / "changed.jsonl"
    lines = played.trajectory.read_text().splitlines(keepends=True)
    step = json.loads(lines[2])
    step["observation"]["inventory"] = "You are carrying: a dragon."
    changed.write_text("".join([*lines[:2], json.dumps(step) + "\n", *lines[3:]]))

    ran = agentmem("replay", changed)

    assert ran.code == 1
    assert "You are carrying: a dragon." in ran.out


@pytest.mark.parametrize("memory", [[], ["--memory", "window"]], ids=["game", "memory"])
def test_a_recording_that_was_cut_short_is_replayed_as_far_as_it_goes(
    agentmem: Run, played: Played, tmp_path: Path, memory: list[str]
) -> None:
    lines = played.trajectory.read_text().splitlines(keepends=True)
    (tmp_path / "cut.jsonl").write_text("".join(lines[:3]) + lines[3][:40])

    ran = agentmem("replay", "cut.jsonl", *memory)

    assert ran.code == 0, ran.err
    assert ran.out.splitlines()[-1].startswith("the recording was cut short after step 1:")


def test_a_recording_without_a_step_is_not_replayed(agentmem: Run, played: Played, tmp_path: Path) -> None:
    (tmp_path / "begun.jsonl").write_text(played.trajectory.read_text().partition("\n")[0] + "\n")

    ran = agentmem("replay", "begun.jsonl")

    assert ran.code == 2
    assert "holds no step" in ran.err


def test_a_store_that_has_the_events_already_is_not_fed_again(agentmem: Run, played: Played) -> None:
    again = ("replay", played.trajectory, "--memory", "window", "--store", "fed.db")
    first, second = agentmem(*again), agentmem(*again)

    assert first.code == 0
    assert second.code == 2
    assert second.err.startswith("agentmem: the store fed.db remembers coin-10-arigraph-1-")


def test_replay_feeds_the_same_events_to_another_memory_without_a_game(agentmem: Run, played: Played) -> None:
    events = len(read(played.trajectory).steps)

    ran = agentmem("-p", "no:textworld", "replay", played.trajectory, "--memory", "window", "--set", "size=2")
    told = json.loads(agentmem("replay", played.trajectory, "--memory", "window", "--json").out)

    assert ran.code == 0, ran.err
    assert f"window took in {events} events" in ran.out
    assert len(told["steps"]) == events
