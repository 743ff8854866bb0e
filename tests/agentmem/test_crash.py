"""Kill -9 at write points, for every kind of fold and store: nothing acknowledged is lost, the graph is the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

DRIVER = Path(__file__).with_name("crash_driver.py")
STEP = int(os.environ.get("AGENTMEM_CRASH_STEP", "5"))


FORKS = pytest.mark.skipif(not hasattr(os, "fork"), reason="kills forked writers: needs a POSIX system")


@FORKS
@pytest.mark.parametrize("language", ["rules", "leaves"])
@pytest.mark.parametrize(
    ("memory", "step"), [("notebook", STEP), ("arigraph", 2 * STEP), ("notebook+arigraph", 3 * STEP)]
)
def test_a_writer_killed_before_any_write_loses_nothing_it_acknowledged(memory: str, step: int, language: str) -> None:
    assert rounds_without_loss(memory, step, language) >= 150 // step


@FORKS
@pytest.mark.parametrize(
    ("language", "near", "step", "least"),
    [("rules", "", 4, 5), ("leaves", "0", 40, 5)],
    ids=["near-rules", "far-leaves"],
)
def test_a_writer_to_a_server_killed_before_or_after_a_write_loses_nothing(
    neo4j_uri: str, language: str, near: str, step: int, least: int
) -> None:
    assert rounds_without_loss("notebook+arigraph", step, language, neo4j_uri, *near) >= least


def rounds_without_loss(memory: str, step: int, language: str, *server: str) -> int:
    """Kill writers at every so many steps, in a file or on a server, and return how many there were."""
    command = [sys.executable, str(DRIVER), memory, language, str(step), *(server or [""])]
    run = subprocess.run(command, capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout)
    assert (told["lost"], told["different"]) == (0, 0)
    return int(told["rounds"])
