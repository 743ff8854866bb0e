"""Cells of a grid on this machine: each in a process of its own, as many at once as are asked for.

A process is forked from one that has loaded the modules the first cell needed, so it begins at once, and shares
nothing but code. One that hangs is ended with all it has started; all of them end with whoever runs the grid.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import sys
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from multiprocessing.process import parent_process
from pathlib import Path
from time import monotonic

from agentmem.bench.evaluation import Cell
from agentmem.bench.results import Finished, Folder
from agentmem.bench.running import Running, broken_off, run_cell

OUTPUT = "output.txt"
"""What a cell and its plugins printed."""
LEAVING_S = 5.0
"""How long a process that has told its result may take to leave."""
FORKS = "forkserver" in multiprocessing.get_all_start_methods()
_needed: list[str] = []
"""The modules that the first cell run from here has needed; later ones are forked from a process that holds them."""


def run(cells: Sequence[Cell], folder: Folder, how: Running) -> Iterator[Finished]:
    """Run cells, and yield each as it ends; a `running.Executor`."""
    left = deque(cells)
    at_work: list[_Worker] = []
    try:
        if FORKS and len(left) > how.jobs and not _needed:
            yield run_one(left.popleft(), folder, how)
        while left or at_work:
            while left and len(at_work) < how.jobs:
                at_work.append(_Worker(left.popleft(), folder, how))
            for worker in _wait(at_work):
                at_work.remove(worker)
                yield worker.finish()
    finally:
        for worker in at_work:
            worker.end()


def run_one(cell: Cell, folder: Folder, how: Running) -> Finished:
    """Run one of many cells that come one after the other, and return how it ended."""
    worker = _Worker(cell, folder, how)
    try:
        _wait([worker])
        finished = worker.finish()
    except BaseException:
        worker.end()
        raise
    if FORKS and not _needed:
        _needed.extend(worker.modules)
        multiprocessing.get_context("forkserver").set_forkserver_preload(_needed)
    return finished


class _Worker:
    """A process that runs one cell."""

    def __init__(self, cell: Cell, folder: Folder, how: Running) -> None:
        self.cell, self.folder, self.how = cell, folder, how
        self.attempt = folder.attempt(cell)
        self.modules: list[str] = []
        self.started = datetime.now(UTC)
        self.deadline = monotonic() + how.timeout_s
        context: BaseContext = multiprocessing.get_context("forkserver" if _needed else "spawn")
        self.heard, told = context.Pipe(duplex=False)
        self.process = context.Process(target=_work, args=(cell, self.attempt, how, told))  # type: ignore[attr-defined]
        self.process.start()
        told.close()

    @property
    def is_late(self) -> bool:
        """Whether its time is over."""
        return monotonic() > self.deadline

    def finish(self) -> Finished:
        """Return how the cell ended, once that is in the folder; one whose time is over is ended."""
        try:
            finished, self.modules = self._told()
        finally:
            self.process.join(0 if self.is_late else LEAVING_S)
            self._kill()
        self.folder.keep(self.attempt, finished)
        return finished

    def end(self) -> None:
        """End it, as if it had never begun."""
        self._kill()
        shutil.rmtree(self.attempt, ignore_errors=True)

    def _told(self) -> tuple[Finished, list[str]]:
        if self.heard.poll():
            with suppress(EOFError):
                told: tuple[Finished, list[str]] = self.heard.recv()
                return told
        elif self.is_late:
            why = f"it took longer than {self.how.timeout_s:g} s, and was ended; --timeout gives it more"
            return broken_off(self.cell, self.started, why), []
        self.process.join(LEAVING_S)
        return broken_off(self.cell, self.started, _last_word(self.process.exitcode)), []

    def _kill(self) -> None:
        """End the process, and all that it has started."""
        if self.process.pid is not None and hasattr(os, "killpg"):
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        self.process.join()
        self.heard.close()


def _wait(workers: Sequence[_Worker]) -> list[_Worker]:
    """Wait until some of them have told a result, have died, or are late; return those."""
    heard = {worker.heard: worker for worker in workers}
    soonest = min(worker.deadline for worker in workers) - monotonic()
    ready = wait(list(heard), timeout=max(0.0, soonest))
    found = [heard[one] for one in ready if isinstance(one, Connection)]
    return found + [worker for worker in workers if worker.is_late and worker not in found]


def _last_word(code: int | None) -> str:
    """Return why a process left without a result.

    >>> _last_word(-9), _last_word(3)
    ('its process was ended by signal 9; is there memory enough?', 'its process left with exit code 3')
    """
    if code is not None and code < 0:
        return f"its process was ended by signal {-code}; is there memory enough?"
    return f"its process left with exit code {code}"


def _work(cell: Cell, attempt: Path, how: Running, told: Connection) -> None:
    """Run one cell and tell how it ended, and which modules it needed: what a process does."""
    if hasattr(os, "setpgid"):
        os.setpgid(0, 0)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    output = attempt / OUTPUT
    with output.open("wb", buffering=0) as printed:
        for stream in (sys.stdout, sys.stderr):
            os.dup2(printed.fileno(), stream.fileno())
    finished = run_cell(cell, attempt, how)
    sys.stdout.flush()
    sys.stderr.flush()
    if not output.stat().st_size:
        output.unlink()
    modules = [name for name, module in list(sys.modules.items()) if getattr(module, "__spec__", None) is not None]
    told.send((finished, [name for name in modules if not name.startswith("__")]))


def _end_with_parent() -> None:
    """Wait until whoever runs the grid is gone, and then end this process and all that it has started."""
    parent = parent_process()
    if parent is None:
        return
    wait([parent.sentinel])
    if hasattr(os, "killpg"):
        os.killpg(0, signal.SIGKILL)
    os._exit(1)
