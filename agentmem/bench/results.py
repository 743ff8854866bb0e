"""The folder of a grid: what was asked for, one line for each cell that has ended, and what the cells kept.

DIR/grid.json       the manifest
DIR/results.jsonl   one line a cell, forced to the disk as it ends; the last line of a key counts, where it was
                    measured with the code and data that are asked for now
DIR/cells/KEY/      trajectory, probes: whatever the evaluation of that cell keeps
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import AwareDatetime, JsonValue, ValidationError

from agentmem.agent.trajectory import versions
from agentmem.bench.evaluation import STORE, Cell, Outcome
from agentmem.errors import InvalidInput, MissingExtra, StoreUnavailable
from agentmem.events import Value

FORMAT = 1
MANIFEST, RESULTS, CELLS, LOCK = "grid.json", "results.jsonl", "cells", ".lock"
ATTEMPT = ".attempt-"


class Finished(Value):
    """A cell that has ended.

    Attributes:
        key: Of the cell.
        cell: What was run.
        outcome: What it came to; None where it failed.
        error: Why it failed, in one sentence; "" where it did not.
        seconds, cpu_s: Wall time, and processor time with that of its children.
        started: When.
        worker: Where: host and process.
    """

    key: str
    cell: Cell
    outcome: Outcome | None = None
    error: str = ""
    seconds: float
    cpu_s: float = 0.0
    started: AwareDatetime
    worker: str = ""


class Manifest(Value):
    """What a folder was made for.

    Attributes:
        format: Of the folder.
        name: Of the grid.
        created: When it was first started.
        versions, machine: Of what, and on what it was started.
        keys, cells: All cells that were asked for; a folder of an earlier version holds only their keys.
        grid: What was asked for, as it was written.
    """

    format: int = FORMAT
    name: str
    created: AwareDatetime
    versions: dict[str, str]
    machine: dict[str, JsonValue]
    keys: tuple[str, ...]
    cells: tuple[Cell, ...] = ()
    grid: dict[str, Any]


class Results(Value):
    """What stands in a folder.

    Attributes:
        manifest: What was asked for.
        finished: Each cell that has ended once, in the order they were asked for, and called what they were last.
        outdated: How many have come to something only with other code or data than is asked for now; not among those.
        damaged: Which lines of the results are none, from 1; what stood there has not ended.
    """

    manifest: Manifest
    finished: tuple[Finished, ...]
    outdated: int = 0
    damaged: tuple[int, ...] = ()

    @property
    def missing(self) -> int:
        """How many cells that were asked for have not ended."""
        return len(set(self.manifest.keys) - {one.key for one in self.finished})

    @property
    def damage(self) -> str:
        """Which lines are damaged, in a sentence; "" where none is."""
        lines = ", ".join(map(str, self.damaged))
        return f"{RESULTS} is damaged in line {lines}; what stood there is not counted" if lines else ""


def read(folder: Path) -> Results:
    """Return what stands in a folder; a line that was cut short, or is damaged, is not counted.

    Raises:
        InvalidInput: it is no folder of a grid, or of a newer format.
    """
    manifest = _manifest(folder)
    if manifest is None:
        raise InvalidInput(f"{folder} holds no {MANIFEST}, so it is no grid's; make one with: agentmem bench play")
    last: dict[str, Finished] = {}
    damaged = []
    for number, line in enumerate(_whole(folder / RESULTS).split(b"\n")[:-1], start=1):
        one = _result(line, place=f"{folder / RESULTS}, line {number}")
        if one is None:
            damaged.append(number)
        else:
            last[one.key] = one
    ended = [last[key] for key in manifest.keys if key in last]
    asked = dict(zip(manifest.keys, manifest.cells, strict=False))
    counting = [one for one in ended if one.key not in asked or one.cell.fingerprint == asked[one.key].fingerprint]
    finished = tuple(one.model_copy(update={"cell": asked.get(one.key, one.cell)}) for one in counting)
    outdated = sum(one.outcome is not None for one in ended) - sum(one.outcome is not None for one in counting)
    return Results(manifest=manifest, finished=finished, outdated=outdated, damaged=tuple(damaged))


def _result(line: bytes, *, place: str) -> Finished | None:
    """Return the result in a line; None where it is damaged.

    Raises:
        InvalidInput: it says more than this version knows.
    """
    try:
        return Finished.model_validate_json(line)
    except ValidationError as error:
        if any(one["type"] == "extra_forbidden" for one in error.errors()):
            raise InvalidInput(f"{place} is a result of a newer agentmem; update it, or take the line out") from None
        return None


class Folder:
    """A grid's folder that is written to, by one process at a time; made by `opened`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, finished: Finished) -> None:
        """Write down that a cell has ended; it is on the disk afterwards.

        Raises:
            StoreUnavailable: the disk does not take it; what stood there before is kept.
        """
        line = finished.model_dump_json().encode() + b"\n"
        try:
            with (self.path / RESULTS).open("ab", buffering=0) as lines:
                lines.write(line)
                os.fsync(lines.fileno())
        except OSError as error:
            raise _unwritten(self.path, error) from error

    def attempt(self, cell: Cell) -> Path:
        """Return a new folder in which a cell may be tried.

        Raises:
            StoreUnavailable: it cannot be made.
        """
        try:
            (self.path / CELLS).mkdir(exist_ok=True)
            return Path(tempfile.mkdtemp(prefix=f"{ATTEMPT}{cell.key}-", dir=self.path / CELLS))
        except OSError as error:
            raise _unwritten(self.path, error) from error

    def brought(self, cell: Cell, kept: Mapping[str, bytes]) -> Path:
        """Return a new folder with what a cell that was tried elsewhere keeps: files, by their path in it.

        Raises:
            StoreUnavailable: it cannot be written.
        """
        attempt = self.attempt(cell)
        try:
            for name, content in kept.items():
                place = attempt / name
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)
        except OSError as error:
            raise _unwritten(self.path, error) from error
        return attempt

    def keep(self, attempt: Path, finished: Finished) -> None:
        """Let what an attempt left be what the cell keeps, but for its store, and write down that the cell has ended.

        Raises:
            StoreUnavailable: the disk does not take it.
        """
        for file in attempt.glob(f"{STORE}*"):
            file.unlink()
        place = self.path / CELLS / finished.key
        shutil.rmtree(place, ignore_errors=True)
        try:
            if any(attempt.iterdir()):
                attempt.rename(place)
            else:
                attempt.rmdir()
        except OSError as error:
            raise _unwritten(self.path, error) from error
        self.append(finished)


