"""Each block of README and of the pages runs, one after the other, and prints what the page says it prints.

A block is Python, bash, or a text: what the block before it prints, where `...` stands for anything. A comment right
before a block says otherwise, and readers of the page do not see it:

    <!-- not run: why -->           it needs what a test has not
    <!-- file: grid.toml -->        it is a file of that name
    <!-- shown by: agentmem ... --> a text that this command shows on a terminal
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE, OutputChecker
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from agentmem.host import Host
from agentmem.language.contract import Language
from agentmem.language.facts_task import FACTS
from agentmem.testing.models.script import Answer, Asked
from agentmem.testing.models.server import ModelServer

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"(?:^<!-- (not run|file|shown by): (.+?) -->\n)?^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RUN = ("python", "bash")
DATA = ("cypher",)
"""Run by tests of their own."""
MARK = "\x1e\n"
ESCAPES = re.compile(r"\x1b\[[\d;?]*[A-Za-z]|\r")
ON_A_TERMINAL = (sys.executable, "-c", "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]))")
TOLD = re.compile(r"Done just before \(may be None\): (.*?)\n<text>\n(.*?)\n</text>", re.DOTALL)


@dataclass(frozen=True)
class Block:
    """One block of a page: what it is and says, and the comment before it."""

    language: str
    text: str
    comment: str
    said: str
    where: str

    @property
    def name(self) -> str:
        """The file it is, if it is one."""
        return self.said if self.comment == "file" else ""

    @property
    def runs(self) -> bool:
        return bool(self.name) or (self.language in RUN and self.comment != "not run")


def blocks_of(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    lines = [text.count("\n", 0, found.start(4)) for found in BLOCK.finditer(text)]
    return [
        Block(language, said, comment, about, f"{page.name}:{line}")
        for line, (comment, about, language, said) in zip(lines, BLOCK.findall(text), strict=True)
    ]


@cache
def rules() -> Language:
    return Host().language("rules")


def reads_as_rules_do(asked: Asked) -> Answer:
    """Answer as a model does that reads facts rightly, never finds one outdated, and knows where Mia lives."""
    wanted = asked.schema.get("properties", {})
    if "replaced" in wanted:
        return {"replaced": []}
    if "facts" not in wanted:
        return "In Oslo."
    told = TOLD.search(asked.text)
    assert told
    action = None if told[1] == "None" else told[1]
    return rules().ask(FACTS, text=told[2], action=action)


@pytest.fixture
def at_hand() -> Mapping[str, str]:
    """What the blocks find around them: our command, and no terminal."""
    return {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "COLUMNS": "100"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_blocks_of_a_page_run_and_print_what_it_says(
    page: Path, tmp_path: Path, at_hand: Mapping[str, str]
) -> None:
    blocks = blocks_of(page)
    running = [block for block in blocks if block.runs]
    if not running:
        pytest.skip("it has none")
    if any("agentmem play" in block.text for block in running):
        pytest.importorskip("textworld", reason="needs TextWorld: pip install 'agentmem-graph[textworld]'")

    with ModelServer(reads_as_rules_do) as server:
        ran = subprocess.run(
            [sys.executable, Path(__file__).with_name("run_page.py")],
            input=json.dumps([asdict(block) | {"name": block.name} for block in running]), cwd=tmp_path,
            env={**at_hand, "OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "none"},
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    assert ran.returncode == 0, ran.stderr
    printed = dict(zip(running, ran.stdout.split(MARK)[1:], strict=True))
    for before, block in pairwise(blocks):
        if block.language == "text" and before in printed:
            assert_shows(printed[before], block)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_shows_of_a_terminal_is_what_is_seen_there(
    page: Path, tmp_path: Path, at_hand: Mapping[str, str]
) -> None:
    shown = [block for block in blocks_of(page) if block.comment == "shown by"]
    if not shown:
        pytest.skip("it shows none")
    pytest.importorskip("pty", reason="needs a system with pseudo-terminals")
    pytest.importorskip("textworld", reason="needs TextWorld: pip install 'agentmem-graph[textworld]'")

    for block in shown:
        ran = subprocess.run(
            [*ON_A_TERMINAL, *shlex.split(block.said)], cwd=tmp_path, env={**at_hand, "TERM": "xterm-256color"},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert_shows(ESCAPES.sub("", ran.stdout), replace(block, text=f"...{block.text.strip()}..."))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_block_that_is_not_run_says_why(page: Path) -> None:
    silent = [
        block.where
        for block in blocks_of(page)
        if not (block.runs or block.comment == "not run" or block.language in ("text", *DATA))
    ]

    assert not silent, f"put <!-- not run: why --> or <!-- file: name --> before the blocks at {silent}"


def assert_shows(printed: str, block: Block) -> None:
    told, how = block.text, ELLIPSIS | NORMALIZE_WHITESPACE

    assert OutputChecker().check_output(told, printed, how), f"{block.where} says\n{told}\nand it printed\n{printed}"
