"""How much of what a room shows the grammar reads, against the simulator's own facts.

Walks through generated games by seeded random commands. After each room
description, what the grammar read of it is compared with what the simulator
says is in sight: the place of each thing, and the exits. Simulator facts and
admissible commands are used here only, to measure; no policy ever sees them.

    python benchmarks/extraction.py --seeds 1 2 3 --steps 60
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import textworld

from agentmem_textworld.generation import made
from agentmem_textworld.grammar import read
from agentmem_textworld.levels import parse
from agentmem_textworld.naming import DIRECTIONS, name
from agentmem_textworld.prose import clean

LEVELS = ("simple", "coin:110", "treasure:15", "treasure:22", "cook:1", "cook:2", "cook:3", "cook:4", "cook:5")
HEADING = (
    f"{'game':<22}{'rooms read':>11}{'locations':>11}{'recall':>8}{'precision':>11}"
    f"{'exits':>8}{'recall':>8}{'precision':>11}"
)
PLACING = frozenset({"is in", "is on", "lies in"})


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description="Measure extraction against the simulator's facts.")
    options.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    options.add_argument("--steps", type=int, default=60, help="commands per game")
    options.add_argument("--levels", nargs="+", default=list(LEVELS))
    options.add_argument("--games", type=Path, nargs="+", default=[], help="game files, instead of generated ones")
    chosen = options.parse_args()
    print(HEADING)
    total: Counter[str] = Counter()
    for title, games in chosen_games(chosen.games, levels=chosen.levels, seeds=chosen.seeds):
        counts = sum((measure(game, steps=chosen.steps) for game in games), Counter[str]())
        print(row(title, counts))
        total += counts
    print(row("all", total))


def chosen_games(paths: list[Path], *, levels: list[str], seeds: list[int]) -> Iterator[tuple[str, list[Path]]]:
    """Give each line's title and its games: the files named, or else the levels, made as needed."""
    if paths:
        yield from ((path.stem, [path]) for path in paths)
    else:
        yield from ((level, [made(parse(level), seed=seed) for seed in seeds]) for level in levels)


def measure(game: Path, *, steps: int) -> Counter[str]:
    """Return how many locations and exits were told, read, and both, along one walk."""
    infos = textworld.EnvInfos(feedback=True, facts=True, admissible_commands=True)
    world = textworld.start(str(game), infos)
    counts: Counter[str] = Counter()
    chance = random.Random(game.stem)  # noqa: S311 - a walk, not a secret
    state = world.reset()
    for _ in range(steps):
        counts += compare(state)
        state, _, done = world.step(chance.choice(sorted(state["admissible_commands"])))
        if done:
            state = world.reset()
    world.close()
    return counts


def compare(state: Any) -> Counter[str]:
    """Return the counts for one observation; none where it describes no room."""
    reading = read(clean(state["feedback"]))
    if reading is None or reading.place is None:
        return Counter()
    told = set(in_sight(state["facts"], reading.place))
    known = {(f.subject, f.object) for f in reading.facts if f.relation in PLACING and f.object != "inventory"}
    ways = set(exits(state["facts"], reading.place))
    read_ways = {f.object for f in reading.facts if f.relation == "has exit" and f.subject == reading.place}
    return Counter(
        {"rooms": 1, "told": len(told), "read": len(known), "both": len(told & known)}
        | {"ways told": len(ways), "ways read": len(read_ways), "ways both": len(ways & read_ways)}
    )


def in_sight(facts: Iterable[Any], place: str) -> Iterator[tuple[str, str]]:
    """Give (thing, holder) of what a player in `place` can see."""
    placed = [(fact.name, *(name(argument.name) for argument in fact.arguments)) for fact in facts if fact.arguments]
    opened = {words[1] for words in placed if words[0] == "open"}
    here = {words[1] for words in placed if words[0] == "at" and words[2] == place and words[1] != "p"}
    yield from ((thing, place) for thing in here)
    for relation, thing, holder in (words for words in placed if len(words) == 3):
        if holder in here and (relation == "on" or (relation == "in" and holder in opened)):
            yield thing, holder


def exits(facts: Iterable[Any], place: str) -> Iterator[str]:
    """Give the directions that leave `place`."""
    for fact in facts:
        way, _, of = fact.name.partition("/")[0].partition("_")
        if of == "of" and way in DIRECTIONS and name(fact.arguments[-1].name) == place:
            yield way


def row(title: str, counts: Counter[str]) -> str:
    """Return one line of the table."""
    shares = (
        share(counts["both"], counts["told"]),
        share(counts["both"], counts["read"]),
        share(counts["ways both"], counts["ways told"]),
        share(counts["ways both"], counts["ways read"]),
    )
    return (
        f"{title:<22}{counts['rooms']:>11}{counts['told']:>11}{shares[0]:>8}{shares[1]:>11}"
        f"{counts['ways told']:>8}{shares[2]:>8}{shares[3]:>11}"
    )


def share(part: int, whole: int) -> str:
    """Return part / whole with three decimals; a dash where there was nothing."""
    return f"{part / whole:.3f}" if whole else "-"


if __name__ == "__main__":
    main()