@contextmanager
def opened(path: Path, *, name: str, cells: Sequence[Cell], grid: dict[str, Any]) -> Iterator[Folder]:
    """Give the folder of a grid, new or begun; what a killed run left half-done in it is gone.

    Args:
        path: Of the folder.
        name: Of the grid.
        cells: All that are asked for; those of a begun grid must be among them, so a grid may grow.
        grid: What was asked for, to be read again by people.

    Raises:
        InvalidInput: the folder is another grid's, holds something else, or is in use.
        StoreUnavailable: it cannot be written.
        MissingExtra: `filelock` is not installed.
    """
    now = {"keys": tuple(cell.key for cell in cells), "cells": tuple(cells), "grid": grid, "versions": versions()}
    before = _manifest(path)
    if before is None and path.exists() and (not path.is_dir() or any(one.name != LOCK for one in path.iterdir())):
        raise InvalidInput(f"{path} is there and is no grid's folder; give another with --out DIR")
    if before is not None and (others := set(before.keys) - set(now["keys"])):
        raise InvalidInput(
            f"{path} is of another grid, with {len(others)} cells that are not asked for now; give another --out DIR, "
            "or ask for the same and more"
        )
    try:
        path.mkdir(parents=True, exist_ok=True)
        with _alone(path):
            made = _new(name, now) if before is None else before.model_copy(update=now)
            if made != before:
                _write(path / MANIFEST, made.model_dump_json(indent=1))
            _clean(path)
            yield Folder(path)
    except OSError as error:
        raise _unwritten(path, error) from error


def _new(name: str, asked: Mapping[str, Any]) -> Manifest:
    machine: dict[str, JsonValue] = {
        "system": platform.platform(),
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
    }
    return Manifest(name=name, created=datetime.now(UTC), machine=machine, **asked)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep every other process out of the folder meanwhile."""
    try:
        from filelock import FileLock, Timeout
    except ImportError:
        raise MissingExtra.needs("bench", what="a grid") from None
    lock = FileLock(path / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise InvalidInput(f"{path} is worked on by another run; wait for it, or give another --out DIR") from None
    try:
        yield
    finally:
        lock.release()


def _clean(path: Path) -> None:
    """Remove attempts that were not finished, and cut a line that was not."""
    for attempt in (path / CELLS).glob(f"{ATTEMPT}*"):
        shutil.rmtree(attempt, ignore_errors=True)
    results = path / RESULTS
    if results.exists():
        whole = len(_whole(results))
        if whole < results.stat().st_size:
            os.truncate(results, whole)


def _whole(path: Path) -> bytes:
    """Return a file up to the end of its last line that ends as lines do."""
    held = path.read_bytes() if path.exists() else b""
    return held[: held.rfind(b"\n") + 1]


def _manifest(folder: Path) -> Manifest | None:
    """Return the manifest of a folder; None where there is none.

    Raises:
        InvalidInput: it is of another format, or broken.
    """
    path = folder / MANIFEST
    if not path.is_file():
        return None
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(said, dict) and said.get("format", FORMAT) != FORMAT:
            raise InvalidInput(f"{path} is of format {said['format']!r}, and this agentmem reads {FORMAT}; update it")
        return Manifest.model_validate(said)
    except ValueError as error:
        if isinstance(error, InvalidInput):
            raise
        raise InvalidInput(f"{path} cannot be read as a grid's manifest; give another folder") from None


def _write(path: Path, text: str) -> None:
    """Write a file whole, or not at all."""
    new = path.with_suffix(".new")
    with new.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def _unwritten(path: Path, error: OSError) -> StoreUnavailable:
    why = error.strerror or type(error).__name__
    return StoreUnavailable(f"{path} cannot be written ({why}); mend that, and run the same again: it goes on")
