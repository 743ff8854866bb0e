"""What SQLite and the disk take of an add and of an agent's step: its very statements, run once more by themselves.

    python benchmarks/statements_alone.py
    python benchmarks/statements_alone.py --size 10000 --rounds 1000

Everything a memory says to SQLite is noted as it says it, with its parameters, and said again to a copy of the file
made before: no reading of text, no embedding, no memory, nothing of ours. What is left of the goals of
`agentmem bench store` after that (2 times the bare disk, 1.5 times the bare game) is what all of ours may take.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from unittest import mock

from rich.console import Console
from rich.table import Table

from agentmem import AgentMemory
from agentmem.bench import wandering
from agentmem.bench.step import bare_game, made_game, played
from agentmem.bench.timing import BareDisk, milliseconds
from agentmem.graph.sqlite.session import Settings, connect
from agentmem.host import Host

ADD_GOAL, STEP_GOAL = 2.0, 1.5
Said = tuple[str, object, bool]
said: list[Said] = []
"""Statements with their parameters, and whether they were for many rows, in the order they were said."""


class Overheard(sqlite3.Connection):
    """A connection that notes all it is told."""

    def execute(self, sql: str, parameters: object = ()) -> sqlite3.Cursor:  # type: ignore[override]
        """Note a statement, and run it."""
        said.append((sql, parameters, False))
        return super().execute(sql, parameters)  # type: ignore[arg-type]

    def executemany(self, sql: str, rows: object) -> sqlite3.Cursor:  # type: ignore[override]
        """Note a statement for many rows, and run it."""
        said.append((sql, kept := list(rows), True))  # type: ignore[call-overload]
        return super().executemany(sql, kept)


class Copy:
    """A copy of a file as it is now, to which the same can be said again."""

    def __init__(self, path: Path) -> None:
        self.path = path.with_suffix(f".{os.urandom(4).hex()}")
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(self.path)) as target:
            source.backup(target)
            target.execute("pragma journal_mode = wal")
        self._connection = connect(Settings(self.path))

    def say(self, statements: Sequence[Said]) -> None:
        """Run statements."""
        for sql, parameters, many in statements:
            if many:
                self._connection.executemany(sql, parameters)  # type: ignore[arg-type]
            else:
                self._connection.execute(sql, parameters).fetchall()  # type: ignore[arg-type]

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


@contextmanager
def overheard(path: Path, memory: str) -> Iterator[AgentMemory]:
    """Give an empty memory; what it says to SQLite is noted in `said`."""
    with mock.patch("sqlite3.connect", Overheard):  # the thread's connection is made on opening
        opened = AgentMemory(path, memory=memory)
    with opened:
        yield opened


Costs = tuple[float, float, float]
"""Milliseconds of the bare thing, of the statements alone, and of the whole."""


def an_add(folder: Path, memory: str, *, size: int, rounds: int) -> Costs:
    """Return medians of an add of one event to a memory of `size` events; the three take turns."""
    bare, alone, whole = [], [], []
    with BareDisk(folder) as disk, overheard(folder / f"{memory}.db", memory) as remembered:
        remembered.add_many(wandering.events(0, size))
        with closing(Copy(folder / f"{memory}.db")) as copy:
            for event in wandering.events(size, rounds):
                said.clear()
                bare.append(milliseconds(disk.write))
                whole.append(milliseconds(partial(remembered.add_many, [event])))
                alone.append(milliseconds(partial(copy.say, said)))
    return median(bare), median(alone), median(whole)


def a_step(folder: Path, memory: str, *, episodes: int) -> Costs:
    """Return medians over episodes of what a step of the cooking game takes with an empty memory at first."""
    host, game = Host(), made_game(folder)
    bare, alone, whole = [], [], []
    for number in range(episodes):
        path = folder / f"episode-{number}.db"
        with overheard(path, memory) as remembered:
            said.clear()
            with closing(Copy(path)) as copy:
                taken, per_step = played(host.environment(str(game), {"seed": 1}), host.policy("rules"), remembered)
                again = milliseconds(lambda: copy.say(said))
        commands = [step.decision.action for step in taken if step.decision is not None]
        whole.append(per_step)
        alone.append(again / len(commands))
        bare.append(bare_game(game, commands))
    return median(bare), median(alone), median(whole)


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=1000, help="events held before the adds that are measured")
    parser.add_argument("--rounds", type=int, default=500, help="adds measured")
    parser.add_argument("--episodes", type=int, default=8, help="games played")
    chosen = parser.parse_args()
    table = Table("ms", "bare", "statements alone", "the whole", "goal", "left for all but SQLite and the disk")
    with tempfile.TemporaryDirectory(prefix="statements-alone-", dir=Path()) as made:
        folder = Path(made).absolute()
        for memory in ("none", "arigraph"):
            costs = an_add(folder, memory, size=chosen.size, rounds=chosen.rounds)
            table.add_row(
                f"an add to {memory}", *shown(*costs, goal=ADD_GOAL * costs[0], left=ADD_GOAL * costs[0] - costs[1])
            )
        bare, alone, whole = a_step(folder, "arigraph", episodes=chosen.episodes)
        left = (STEP_GOAL - 1) * bare - alone
        table.add_row("a step with arigraph", *shown(bare, alone, whole, goal=STEP_GOAL * bare, left=left))
    Console(width=120).print(table)


def shown(bare: float, alone: float, whole: float, *, goal: float, left: float) -> Iterator[str]:
    """Yield the figures of a row; ratios are to the bare thing."""
    yield f"{bare:.3f}"
    for figure in (alone, whole, goal):
        yield f"{figure:.3f} ({figure / bare:.2f}x)"
    yield f"{left:.3f}"


if __name__ == "__main__":
    main()
