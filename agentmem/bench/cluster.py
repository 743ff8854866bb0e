"""Cells of a grid on a Ray cluster: each is a task, which its worker runs as `local.py` does, in a process apart.

Workers share no disk with whoever runs the grid. The store of a cell is a file of its worker; what the cell keeps
comes back with its result, and is written down here and nowhere else. A worker or node that dies takes its cells
along; Ray starts those elsewhere.
"""

from __future__ import annotations

import shutil
import socket
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import entry_points
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from time import time
from typing import TYPE_CHECKING, Any

from agentmem.agent.trajectory import versions
from agentmem.bench import local
from agentmem.bench.connecting import connected
from agentmem.bench.evaluation import Cell
from agentmem.bench.results import CELLS, LOCK, Finished, Folder
from agentmem.bench.running import Executor, Running, broken_off
from agentmem.discovery import GROUP, in_words
from agentmem.errors import AgentmemError, InvalidInput

if TYPE_CHECKING:
    from ray import ObjectRef

DEATHS = 3
"""How often a cell is started again because its worker or node died."""
QUEUED = 2
"""How many tasks there are for each processor: one at work, and one that waits, so that none is idle."""
ROOM = "agentmem-cell-"
"""How the folders of cells at work begin."""
NEW_S = 60.0
"""How old a folder is before one asks whether its worker lives: no worker takes so long to lock a new one."""
LOOK_S = 5.0
"""How often one looks whether the cluster has grown."""


@dataclass(frozen=True)
class _Task:
    """What a worker is sent: a cell, how it is run, the files of plugins by name, and what must be installed."""

    cell: Cell
    how: Running
    plugins: Mapping[str, bytes]
    installed: Mapping[str, str]


@dataclass(frozen=True)
class _Report:
    """What a worker sends back: how the cell ended, and the files it keeps, by their path in its folder."""

    finished: Finished
    kept: Mapping[str, bytes]


def on(address: str) -> Executor:
    """Return the executor that runs cells on a cluster.

    Without a number of jobs it runs as many at once as the cluster has processors, also when that grows.

    Args:
        address: `local` to start Ray on this machine; `ray://HOST:10001` from anywhere; `HOST:6379` on a node.

    Raises:
        MissingExtra: Ray is not installed; raised, as all that follow, when the first cell is run.
        InvalidInput: the address is none, or a worker has other versions installed than this process.
        ClusterUnavailable: nothing that can be used answers there; or it was lost, with what has ended in the folder.
    """

    def run(cells: Sequence[Cell], folder: Folder, how: Running) -> Iterator[Finished]:
        if cells:
            with connected(address, processors=how.jobs):
                yield from _gathered(cells, folder, how)

    return run


def _gathered(cells: Sequence[Cell], folder: Folder, how: Running) -> Iterator[Finished]:
    """Keep the cluster busy, and yield each cell once what it kept is in the folder.

    Whatever is at work when this is left, Ray ends when it is left. `ray.cancel` must not be asked: a process that
    leaves Ray after it may crash.
    """
    import ray

    task = ray.remote(num_cpus=1, max_retries=DEATHS, scheduling_strategy="SPREAD")(_work)
    plugins = _plugin_files(how)
    also = tuple(Path(one).name if Path(one).name in plugins else one for one in how.also)
    sent = _Task(cells[0], replace(how, jobs=1, also=also), plugins, _installed())
    left = deque(cells)
    at_work: dict[ObjectRef[Any], tuple[Cell, datetime]] = {}
    while left or at_work:
        most = how.jobs or QUEUED * _processors()
        while left and len(at_work) < most:
            cell = left.popleft()
            at_work[task.remote(replace(sent, cell=cell))] = cell, datetime.now(UTC)
        for ended in ray.wait(list(at_work), timeout=LOOK_S)[0]:
            yield _kept(_reported(ended, *at_work.pop(ended)), folder)


def _reported(ended: ObjectRef[Any], cell: Cell, begun: datetime) -> _Report:
    """Return what a worker has sent, or that the cell was broken off.

    Raises:
        InvalidInput: the worker cannot run cells of ours.
    """
    import ray
    from ray.exceptions import RayError, RaySystemError, RayTaskError

    try:
        report: _Report = ray.get(ended)
    except RayTaskError as failed:
        if isinstance(failed.cause, InvalidInput):
            raise failed.cause from None
        if not isinstance(failed.cause, (AgentmemError, OSError)):
            raise InvalidInput(_unfit(failed)) from None
        return _Report(broken_off(cell, begun, f"its worker failed: {in_words(failed.cause)}"), {})
    except RaySystemError:
        raise
    except RayError as lost:
        why = f"its worker was lost {DEATHS + 1} times ({type(lost).__name__}); is there memory enough?"
        return _Report(broken_off(cell, begun, why), {})
    return report


def _unfit(failed: Exception) -> str:
    """Return why a worker ran nothing."""
    last = str(failed).strip().splitlines()[-1]
    ours = ", ".join(f"{name} {version}" for name, version in sorted(_installed().items()))
    return f"a worker of the cluster cannot run cells ({last}); install there what is installed here: {ours}"


def _kept(report: _Report, folder: Folder) -> Finished:
    """Write down what has come back."""
    attempt = folder.attempt(report.finished.cell)
    for name, content in report.kept.items():
        place = attempt / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    folder.keep(attempt, report.finished)
    return report.finished


def _work(task: _Task) -> _Report:
    """Run a cell: what a worker does.

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
        return _Report(finished, {str(one.relative_to(cell)): one.read_bytes() for one in _files(cell)})


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


def _refuse_others(installed: Mapping[str, str]) -> None:
    """Raise `InvalidInput` where anything differs from what is installed in the process that runs the grid."""
    here = _installed()
    for name in sorted(installed.keys() | here.keys()):
        ours, theirs = installed.get(name), here.get(name)
        if ours != theirs:
            raise InvalidInput(
                f"the worker {socket.gethostname()} has {_version(name, theirs)}, and whoever runs the grid "
                f"{_version(name, ours)}; install the same on every node"
            )


def _version(name: str, version: str | None) -> str:
    return f"no {name}" if version is None else f"{name} {version}"


def _installed() -> dict[str, str]:
    """Return the versions of what results depend on: ours, and of all that bring plugins."""
    bring = {one.dist.name: one.dist.version for one in entry_points(group=GROUP) if one.dist is not None}
    return versions() | bring


def _plugin_files(how: Running) -> dict[str, bytes]:
    """Return the plugins that are files here, by name; the others must be installed on the nodes."""
    return {Path(one).name: Path(one).read_bytes() for one in how.also if Path(one).is_file()}


def _processors() -> int:
    """Return how many cells can be at work at once; at least one is waited for."""
    import ray

    return max(1, int(ray.cluster_resources().get("CPU", 0)))  # type: ignore[no-untyped-call]
