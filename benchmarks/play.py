"""How well memories play: every family of games, with the same policy, over many seeds.

    python benchmarks/play.py --memories arigraph,window --seeds 1-14 --shared ../shared/data/arigraph

Each game is played in a process of its own, two at a time, through the same
call as `agentmem play`. Games that are made here are kept in the cache. The
policy sees what is shown and what is recalled, never the valid commands.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from statistics import mean

from agentmem import AgentmemError, Host
from agentmem.agent.episode import Episode, Setup
from agentmem.stack import open_stack

FAMILIES = (
    "simple",
    *("coin:10", "coin:110", "coin:220"),
    *("treasure:5", "treasure:15", "treasure:22"),
    *("cook:1", "cook:2", "cook:3", "cook:4", "cook:5"),
)
SHARED = {
    "hunt": "hunt/hunt.z8",
    "cook": "cook/game.z8",
    "cook_rl_baseline": "cook_rl_baseline/game.z8",
    "cook_1_1_cut": "cook_1_1_cut/game.z8",
    "cook_1_1_full": "cook_1_1_full/game.z8",
    "cook_1_1_nothing": "cook_1_1_nothing/game.z8",
    "cook_1_9": "cook_1_9/game.z8",
    "cook_3_6_1": "cook_3_6_1/game.z8",
}
GOALS = {
    "hunt": "Your task is to get a treasure. Treasure is hidden in the golden locker. "
    "You need a golden key to unlock it. The key 1 you found in room A unlocks white locker."
}
"""AriGraph's hunt tells no goal of its own; this is the authors'."""


@dataclass(frozen=True)
class Cell:
    """One game to be played: the row it counts for, what is typed, and with which memory."""

    family: str
    game: str
    memory: str
    seed: int
    max_steps: int
    goal: str | None = None


@dataclass(frozen=True)
class Played:
    """How a cell went; `failure` says why it could not be played, and then it counts as a score of 0."""

    cell: Cell
    score: float
    won: bool
    steps: int
    seconds: float
    failure: str = ""


def play(cell: Cell) -> Played:
    """Play one game."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        setup = Setup(
            game=cell.game,
            store=":memory:",
            trajectory=Path(folder) / "trajectory.jsonl",
            name="benchmark",
            memory=cell.memory,
            seed=cell.seed,
            max_steps=cell.max_steps,
            goal=cell.goal,
        )
        try:
            with Episode(setup) as episode:
                for _ in episode:
                    pass
        except AgentmemError as error:
            return Played(cell, 0.0, won=False, steps=0, seconds=time.perf_counter() - started, failure=str(error))
    how = episode.result.evaluation
    return Played(cell, how.normalized, how.won, how.steps, time.perf_counter() - started)


def cells(families: Sequence[str], memories: Sequence[str], seeds: Sequence[int], max_steps: int) -> Iterator[Cell]:
    """Give the generated games to play; seeds vary fastest."""
    for family, memory, seed in product(families, memories, seeds):
        yield Cell(family, family, memory, seed, max_steps)


def shared_cells(folder: Path, memories: Sequence[str], max_steps: int) -> Iterator[Cell]:
    """Give AriGraph's games to play, each once: they are one game each."""
    for (name, path), memory in product(SHARED.items(), memories):
        yield Cell(f"arigraph/{name}", str(folder / path), memory, 1, max_steps, GOALS.get(name))


def table(played: Sequence[Played]) -> Iterator[str]:
    """Give the lines of a Markdown table: per game, for each memory, mean score, games won, and mean steps."""
    memories = list(dict.fromkeys(one.cell.memory for one in played))
    yield f"| game | {' | '.join(memories)} |"
    yield "|---" * (len(memories) + 1) + "|"
    for family in dict.fromkeys(one.cell.family for one in played):
        row = [_summary([p for p in played if (p.cell.family, p.cell.memory) == (family, m)]) for m in memories]
        yield f"| {family} | {' | '.join(row)} |"
    yield f"| **all** | {' | '.join(_summary([p for p in played if p.cell.memory == m]) for m in memories)} |"


def _summary(played: Sequence[Played]) -> str:
    if not played:
        return ""
    won = sum(one.won for one in played)
    return f"{mean(p.score for p in played):.3f} ({won}/{len(played)}, {mean(p.steps for p in played):.0f})"


def _numbers(text: str) -> list[int]:
    """Return the numbers of `1-3,7`: 1, 2, 3 and 7."""
    ranges = (part.partition("-") for part in text.split(","))
    return [number for first, _, last in ranges for number in range(int(first), int(last or first) + 1)]


def _names(text: str) -> list[str]:
    return [name for name in text.split(",") if name]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--families", type=_names, default=list(FAMILIES), help="such as coin:220,cook:5; '' for none")
    parser.add_argument("--memories", type=_names, default=["arigraph", "window"])
    parser.add_argument("--seeds", type=_numbers, default=_numbers("1-14"), help="such as 1-14 or 3,5")
    parser.add_argument("--shared", type=Path, help="the folder with AriGraph's games; left out without it")
    parser.add_argument("--max-steps", type=int, default=150)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--lines", type=Path, help="also write each game played to this file, as a line of JSON")
    return parser.parse_args()


def main() -> None:
    """Play everything asked for, and print the table."""
    asked = _arguments()
    host = Host()
    for name in asked.memories:
        open_stack(name, {}, host)  # fails now, not after the first hour
    to_play = list(cells(asked.families, asked.memories, asked.seeds, asked.max_steps))
    if asked.shared is not None:
        to_play += shared_cells(asked.shared, asked.memories, asked.max_steps)
    with ProcessPoolExecutor(asked.processes) as workers:
        played = []
        for number, one in enumerate(workers.map(play, to_play), start=1):
            played.append(one)
            how = one.failure or f"{one.score:.2f} in {one.steps} steps, {one.seconds:.1f} s"
            cell = one.cell
            print(f"{number}/{len(to_play)} {cell.family} seed {cell.seed} {cell.memory}: {how}", file=sys.stderr)
    if asked.lines is not None:
        asked.lines.write_text("".join(json.dumps(asdict(one)) + "\n" for one in played), encoding="utf-8")
    print("Mean normalised score (games won, mean steps):\n")
    print("\n".join(table(played)))


if __name__ == "__main__":
    main()
