"""`agentmem play` and `show` on a real terminal (a pty): colour, and Ctrl-C."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from agentmem.agent.trajectory import read

if TYPE_CHECKING:
    from tests.agentmem.cli.conftest import Played

pty = pytest.importorskip("pty", reason="needs a system with pseudo-terminals")
pytest.importorskip("textworld", reason="needs TextWorld: pip install 'agentmem-graph[textworld]'")

TIMEOUT_S = 90
ESCAPE = re.compile(r"\x1b\[[?0-9;]*[A-Za-z]")
COLOUR = re.compile(r"\x1b\[(?:\d+;)*(?:3|4|9|10)\d[;m]")


class Terminal:
    """A command on a terminal: what it shows so far, and how it ended."""

    def __init__(self, folder: Path, *arguments: str, **env: str) -> None:
        self._ours, theirs = pty.openpty()
        words = [sys.executable, "-m", "agentmem.cli", *arguments]
        plain = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TERM")}
        self.process = subprocess.Popen(
            words, cwd=folder, env={**plain, "TERM": "xterm-256color", "COLUMNS": "100", **env},
            stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        )  # fmt: skip
        os.close(theirs)
        self.shown = ""

    def read_until(self, text: str) -> None:
        """Read until `text` is shown, or the command has ended."""
        until = time.monotonic() + TIMEOUT_S
        while text not in self.shown and time.monotonic() < until:
            if select.select([self._ours], [], [], 0.5)[0]:
                try:
                    self.shown += os.read(self._ours, 65536).decode(errors="replace")
                except OSError:  # Linux: the other end is closed
                    return
            elif self.process.poll() is not None:
                return

    def ended(self) -> int:
        """Read to the end and return the exit code."""
        self.read_until("this is never shown")
        os.close(self._ours)
        return self.process.wait(timeout=TIMEOUT_S)


def test_on_a_terminal_the_steps_are_laid_out_in_colour(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, "play", "coin:10", "--pace", "0")

    code = terminal.ended()

    assert code == 0
    assert "\x1b[" in terminal.shown
    assert " won " in terminal.shown
    assert "try next" in terminal.shown


def test_on_a_terminal_what_is_held_is_laid_out_in_colour(tmp_path: Path, played: Played) -> None:
    terminal = Terminal(tmp_path, "show", str(played.store), "--limit", "3")

    code = terminal.ended()

    assert code == 0
    assert "\x1b[1mEpisodes\x1b[0m" in terminal.shown
    assert "\x1b[2marigraph/" in terminal.shown
    assert "more groups" in terminal.shown
    assert "try next" in terminal.shown


def test_no_color_takes_the_colours_and_leaves_the_lay_out(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, "play", "coin:10", "--max-steps", "2", "--pace", "0", NO_COLOR="1")

    terminal.ended()

    assert not COLOUR.search(terminal.shown)
    assert "try next" in terminal.shown


@pytest.mark.parametrize("columns", ["80", "40"])
def test_no_number_and_no_name_is_cut_in_two_on_a_narrow_terminal(tmp_path: Path, columns: str) -> None:
    games = ("--games", "chat:simulated", "--memories", "episodic,window+bm25", "--seeds", "1-2")
    words = ("bench", "play", *games, "--out", "here")
    whole = subprocess.run(
        [sys.executable, "-m", "agentmem.cli", *words], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout

    terminal = Terminal(tmp_path, *words, COLUMNS=columns)
    terminal.ended()

    head, _, rest = ESCAPE.sub("", terminal.shown).partition("play")[2].partition("no room for: ")
    assert set(head.replace("─", "").split()) <= set(whole.replace("─", "").split())
    assert "window+bm25" in head.split()
    assert "ms/recall" in rest.split("a wider terminal")[0]
    assert max(len(line.rstrip()) for line in head.splitlines()) <= int(columns)


def test_a_table_of_words_becomes_blocks_where_it_does_not_fit(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, "memories", COLUMNS="40")

    terminal.ended()

    lines = [line.split() for line in ESCAPE.sub("", terminal.shown).splitlines()]
    assert ["name", "memorybank"] in lines
    assert ["plugin", "baselines"] in lines


def test_control_c_ends_cleanly_with_the_trajectory_whole_so_far(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, "play", "coin:10", "--pace", "30", "--trajectory", "cut.jsonl")
    terminal.read_until("does")

    os.kill(terminal.process.pid, signal.SIGINT)
    code = terminal.ended()

    recorded = read(tmp_path / "cut.jsonl")
    assert code == 130
    assert recorded.ending is not None
    assert recorded.ending.ended == "interrupted"
    assert len(recorded.steps) == 1
    assert " interrupted " in terminal.shown
    assert "Traceback" not in terminal.shown
