"""One process at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def alone(file: Path) -> Iterator[None]:
    """Wait until no other process is in here with the same file; one that dies in here is out."""
    import fcntl  # there is none on Windows

    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
