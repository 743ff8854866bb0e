"""Measuring an agent's step beside the bare game."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentmem.bench.everything import measure_step
from agentmem.bench.site import Site
from agentmem.bench.step import MEASURE, PARTS
from agentmem.host import Host

pytest.importorskip("textworld", reason="the game is TextWorld's: pip install 'agentmem-graph[textworld]'")


def test_a_step_is_held_against_the_same_commands_in_the_bare_game(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    host = Host()

    with Site(host) as site:
        rows = measure_step(site, host, lambda: host.memory("window"), episodes=1)

    assert [row.measure for row in rows] == [MEASURE, *(f"of it: {part}" for part in PARTS)]
    assert rows[0].goal == "<= 1.5x"
    assert all(row.subject == "window" for row in rows)
    assert sum(row.value or 0 for row in rows[1:]) <= (rows[0].value or 0)
