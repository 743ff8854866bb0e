"""The page for plugin authors: its code is what `new-plugin` makes, and its commands run, in a fresh environment."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "plugins.md").read_text(encoding="utf-8")
AGENTMEM = ("-m", "agentmem.cli")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@dataclass(frozen=True)
class Ran:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Day:
    """An author's day: the project, and what became of each command of the page, by how it is typed."""

    project: Path
    ran: Mapping[str, Ran]


def run(python: Path | str, words: tuple[str, ...], folder: Path) -> Ran:
    done = subprocess.run([python, *words], cwd=folder, capture_output=True, text=True, check=False)
    return Ran(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory, environment: Callable[..., Path]) -> Day:
    """Do what the page says, line by line; pip installs what is there, offline, and nothing is tested twice."""
    folder = tmp_path_factory.mktemp("author")
    python: Path | str = sys.executable
    ran: dict[str, Ran] = {}
    for line in "".join(blocks("bash")).splitlines():
        program, *words = shlex.split(line)
        match program:
            case "cd":
                folder = folder / words[0]
                (folder / "talk.jsonl").write_text("".join(blocks("json")))
            case "pip":
                python = environment(folder.parent / "environment", folder)
            case "pytest":  # `check` tries the same promises
                ran[line] = run(python, ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "matters"), folder)
            case _:
                ran[line] = run(python, (*AGENTMEM, *words), folder)
    return Day(folder, ran)


def test_every_command_of_the_page_runs(day: Day) -> None:
    failed = {line: (ran.code, ran.err or ran.out) for line, ran in day.ran.items() if ran.code}

    assert len(day.ran) == 5
    assert not failed


def test_the_code_of_the_page_is_what_is_made(day: Day) -> None:
    made = [path.read_text(encoding="utf-8") for path in sorted(day.project.rglob("*.py"))]

    for block in blocks("python"):
        assert any(block in text for text in made), f"the template has no longer what docs/plugins.md shows:\n{block}"


def test_the_memory_that_is_made_keeps_all_promises(day: Day) -> None:
    said = day.ran["agentmem check diary"].out

    assert said.startswith("diary   by plugin diary of agentmem-diary\n")
    assert "every promise is kept" in said
    assert "worth a look" not in said


def test_it_plays_and_wins_and_finds_what_was_said(day: Day) -> None:
    played = day.ran["agentmem play coin:10 --memory diary"].out
    found = day.ran["agentmem bench recall talk.jsonl --memory diary,bm25"].out

    assert "\nresult: won\n" in played
    assert re.search(r"^diary\s.*\b100", found, re.MULTILINE), found


def test_what_is_made_is_as_ruff_would_have_it(day: Day) -> None:
    ruff = pytest.importorskip("ruff.__main__", reason="needs ruff: pip install 'agentmem-graph[dev]'")

    for command in (("check",), ("format", "--check")):
        ran = run(ruff.find_ruff_bin(), (*command, "--no-cache", "."), day.project)

        assert ran.code == 0, ran.out + ran.err
