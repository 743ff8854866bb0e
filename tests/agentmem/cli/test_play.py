"""`agentmem play`: what is shown, what is left behind, how it ends."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from agentmem.agent.trajectory import read

if TYPE_CHECKING:
    from tests.agentmem.cli.conftest import Played, Run

KEYS = {
    "game", "memory", "policy", "seed", "score", "max_score", "normalized", "won", "steps", "trajectory", "receipt",
    "language", "recording", "waiting", "ended",
}  # fmt: skip


def test_off_a_terminal_it_shows_plain_lines_each_with_its_step(played: Played) -> None:
    lines = played.ran.out.splitlines()

    assert played.ran.code == 0, played.ran.err
    assert "\x1b" not in played.ran.out
    assert lines[0] == "coin:10, seed 1: memory arigraph, policy rules"
    for name in ("place", "saw", "recalled", "plan", "does", "score"):
        assert any(re.match(rf"\[1\] {name}: ", line) for line in lines), name


def test_the_end_tells_how_it_went_where_everything_lies_and_what_to_try(played: Played) -> None:
    end = played.ran.out.rpartition("\n\n")[2]

    assert "result: won" in end
    assert "score: 1 of 1 (100%)" in end
    assert re.search(r"memory: arigraph: \d+ facts known, \d+ retired", end)
    assert f"trajectory: {played.trajectory}" in end
    assert f"store: {played.store}" in end
    assert "try: agentmem play coin:10 --memory window" in end
    assert f"try: agentmem show {played.store}" in end
    assert f"try: agentmem why {played.store} arigraph/" in end
    assert f"try: agentmem replay {played.trajectory}" in end


def test_the_trajectory_is_whole(played: Played) -> None:
    recorded = read(played.trajectory)

    assert recorded.header.memory == "arigraph"
    assert recorded.ending is not None
    assert recorded.ending.ended == "over"
    assert recorded.ending.evaluation is not None
    assert len(recorded.steps) == recorded.ending.evaluation.steps + 1


def test_a_policy_is_chosen_with_its_settings_and_recorded_with_them(agentmem: Run, tmp_path: Path) -> None:
    pytest.importorskip("textworld", reason="needs TextWorld: pip install 'agentmem-graph[textworld]'")

    ran = agentmem(
        "play", "coin:10", "--policy", "ariadne", "--policy-set", "n_prev=2", "--valid-actions", "--quiet",
        "--trajectory", "steps.jsonl",
    )  # fmt: skip

    recorded = read(tmp_path / "steps.jsonl")
    assert ran.code == 0, ran.err
    assert "result: won" in ran.out
    assert "try: agentmem play coin:10 --memory window --policy ariadne" in ran.out
    assert (recorded.header.policy, recorded.header.policy_settings) == ("ariadne", {"n_prev": "2"})
    assert recorded.header.spec.options["show_valid_actions"]
    assert recorded.steps[0].thought.asked == 2


def test_json_prints_one_object_and_nothing_else(agentmem: Run, tmp_path: Path) -> None:
    ran = agentmem("play", "coin:10", "--memory", "none", "--max-steps", "3", "--json")

    told = json.loads(ran.out)

    assert ran.code == 0, ran.err
    assert ran.out.count("\n") == 1
    assert set(told) == KEYS
    assert (told["memory"], told["steps"], told["won"]) == ("none", 3, False)
    assert (tmp_path / told["trajectory"]).is_file()


def test_each_run_gets_a_folder_of_its_own(agentmem: Run, tmp_path: Path) -> None:
    for _ in range(2):
        agentmem("play", "coin:10", "--max-steps", "1", "--quiet")

    folders = list((tmp_path / "agentmem-runs").iterdir())

    assert len(folders) == 2
    assert all({file.name for file in folder.iterdir()} == {"memory.db", "trajectory.jsonl"} for folder in folders)
    assert all(folder.name.startswith("coin-10-arigraph-1-") for folder in folders)


def test_quiet_shows_only_the_end_and_a_step_limit_is_no_failure(agentmem: Run) -> None:
    ran = agentmem("play", "coin:10", "--max-steps", "2", "--quiet")

    assert ran.code == 0
    assert "[1]" not in ran.out
    assert "result: step limit" in ran.out


def test_a_goal_of_ones_own_replaces_the_games(agentmem: Run) -> None:
    ran = agentmem("play", "coin:10", "--goal", "Go to bed.", "--max-steps", "1")

    assert "\ngoal: Go to bed.\n" in ran.out


def test_two_runs_into_one_namespace_are_both_remembered(agentmem: Run) -> None:
    play = ("play", "coin:10", "--max-steps", "2", "--store", "both.db", "--namespace", "finn")
    first, second, silent = agentmem(*play), agentmem(*play, "--quiet"), agentmem(*play, "--json")

    rows = json.loads(agentmem("status", "both.db", "--json").out)["namespaces"]

    assert [(row["namespace"], row["events"]) for row in rows] == [("finn", 9)]
    assert "from before" not in first.err
    assert "namespace finn has 3 entries from before" in second.err
    assert second.err.count("\n") == 1
    assert silent.err == ""


def test_two_runs_into_one_store_both_win_for_neither_believes_the_others_world(agentmem: Run) -> None:
    runs = [json.loads(agentmem("play", "coin:10", "--store", "both.db", "--json").out) for _ in range(2)]

    rows = json.loads(agentmem("status", "both.db", "--json").out)["namespaces"]
    ambiguous = agentmem("why", "both.db", "arigraph/1.0")

    assert [run["won"] for run in runs] == [True, True]
    assert len({row["namespace"] for row in rows}) == 2
    assert all(row["namespace"] in ambiguous.err for row in rows)
    assert "choose one with --namespace" in ambiguous.err


def test_the_suggested_why_names_the_namespace_where_the_store_is_shared(agentmem: Run) -> None:
    shared = agentmem("play", "coin:10", "--max-steps", "2", "--store", "both.db", "--quiet")
    own = agentmem("play", "coin:10", "--max-steps", "2", "--quiet")

    assert re.search(r"try: agentmem why both\.db \S+ --namespace coin-10-arigraph-1-", shared.out)
    assert re.search(r"try: agentmem why agentmem-runs/\S+/memory\.db \S+   #", own.out)
