"""Every example runs, and is short."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
LONGEST = 40


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_an_example_runs_and_is_short(example: Path, tmp_path: Path) -> None:
    pytest.importorskip("textworld", reason="needs TextWorld: pip install 'agentmem-graph[textworld]'")

    ran = subprocess.run(
        [sys.executable, example],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert ran.returncode == 0, ran.stderr
    assert len(example.read_text().splitlines()) < LONGEST


def test_the_diary_can_be_played_with(tmp_path: Path) -> None:
    pytest.importorskip("textworld", reason="needs TextWorld: pip install 'agentmem-graph[textworld]'")
    command = [sys.executable, "-m", "agentmem.cli", "--plugin", str(ROOT / "examples" / "03_diary.py")]

    ran = subprocess.run(
        [*command, "play", "coin:10", "--memory", "diary", "--max-steps", "5", "--store", "diary.db"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert ran.returncode == 0, ran.stderr
    assert " note: " in ran.stdout


def test_ci_runs_the_readmes_test_command() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    tests = next(line for line in readme.splitlines() if line.endswith("pytest"))
    install, _, run = tests.rpartition(" && ")
    lines = (ROOT / ".ci" / "run").read_text().splitlines()

    assert install in lines
    assert lines[-1] == run
