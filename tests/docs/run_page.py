"""Runs the blocks of a page in this folder, in their order: Python is one program, bash stops at the first fault.

Blocks come as JSON on standard input, each with its language, or with the name of the file it is. Before what each
prints stands `MARK` on a line of its own. Commands of ours run in this process, where that makes no difference: most
of what a short one takes is loading libraries.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

from agentmem.cli import main

MARK = "\x1e"
OURS = re.compile(r"(agentmem [^|&;<>$`\\]*\n)+")
"""A block of commands of ours, with nothing in it that only a shell understands."""


def run(blocks: list[dict[str, str]]) -> None:
    """Run all blocks; the first that fails ends it."""
    program: dict[str, Any] = {"__name__": "__main__"}
    for block in blocks:
        print(MARK, flush=True)
        text = block["text"]
        if block["name"]:
            Path(block["name"]).write_text(text, encoding="utf-8")
        elif block["language"] == "python":
            exec(compile(text, block["where"], "exec"), program)
        elif OURS.fullmatch(text):
            for line in text.splitlines():
                command(line)
        else:
            subprocess.run(["bash", "-euo", "pipefail", "-c", text], check=True)
        sys.stdout.flush()


def command(line: str) -> None:
    """Run one command of ours, as it is typed."""
    try:
        main(shlex.split(line, comments=True)[1:])
    except SystemExit as left:
        if left.code:
            raise


if __name__ == "__main__":
    run(json.load(sys.stdin))
