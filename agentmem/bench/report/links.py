"""Where things lead: anchors within the page, the files of a cell, and the command that replays it."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from agentmem.bench.evaluation import STORE
from agentmem.bench.evaluations.play import TRAJECTORY
from agentmem.bench.report.board import Board, Group
from agentmem.bench.results import CELLS, Finished


@dataclass(frozen=True)
class FileLink:
    """A file of a cell: its name, and where it is from the page."""

    name: str
    href: str


@dataclass(frozen=True)
class Links:
    """What leads where in one page.

    Attributes:
        board: What is compared.
        folder: The grid's.
        page: The file the page is written to; links to files are relative to it.
    """

    board: Board
    folder: Path
    page: Path

    def memory(self, called: str) -> int:
        """Return the number of a memory: by name, so that it stays when results are added."""
        return sorted(self.board.memories).index(called)

    def cell(self, one: Finished) -> str:
        """Return the anchor of a cell."""
        return f"cell-{one.key}"

    def group(self, group: Group) -> str:
        """Return the anchor of the cells of a memory on a task."""
        return f"group-{self.board.tasks.index(group.task)}-{self.memory(group.memory)}"

    def all_of(self, called: str) -> str:
        """Return the anchor of all cells of a memory."""
        return f"memory-{self.memory(called)}"

    def file(self, *parts: str) -> str:
        """Return the address, relative to the page, of something in the grid's folder."""
        return quote(Path(os.path.relpath(self.folder.joinpath(*parts), self.page.parent)).as_posix())

    def files(self, one: Finished) -> list[FileLink]:
        """Return the files that were kept of a cell, by name; not its store, which may be large."""
        kept = self.folder / CELLS / one.key
        names = sorted(file.name for file in kept.iterdir() if file.is_file()) if kept.is_dir() else []
        return [FileLink(name, self.file(CELLS, one.key, name)) for name in names if not name.startswith(STORE)]

    def replay(self, one: Finished) -> str:
        """Return the command that does a cell's episode again, typed in the grid's folder; "" where it is none."""
        path = Path(CELLS, one.key, TRAJECTORY)
        return shlex.join(["agentmem", "replay", path.as_posix()]) if (self.folder / path).is_file() else ""
