"""Kills a writer at every write point in turn, and looks at what is left. Run as a script, prints a JSON line.

Each round forks a child that adds events to a fresh store, takes one of them back,
corrects another, deletes a third, and is killed with SIGKILL at its k-th step of writing: see `fuse.py`.
The parent then opens the store, lets it catch up, adds what is missing, and
compares the graph with that of a run that was never killed. What is taken back is
asked of every memory of a stack or of none, so it shows whether that is missing.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fuse import fused  # type: ignore[import-not-found] # beside this script

from agentmem import AgentMemory, Event, Host
from agentmem.graph.contract import Where
from agentmem.graph.digest import digest
from agentmem.journal import OPERATION, Journal
from agentmem.memory import Memory
from agentmem.testing.languages import PretendModel
from agentmem.testing.neo4j.roots import store_uri
from agentmem.testing.notebook import Notebook

EVENTS = 5
SCRATCH = "/dev/shm" if Path("/dev/shm").is_dir() else None  # a kill does not test the disk, so memory will do
HOST = Host()


def events() -> list[Event]:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    said = ["-= Kitchen =-\nYou see a table. On the table is a key.", "You take the key from the table.", "Mia has tea"]
    return [Event(id=f"e{i}", text=f"{said[i % 3]} {i}", at=start + timedelta(minutes=i)) for i in range(EVENTS)]


def opened(place: str, name: str, leaves: bool) -> AgentMemory:
    memory: list[str | Memory] = [Notebook() if one == "notebook" else one for one in name.split("+")]
    language = HOST.language("rules")
    return AgentMemory(place, memory=memory, language=PretendModel(language) if leaves else language, host=HOST)


def write(place: str, name: str, leaves: bool, acknowledge: int) -> None:
    """Add all events one by one, acknowledging each as soon as `add_many` returns."""
    with opened(place, name, leaves) as memory:
        for event in events():
            memory.add_many([event])
            os.write(acknowledge, f"{event.id}\n".encode())
        take_back(memory)


def take_back(memory: AgentMemory) -> None:
    """Undo an event in every memory, unless that was asked already; correct another, and delete a third."""
    last = events()[-1].at
    if not memory.graph.scan(Where(memory="", label=OPERATION), limit=1):
        memory.undo("e1", now=last)
    memory.add_many([Event(id="c2", text="Mia has coffee", at=last, corrects="e2")])
    memory.delete("e3")


def whole(place: str, name: str, leaves: bool) -> str:
    """Add what is not there yet, take back what should be, and return the digests of the memories."""
    with opened(place, name, leaves) as memory:
        memory.add_many(events())
        take_back(memory)
        return " ".join(digest(memory.graph, one.name) for one in memory.stack.memories)


def killed_at(point: int, place: str, name: str, leaves: bool) -> tuple[bool, list[str]]:
    """Fork a writer that dies at its step `point` of writing; return whether it died, and what it acknowledged."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        fused(place, point)
        write(place, name, leaves, writing)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        acknowledged = pipe.read().split()
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) != 0:
        raise RuntimeError(f"the writer failed by itself: {status}")
    return os.WIFSIGNALED(status), acknowledged


def main(name: str, leaves: bool, step: int, server: str, near: int | None) -> None:
    rounds = lost = different = 0
    with tempfile.TemporaryDirectory(dir=SCRATCH) as folder:

        def place(file: str) -> str:
            path = Path(folder) / f"{file}.db"
            return store_uri(server, path, near=near) if server else str(path)

        expected = whole(place("whole"), name, leaves)
        died, point = True, 0
        while died:
            died, acknowledged = killed_at(point, place(str(point)), name, leaves)
            with opened(place(str(point)), name, leaves) as memory:
                erased = Journal(memory.graph).was_erased
                kept = [one for one in acknowledged if erased(one) or memory.get(one)]
            lost += len(acknowledged) - len(kept)
            different += whole(place(str(point)), name, leaves) != expected
            rounds += 1
            point += step
    print(json.dumps({"memory": name, "rounds": rounds, "lost": lost, "different": different}))


if __name__ == "__main__":
    main(
        sys.argv[1], sys.argv[2] == "leaves", int(sys.argv[3]), sys.argv[4], int(sys.argv[5]) if sys.argv[5:] else None
    )
