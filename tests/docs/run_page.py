"""Runs the blocks of a page in this folder, in their order: Python is one program, bash stops at the first fault.

Blocks come as JSON on standard input, each with its language, or with the name of the file it is. Before what each
prints stands `MARK` on a line of its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

MARK = "\x1e"


def run(blocks: list[dict[str, str]]) -> None:
    """Run all blocks; the first that fails ends it."""
    program: dict[str, Any] = {"__name__": "__main__"}
    for block in blocks:
        print(MARK, flush=True)
        if block["name"]:
            Path(block["name"]).write_text(block["text"], encoding="utf-8")
        elif block["language"] == "python":
            exec(compile(block["text"], block["where"], "exec"), program)
        else:
            subprocess.run(["bash", "-euo", "pipefail", "-c", block["text"]], check=True)
        sys.stdout.flush()


if __name__ == "__main__":
    run(json.load(sys.stdin))
