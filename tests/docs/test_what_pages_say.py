"""What README and the pages name is there: commands and options, files, links; and README stays short."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from agentmem.cli.app import app
from agentmem.cli.bench_commands import app as bench

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "benchmarks" / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMANDS = ROOT / "docs" / "commands.md"
SCREEN_AND_A_HALF = 110
OURS, MEASURE = get_command(app), get_command(bench)
CODE = re.compile(
    r"^```bash\n(?P<block>.*?)^```$|^ {4}(?P<line>\S[^\n]*)$|`(?P<inline>[^`\n]+)`|^<!-- shown by: (?P<shown>.+?) -->$",
    re.MULTILINE | re.DOTALL,
)
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
IN_PICTURE = re.compile(r'class="file"[^>]*>([^<]+)<')
FILE = re.compile(r"`((?:agentmem|plugins|environments|examples|benchmarks|tests)/[\w/.-]*)`")
BEGINS = re.compile(r"(?:\w+=\S+ )*(?:\.venv/bin/)?agentmem (?=[-\w])")
"""How a command of ours begins, in code."""
named = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def known(path: tuple[str, ...] = ()) -> Any:
    """Return a command by how it is typed; what is measured is behind a door of its own."""
    command: Any = MEASURE if path[:1] == ("bench",) else OURS
    for name in path[1:] if path[:1] == ("bench",) else path:
        command = command.commands[name]
    return command


def typed_in(page: Path) -> Iterator[str]:
    """Yield what a page says to type that is ours, one command each."""
    for found in CODE.finditer(page.read_text(encoding="utf-8")):
        for line in found[found.lastgroup or 0].replace("\\\n", " ").splitlines():
            for part in re.split(r" (?:&&|\||>) ", line):
                if BEGINS.match(part):
                    yield part


def parsed(typed: str) -> tuple[str, ...]:
    """Parse a command as the command line does, without running or checking anything; return its name.

    Raises:
        Exception: a command, an option or its value that is not known or missing.
    """
    words = shlex.split(BEGINS.sub("", typed, count=1).removesuffix("…"), comments=True)
    path: tuple[str, ...] = ()
    while True:
        command = known(path)
        context = command.make_context("agentmem", [], resilient_parsing=True)  # what has to be given is not missed
        context.resilient_parsing = False  # but what is given has to be known
        _, rest, _ = command.make_parser(context).parse_args(words)
        if not hasattr(command, "commands") and path != ("bench",):
            assert not rest, f"{' '.join(rest)!r} is more than it takes"
            return path
        if not rest:
            return path
        path, words = (*path, rest[0]), rest[1:]


def fault_of(typed: str) -> str:
    """Return why a command cannot be typed; "" where it can."""
    try:
        parsed(typed)
    except Exception as problem:  # noqa: BLE001 - typer keeps the classes of its errors to itself
        return f"{type(problem).__name__}: {problem}"
    return ""


@named
def test_every_command_a_page_names_can_be_typed(page: Path) -> None:
    assert not {typed: fault for typed in typed_in(page) if (fault := fault_of(typed))}


@pytest.mark.parametrize("typed", ["agentmem plai", "agentmem play --sed 1", "agentmem bench recall FILE --memories a"])
def test_what_cannot_be_typed_is_noticed(typed: str) -> None:
    assert fault_of(typed)


def test_the_page_of_commands_names_every_command() -> None:
    told = {parsed(typed) for typed in typed_in(COMMANDS)}
    ours = {(name,) for name in known().commands} | {("bench", name) for name in known(("bench",)).commands}

    assert not ours - told - {("bench",), ("keys",)}, "say in docs/commands.md what they do"


@named
def test_a_link_leads_somewhere(page: Path) -> None:
    dead = []
    for link in LINK.findall(FENCED.sub("", page.read_text(encoding="utf-8"))):
        if "://" in link:
            continue
        file, _, anchor = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        if not target.exists() or (anchor and anchor not in anchors_of(target)):
            dead.append(link)

    assert not dead


@named
def test_a_file_a_page_names_is_there(page: Path) -> None:
    missing = [file for file in FILE.findall(page.read_text(encoding="utf-8")) if not (ROOT / file).exists()]

    assert not missing


def test_what_the_picture_names_is_there() -> None:
    picture = (ROOT / "docs" / "house.svg").read_text(encoding="utf-8")
    files = [file for files in IN_PICTURE.findall(picture) for file in files.split(", ")]

    assert len(files) > 10
    assert not [file for file in files if not ((ROOT / file).exists() or (ROOT / "agentmem" / file).exists())]


def test_readme_is_a_screen_and_a_half() -> None:
    length = len((ROOT / "README.md").read_text(encoding="utf-8").splitlines())

    assert length <= SCREEN_AND_A_HALF, f"README has {length} lines: move what a reader looks for elsewhere to docs/"


def anchors_of(page: Path) -> set[str]:
    """Return what GitHub names the headings of a page."""
    heads = HEADING.findall(FENCED.sub("", page.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}
