"""What was measured, one line of JSON a course, appended as it ends; so that a run that was stopped goes on."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

from peers.roster import Peer
from peers.served import Json

RESULTS = "results.jsonl"


def key(peer: Peer, conversation: str, turns: int) -> str:
    """Name a course: who, pinned how, was told how much of what.

    >>> key(Peer("mem0", "d", ("mem0ai==2.2.1",)), "conv-26", 0)
    'mem0 | mem0ai==2.2.1 | conv-26 | all'
    """
    return " | ".join(filter(None, [peer.name, " ".join(peer.needs), conversation, str(turns or "all")]))


class Kept:
    """The results of a folder. The last line of a key counts; a torn last line is left out."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / RESULTS
        self._lines = {line["key"]: line for line in self._read()}

    def done(self, key: str) -> bool:
        """Whether a course ended without an error; one that failed is run again."""
        return key in self._lines and not self._lines[key]["error"]

    def add(self, line: Json) -> None:
        """Write one down; on the disk when this returns."""
        self._lines[line["key"]] = line
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
            file.flush()
            os.fsync(file.fileno())

    @property
    def lines(self) -> list[Json]:
        """Every course, in the order first written."""
        return list(self._lines.values())

    def _read(self) -> Iterator[Json]:
        if not self._path.is_file():
            return
        whole = self._path.read_text(encoding="utf-8")
        if whole and not whole.endswith("\n"):
            whole = whole[: whole.rfind("\n") + 1]
            self._path.write_text(whole, encoding="utf-8")
        yield from map(json.loads, whole.splitlines())
