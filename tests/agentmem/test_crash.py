"""Kill -9 at every write point, for every kind of fold: nothing acknowledged is lost, and the graph is the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

DRIVER = Path(__file__).with_name("crash_driver.py")
STEP = int(os.environ.get("AGENTMEM_CRASH_STEP", "1"))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills forked writers: needs a POSIX system")
@pytest.mark.parametrize("language", ["rules", "leaves"])
@pytest.mark.parametrize(("memory", "step"), [("notebook", STEP), ("arigraph", STEP), ("notebook+arigraph", 3 * STEP)])
def test_a_writer_killed_before_any_write_loses_nothing_it_acknowledged(memory: str, step: int, language: str) -> None:
    run = subprocess.run(
        [sys.executable, str(DRIVER), memory, language, str(step)], capture_output=True, text=True, check=False
    )

    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout)
    assert told["rounds"] >= 150 // step
    assert told["lost"] == 0
    assert told["different"] == 0
