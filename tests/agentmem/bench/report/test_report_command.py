"""`agentmem bench report`, as it is typed after a grid was played."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from agentmem.cli import main

if TYPE_CHECKING:
    from tests.agentmem.bench.report.conftest import End


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Type a command that succeeds, and return what it prints."""
    monkeypatch.chdir(tmp_path)

    def type_(*words: object) -> str:
        with pytest.raises(SystemExit) as left:
            main([str(word) for word in words])
        shown = capsys.readouterr()
        assert left.value.code == 0, shown.err
        return shown.out

    return type_


def test_the_command_a_page_shows_replays_the_cell(
    typed: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed("bench", "play", "--games", "coin:10", "--memories", "window", "--seeds", "1", "--out", "games")

    said = typed("bench", "report", "games")

    page = (tmp_path / "games" / "report.html").read_text()
    command = re.findall(r"<code>(agentmem replay .*?)</code>", page)[0]
    monkeypatch.chdir(tmp_path / "games")
    assert said.startswith("games/report.html (")
    assert "observations are the same, letter by letter" in typed(*shlex.split(command)[1:])


def test_the_page_goes_where_one_says(
    typed: Callable[..., str], tmp_path: Path, keep: Callable[..., Path], end: End
) -> None:
    told = json.loads(typed("bench", "report", keep(end(1.0)), "--out", "mine.html", "--json"))

    assert told == {"report": "mine.html", "bytes": (tmp_path / "mine.html").stat().st_size}
