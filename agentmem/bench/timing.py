"""Timing side by side: what is compared takes turns, so that a busy moment of the machine meets all of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Mapping
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from types import TracebackType
from typing import NamedTuple, Self, TypeVar

Name = TypeVar("Name", bound=Hashable)
PAGE = 4096
Moved = Callable[[str, int], None]
"""Is told what is worked on, and how much of it was done since."""


def unwatched(what: str, done: int) -> None:
    """Be told, and show nothing."""


class Spent(NamedTuple):
    """Milliseconds on the wall, and of the processor: all threads of this process together."""

    wall_ms: float
    cpu_ms: float


class Stopwatch:
    """Runs from when it is made."""

    def __init__(self) -> None:
        self._wall, self._cpu = perf_counter(), process_time()

    def read(self) -> Spent:
        """Return what was spent so far."""
        wall, cpu = perf_counter() - self._wall, process_time() - self._cpu
        return Spent(wall * 1e3, cpu * 1e3)


def milliseconds(work: Callable[[], object]) -> float:
    """Return how long `work` took, on the wall."""
    started = perf_counter()
    work()
    return (perf_counter() - started) * 1e3


def by_turns(works: Mapping[Name, Callable[[], object]], *, rounds: int) -> dict[Name, float]:
    """Return the median milliseconds of each work over `rounds` rounds; in each round every work runs once.

    >>> sorted(by_turns({"nothing": int, "something": lambda: sum(range(9))}, rounds=3))
    ['nothing', 'something']
    """
    spent: dict[Name, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            spent[name].append(milliseconds(work))
    return {name: median(times) for name, times in spent.items()}


class BareDisk:
    """A new file in `folder` that one page after another is written to, each forced to the disk.

    What a durable write costs at the least, whoever does it. Gone when closed.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / f"bare-disk-{os.getpid()}.bin"
        self._file = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600)
        self._page = os.urandom(PAGE)
        self._pages = 0

    def write(self) -> None:
        """Write one more page of 4 KB and wait for the disk."""
        os.pwrite(self._file, self._page, PAGE * self._pages)
        os.fdatasync(self._file)
        self._pages += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._file)
        self._path.unlink()
