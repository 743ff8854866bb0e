"""The command as its users run it, each time in an empty folder."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from agentmem.cli import main

COMMAND = (sys.executable, "-m", "agentmem.cli")


@dataclass(frozen=True)
class Ran:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


def run_in(folder: Path, *arguments: str | Path, env: Mapping[str, str] | None = None) -> Ran:
    words = [*COMMAND, *(str(word) for word in arguments)]
    done = subprocess.run(
        words, cwd=folder, env={**os.environ, **(env or {})}, capture_output=True, text=True, timeout=120, check=False
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def run_here(*arguments: str | Path) -> Ran:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as left:
        main([str(word) for word in arguments])
    assert isinstance(left.value.code, int)
    return Ran(left.value.code, out.getvalue(), err.getvalue())


@pytest.fixture
def agentmem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `agentmem ...` from an empty folder, in this process: quick."""
    monkeypatch.chdir(tmp_path)
    return run_here


@pytest.fixture
def process(tmp_path: Path) -> Run:
    """Run `agentmem ...` from an empty folder, in a process of its own."""
    return lambda *arguments, env=None: run_in(tmp_path, *arguments, env=env)


@dataclass(frozen=True)
class Played:
    """A game that was played, and what it left."""

    folder: Path
    trajectory: Path
    store: Path
    ran: Ran


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """The easiest game, played to its end with the `arigraph` memory."""
    pytest.importorskip("textworld", reason="needs TextWorld: pip install 'agentmem-graph[textworld]'")
    folder = tmp_path_factory.mktemp("played")
    trajectory, store = folder / "coin.jsonl", folder / "coin.db"
    ran = run_in(folder, "play", "coin:10", "--trajectory", trajectory, "--store", store, "--namespace", "finn")
    return Played(folder, trajectory, store, ran)
