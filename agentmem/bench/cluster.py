"""Cells of a grid on a Ray cluster: each is a task, which its worker runs as `local.py` does, in a process apart.

Workers share no disk with whoever runs the grid. The store of a cell is a file of its worker; what the cell keeps
comes back with its result, and is written down here and nowhere else. A worker or node that dies takes its cells
along; Ray starts those elsewhere.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agentmem.bench.connecting import connected
from agentmem.bench.evaluation import Cell
from agentmem.bench.results import Finished, Folder
from agentmem.bench.running import Executor, Running, broken_off
from agentmem.bench.worker import Report, Task, installed, work
from agentmem.errors import AgentmemError, InvalidInput
from agentmem.fault import in_words

if TYPE_CHECKING:
    from ray import ObjectRef

DEATHS = 3
"""How often a cell is started again because its worker or node died."""
QUEUED = 2
"""How many tasks there are for each processor: one at work, and one that waits, so that none is idle."""
LOOK_S = 5.0
"""How often one looks whether the cluster has grown."""


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

    task = ray.remote(num_cpus=1, max_retries=DEATHS, scheduling_strategy="SPREAD")(work)
    plugins = _plugin_files(how)
    also = tuple(Path(one).name if Path(one).name in plugins else one for one in how.also)
    sent = Task(cells[0], replace(how, jobs=1, also=also), plugins, installed())
    left = deque(cells)
    at_work: dict[ObjectRef[Any], tuple[Cell, datetime]] = {}
    while left or at_work:
        most = how.jobs or QUEUED * _processors()
        while left and len(at_work) < most:
            cell = left.popleft()
            at_work[task.remote(replace(sent, cell=cell))] = cell, datetime.now(UTC)
        for ended in ray.wait(list(at_work), timeout=LOOK_S)[0]:
            report = _reported(ended, *at_work.pop(ended))
            folder.keep(folder.brought(report.finished.cell, report.kept), report.finished)
            yield report.finished


def _reported(ended: ObjectRef[Any], cell: Cell, begun: datetime) -> Report:
    """Return what a worker has sent, or that the cell was broken off.

    Raises:
        InvalidInput: the worker cannot run cells of ours.
    """
    import ray
    from ray.exceptions import RayError, RaySystemError, RayTaskError

    try:
        report: Report = ray.get(ended)
    except RayTaskError as failed:
        if isinstance(failed.cause, InvalidInput):
            raise failed.cause from None
        if not isinstance(failed.cause, (AgentmemError, OSError)):
            raise InvalidInput(_unfit(failed)) from None
        return Report(broken_off(cell, begun, f"its worker failed: {in_words(failed.cause)}"), {})
    except RaySystemError:
        raise
    except RayError as lost:
        why = f"its worker was lost {DEATHS + 1} times ({type(lost).__name__}); is there memory enough?"
        return Report(broken_off(cell, begun, why), {})
    return report


def _unfit(failed: Exception) -> str:
    """Return why a worker ran nothing."""
    last = str(failed).strip().splitlines()[-1]
    ours = ", ".join(f"{name} {version}" for name, version in sorted(installed().items()))
    return f"a worker of the cluster cannot run cells ({last}); install there what is installed here: {ours}"


def _plugin_files(how: Running) -> dict[str, bytes]:
    """Return the plugins that are files here, by name; the others must be installed on the nodes."""
    return {Path(one).name: Path(one).read_bytes() for one in how.also if Path(one).is_file()}


def _processors() -> int:
    """Return how many cells can be at work at once; at least one is waited for."""
    import ray

    return max(1, int(ray.cluster_resources().get("CPU", 0)))  # type: ignore[no-untyped-call]
