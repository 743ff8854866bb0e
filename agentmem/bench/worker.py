"""What a worker of a cluster does with a cell: it runs it as `local.py` does, in a folder that is soon gone."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from importlib.metadata import entry_points
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from time import time

from agentmem.agent.trajectory import versions
from agentmem.bench import local
from agentmem.bench.evaluation import Cell
from agentmem.bench.results import CELLS, LOCK, Finished, Folder
from agentmem.bench.running import Running
from agentmem.discovery import GROUP
from agentmem.errors import InvalidInput

ROOM = "agentmem-cell-"
"""How the folders of cells at work begin."""
NEW_S = 60.0
"""How old a folder is before one asks whether its worker lives: no worker takes so long to lock a new one."""


@dataclass(frozen=True)
class Task:
    """What a worker is sent: a cell, how it is run, the files of plugins by name, and what must be installed."""

    cell: Cell
    how: Running
    plugins: Mapping[str, bytes]
    installed: Mapping[str, str]


@dataclass(frozen=True)
class Report:
    """What a worker sends back: how the cell ended, and the files it keeps, by their path in its folder."""

    finished: Finished
    kept: Mapping[str, bytes]


def work(task: Task) -> Report:
    """Run a cell, and return how it ended; its store is gone.

    Raises:
        InvalidInput: other versions are installed here.
        StoreUnavailable: there is no room for the cell.
    """
    _refuse_others(task.installed)
    with _room() as place:
        files = {name: place / name for name in task.plugins}
        for name, file in files.items():
            file.write_bytes(task.plugins[name])
        how = replace(task.how, also=tuple(str(files.get(name, name)) for name in task.how.also))
        finished = local.run_one(task.cell, Folder(place), how)
        cell = place / CELLS / finished.key
        return Report(finished, {str(one.relative_to(cell)): one.read_bytes() for one in _files(cell)})


@contextmanager
def _room() -> Iterator[Path]:
    """Give a folder of this machine, for one cell; what workers that were killed have left is gone."""
    from filelock import FileLock, Timeout

    for other in Path(gettempdir()).glob(f"{ROOM}*"):
        with suppress(OSError, Timeout):
            if time() - other.stat().st_mtime > NEW_S:
                with FileLock(other / LOCK, timeout=0):
                    shutil.rmtree(other, ignore_errors=True)
    with TemporaryDirectory(prefix=ROOM, ignore_cleanup_errors=True) as path, FileLock(Path(path, LOCK)):
        yield Path(path)


def _files(folder: Path) -> list[Path]:
    return sorted(one for one in folder.rglob("*") if one.is_file())


def _refuse_others(wanted: Mapping[str, str]) -> None:
    """Raise `InvalidInput` where anything differs from what is installed in the process that runs the grid."""
    here = installed()
    for name in sorted(wanted.keys() | here.keys()):
        ours, theirs = wanted.get(name), here.get(name)
        if ours != theirs:
            raise InvalidInput(
                f"the worker {socket.gethostname()} has {_version(name, theirs)}, and whoever runs the grid "
                f"{_version(name, ours)}; install the same on every node"
            )


def _version(name: str, version: str | None) -> str:
    return f"no {name}" if version is None else f"{name} {version}"


def installed() -> dict[str, str]:
    """Return the versions of what results depend on: ours, and of all that bring plugins."""
    bring = {one.dist.name: one.dist.version for one in entry_points(group=GROUP) if one.dist is not None}
    return versions() | bring
