"""Every example runs, and so does every block of the README."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from agentmem.testing.models.server import ModelServer

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
README = (ROOT / "README.md").read_text(encoding="utf-8")
LONGEST = 40


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


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


def test_the_memory_in_the_readme_is_the_example() -> None:
    written = next(block for block in blocks("python") if "class Diary" in block)

    assert written in (ROOT / "examples" / "03_diary.py").read_text(), "copy examples/03_diary.py into the README"


def test_what_the_readme_does_with_a_model_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    written = next(block for block in blocks("python") if "openai:gpt-4o-mini" in block)
    fact = {"subject": "mia", "relation": "lives in", "object": "porto", "slot": "home"}
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")

    with ModelServer({"facts": [fact], "place": None, "heading": None}, models=["gpt-4o-mini"]) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        exec(written, {})

    assert capsys.readouterr().out == "1 calls, 0 wait\nmia, lives in, porto\n"


def test_ci_runs_the_readmes_test_command() -> None:
    tests = next(line for line in "".join(blocks("bash")).splitlines() if line.endswith("pytest"))
    install, _, run = tests.rpartition(" && ")
    lines = (ROOT / ".ci" / "run").read_text().splitlines()

    assert install in lines
    assert lines[-1] == run


def test_the_readme_names_every_command() -> None:
    for command in (
        "play",
        "replay",
        "games",
        "memories",
        "plugins",
        "status",
        "why",
        "cost",
        "retry",
        "rebuild",
        "reembed",
        "ablate",
        "bench",
        "doctor",
        "chat",
        "serve",
        "keys",
        "mcp",
    ):
        assert f"agentmem {command}" in README, f"say in the README what agentmem {command} does"
