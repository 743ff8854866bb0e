"""Kill -9 at every write point of a re-embedding: vectors of one embedder, and the next run ends it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

DRIVER = Path(__file__).with_name("reembed_crash_driver.py")
STEP = int(os.environ.get("AGENTMEM_CRASH_STEP", "1"))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills forked writers: needs a POSIX system")
@pytest.mark.parametrize(("memory", "step"), [("hcam", STEP), ("arigraph", 3 * STEP)])
def test_a_run_killed_before_any_write_leaves_one_kind_of_vectors_and_can_be_ended(memory: str, step: int) -> None:
    run = subprocess.run([sys.executable, str(DRIVER), memory, str(step)], capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout)
    print(told)
    assert told["rounds"] >= 20 // step
    assert (told["mixed"], told["changed"], told["different"]) == (0, 0, 0)
