"""`agentmem bench play` and `bench run`, as their users type them, and what is left when they are killed."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from agentmem.bench.results import RESULTS, read
from agentmem.bench.summary import summaries
from tests.agentmem.bench.talk import write_talk

FORGETFUL = Path(__file__).with_name("forgetful.py")
QUICK = Path(__file__).with_name("quick.py")
KILLS = 20 if os.environ.get("AGENTMEM_CRASH_STEP") == "1" else 2
"""How often a grid is killed; each start takes some two seconds."""


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    from agentmem.cli import main

    with pytest.raises(SystemExit) as left:
        main(["--plugin", str(QUICK), "--plugin", str(FORGETFUL), "bench", *map(str, words)])
    assert isinstance(left.value.code, int)
    shown = capsys.readouterr()
    return left.value.code, shown.out, shown.err


def grid_file(**sweep: Any) -> Path:
    said = {"evaluation": "quick", "data": ["kayak", "cello"], "seeds": "1-3", **sweep}
    lines = [f"{name} = {json.dumps(value)}" for name, value in said.items() if not isinstance(value, dict)]
    lines += [f"[run.{name}]\n" + "\n".join(f"{k} = {json.dumps(v)}" for k, v in value.items())
              for name, value in said.items() if isinstance(value, dict)]  # fmt: skip
    Path("mine.toml").write_text('memories = ["window", "none"]\n[[run]]\n' + "\n".join(lines))
    return Path("mine.toml")


def test_games_are_played_compared_and_the_same_command_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("play", "--games", "coin:10", "--memories", "arigraph,window", "--set", "window.size=7", "--seeds", "1-2")

    code, out, err = run(capsys, *words)

    assert (code, err.splitlines()[0].split(";")[0]) == (0, "4 cells")
    assert [line.split()[:5] for line in out.splitlines() if line.startswith("play coin")] == [
        ["play", "coin:10", memory, "1.000", "[1.000"] for memory in ("arigraph", "window")
    ]
    folder = next(Path("agentmem-runs").iterdir())
    finished = read(folder).finished
    assert [one.cell.settings for one in finished] == [{}, {"size": "7"}] * 2
    trajectories = sorted(folder.glob("cells/*/trajectory.jsonl"))
    assert len(trajectories) == 4
    assert main_says(capsys, "replay", str(trajectories[0]))

    code, again, err = run(capsys, *words)
    assert "4 cells, 4 of them done before" in err
    assert again == out

    code, out, _ = run(capsys, *words, "--json")
    told = json.loads(out)
    assert (code, told["folder"], told["missing"]) == (0, str(folder), 0)
    assert [one["figures"]["won"] for one in told["summaries"]] == [1, 1]


def main_says(capsys: pytest.CaptureFixture[str], *words: str) -> bool:
    from agentmem.cli import main

    with pytest.raises(SystemExit) as left:
        main(list(words))
    return left.value.code == 0 and "same" in capsys.readouterr().out


def test_what_a_memory_did_not_take_in_and_failed_on_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    talk = write_talk(Path())
    file = grid_file(evaluation="recall", data=[str(talk)], seeds="1")
    file.write_text(file.read_text().replace('["window", "none"]', '["deaf", "dumb+bm25", "waiting"]'))

    code, out, _ = run(capsys, "run", file, "--out", "here", "--json", "-j", "1")
    rows = {one["memory"]: one for one in json.loads(out)["summaries"]}
    _, out, _ = run(capsys, "run", file, "--out", "here")

    assert code == 1
    assert {name: (one["set_aside"], one["waiting"], len(one["failures"])) for name, one in rows.items()} == {
        "deaf": (12, 0, 0), "dumb+bm25": (0, 0, 10), "waiting": (0, 12, 0),
    }  # fmt: skip
    assert {one["score"]["value"] for one in rows.values()} == {0.0}
    assert "deaf could not take in 12 of 12 events, and is measured without them" in out
    assert "dumb+bm25 failed on 10 questions, which count as nothing found; the first: PluginError" in out
    assert "waiting could not take in 12 entries yet" in out
    head = next(line for line in out.splitlines() if line.startswith("task"))
    assert head.split()[2:6] == ["score", "set", "aside", "waiting"]


def test_a_recall_is_timed_by_itself_and_not_by_the_events_before_it(capsys: pytest.CaptureFixture[str]) -> None:
    file = grid_file(evaluation="recall", data=[str(write_talk(Path()))], seeds="1")

    run(capsys, "run", file, "--out", "here")

    for one in summaries(read(Path("here")).finished):
        (outcome,) = (cell.outcome for cell in read(Path("here")).finished if cell.cell.memory == one.memory)
        assert outcome is not None
        assert one.recall_ms == outcome.recall_ms / 10
        assert one.write_ms == outcome.write_ms / 12


def test_a_cell_that_fails_shows_no_figures_and_moves_no_column(capsys: pytest.CaptureFixture[str]) -> None:
    file = grid_file(options={"does": "raises", "seed_that_does": 1}, seeds="1", data=["kayak"])
    good = file.read_text().replace("raises", "nothing").replace("window", "full").partition("[[run]]")[2]
    file.write_text(file.read_text() + "\n[[run]]" + good.replace("kayak", "cello"))

    run(capsys, "run", file, "--out", "here")
    _, out, _ = run(capsys, "run", file, "--out", "here")

    head, _, failed = out.splitlines()[2:5]
    assert head.split()[:4] == ["task", "memory", "score", "failed"]
    assert failed.split() == ["quick", "kayak", "window", "1"]


def test_a_file_is_run_and_a_cell_that_fails_is_told_and_tried_again(capsys: pytest.CaptureFixture[str]) -> None:
    file = grid_file(options={"does": "raises", "seed_that_does": 2})

    code, out, err = run(capsys, "run", file, "--out", "here")

    assert code == 1
    assert "failed: quick kayak, window, seed 2: RuntimeError: no kayak today" in err
    assert "failed" in out
    lines = Path("here", RESULTS).read_text().splitlines()
    assert len(lines) == 12
    code, _, err = run(capsys, "run", file, "--out", "here")
    assert (code, err.splitlines()[0]) == (1, "12 cells, 8 of them done before; results go to here")
    assert len(read(Path("here")).finished) == 12


def test_what_was_measured_on_a_file_that_changed_since_is_measured_again(capsys: pytest.CaptureFixture[str]) -> None:
    file = write_talk(Path())
    grid = grid_file(evaluation="recall", data=[file.name], seeds="1", title="talk")
    run(capsys, "run", grid, "--out", "here")

    file.write_text(file.read_text().replace("kayak", "canoe"))
    _, _, err = run(capsys, "run", grid, "--out", "here")

    assert err.splitlines()[:2] == ["2 cells; results go to here", "run again, since code or data changed: 2 cells"]
    _, _, err = run(capsys, "run", grid, "--out", "here")
    assert err.splitlines()[0] == "2 cells, 2 of them done before; results go to here"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("play", "--games", "coin:10,nope", "--memories", "windw"), "2 things are wrong with this grid"),
        (("play", "--games", "coin:10,", "--memories", "window"), "write each name once"),
        (("play", "--games", "coin:10", "--memories", "window", "--seeds", "3-1"), "write them as 1-10"),
        (("play", "--games", "coin:10", "--memories", "window", "--goal", "coin:20=x"), "--goal names coin:20"),
        (("run", "nothing.toml"), "nothing.toml is not there"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_starts(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], why: str
) -> None:
    code, out, err = run(capsys, *words)

    assert (code, out) == (2, "")
    assert why in err
    assert not Path("agentmem-runs").exists()


def test_what_many_processes_are_told_is_not_recorded_in_one_file(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "play", "--games", "coin:1", "--memories", "window", "--record", "run.jsonl")

    assert (code, "No such option: --record" in err) == (2, True)
    assert "--record" not in run(capsys, "play", "--help")[1]


def test_a_goal_is_of_one_game(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--games", "coin:10,simple", "--memories", "none", "--seeds", "1", "--goal", "coin:10=Dance.")

    run(capsys, "play", *words, "--max-steps", "2", "--out", "here")

    goals = {one.cell.data: one.cell.options.get("goal") for one in read(Path("here")).finished}
    assert goals == {"coin:10": "Dance.", "simple": None}


def test_a_grid_that_is_killed_again_and_again_loses_no_cell_and_doubles_none() -> None:
    file, folder = grid_file(seeds=f"1-{4 + 2 * KILLS}"), Path("here")
    command = [
        *(sys.executable, "-m", "agentmem.cli", "--plugin", str(QUICK)),
        *("bench", "run", str(file), "--out", str(folder), "--jobs", "2"),
    ]
    draw = random.Random(7)
    ended = 0
    for _ in range(KILLS):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        more = draw.randint(1, 4)
        while process.poll() is None and _lines(folder) < ended + more:
            time.sleep(0.002)
        time.sleep(draw.random() / 50)
        process.send_signal(signal.SIGKILL)
        process.wait()
        ended = _lines(folder)

    left = subprocess.run(command, capture_output=True, text=True, check=True)

    cells = 4 * (4 + 2 * KILLS)
    assert f"{cells} cells, {ended} of them done before" in left.stderr
    keys = Counter(json.loads(line)["key"] for line in (folder / RESULTS).read_bytes().splitlines())
    assert set(keys.values()) == {1}
    assert len(keys) == cells
    assert {one.name for one in (folder / "cells").iterdir()} == set(keys)


def test_a_grid_that_is_interrupted_says_how_far_it_is(tmp_path: Path) -> None:
    file = grid_file(data=["kayak"], options={"does": "waits", "seed_that_does": 2, "place": str(tmp_path)})
    words = ("--plugin", str(QUICK), "bench", "run", str(file), "--out", "here", "--jobs", "1")
    process = subprocess.Popen([sys.executable, "-m", "agentmem.cli", *words], stderr=subprocess.PIPE, text=True)
    while not list(tmp_path.glob("waits-*")):
        time.sleep(0.05)

    process.send_signal(signal.SIGINT)
    _, err = process.communicate()

    assert (process.returncode, err.splitlines()[-1]) == (130, "2 of 6 cells done; the same command goes on")


def _lines(folder: Path) -> int:
    results = folder / RESULTS
    return results.read_bytes().count(b"\n") if results.exists() else 0
