"""The tables of a report, as rows of text and numbers: the page only lays them out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from agentmem.bench.report import findings
from agentmem.bench.report.board import Board, Group
from agentmem.bench.report.links import Links
from agentmem.bench.results import Finished
from agentmem.bench.retrieval import Mean
from agentmem.bench.summary import Summary


@dataclass(frozen=True)
class Tile:
    """One place of a table of scores.

    Attributes:
        score: None where there is none.
        href: The cells it comes from; "" for none.
        cells: How many were scored.
        won: How many of them were won; None where that is not told.
        failed: How many failed.
        is_best: Whether nobody is better, as far as can be told.
        is_chance: Whether one who knows nothing may score as much.
    """

    score: Mean | None
    href: str = ""
    cells: int = 0
    won: int | None = None
    failed: int = 0
    is_best: bool = False
    is_chance: bool = False


@dataclass(frozen=True)
class Line:
    """One memory's row: its name, its number, and what stands in each column."""

    memory: str
    number: int
    tiles: tuple[Tile, ...]


@dataclass(frozen=True)
class Grades:
    """A table of scores: memories against tasks, or against the categories of one task."""

    about: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]

    @property
    def has_gaps(self) -> bool:
        """Whether a place is empty."""
        return any(tile.score is None for line in self.lines for tile in line.tiles)


@dataclass(frozen=True)
class Figures:
    """What else was measured in a task: numbers, each memory a row; None where a memory has none."""

    task: str
    columns: tuple[str, ...]
    lines: tuple[tuple[str, int, str, tuple[float | None, ...]], ...]


@dataclass(frozen=True)
class Failure:
    """An error, and the cells it ended."""

    error: str
    cells: tuple[Finished, ...]


COSTS: dict[str, Callable[[Summary], float | None]] = {
    "ms/write": lambda one: one.write_ms,
    "ms/recall": lambda one: one.recall_ms,
    "calls": lambda one: one.calls,
    "tokens": lambda one: one.tokens,
    "KiB": lambda one: None if one.bytes is None else one.bytes / 1024,
    "seconds": lambda one: one.seconds,
    "CPU s": lambda one: one.cpu_s,
    "set aside": lambda one: one.set_aside,
    "waiting": lambda one: one.waiting,
}
"""What every summary tells, by the head of its column."""


def overview(links: Links) -> Grades:
    """Return memories against tasks; with several tasks, the mean over them comes first."""
    board = links.board
    found = {task: findings.of_task(board, task) for task in board.scored_tasks}
    best = {task: one.best if one else frozenset[str]() for task, one in found.items()}
    over_all = findings.overall(board)
    lines = []
    for memory in board.memories:
        tiles = [_tile(links, board.groups.get((task, memory)), best[task]) for task in board.scored_tasks]
        if over_all:
            mean = board.overall.get(memory)
            tiles.insert(0, Tile(mean, href=f"#{links.all_of(memory)}", is_best=memory in over_all.best))
        lines.append(Line(memory, links.memory(memory), tuple(tiles)))
    columns = (("all tasks",) if over_all else ()) + tuple(board.names[task] for task in board.scored_tasks)
    return Grades("score", columns, tuple(line for line in lines if any(tile.cells for tile in line.tiles)))


def categories(links: Links) -> Iterator[Grades]:
    """Yield memories against categories, for each task whose scores are told by category."""
    for task in links.board.tasks:
        groups = links.board.of_task(task)
        names = tuple(sorted({name for group in groups for _, outcome in group.done for name in outcome.by}))
        if names:
            lines = tuple(_by_category(links, group, names) for group in groups if group.done)
            yield Grades(links.board.names[task], names, lines)


def figures(links: Links) -> Iterator[Figures]:
    """Yield what else was measured, task by task: what its evaluation tells, then what it cost."""
    for task in links.board.tasks:
        groups = [group for group in links.board.of_task(task) if group.done]
        names = sorted({name for group in groups for name in group.summary.figures})
        used = [name for name, cost in COSTS.items() if any(cost(group.summary) for group in groups)]
        lines = tuple(
            (
                group.memory,
                links.memory(group.memory),
                f"#{links.group(group)}",
                (*map(group.summary.figures.get, names), *(COSTS[name](group.summary) for name in used)),
            )
            for group in groups
        )
        if lines:
            yield Figures(links.board.names[task], (*names, *used), lines)


def failures(board: Board) -> list[Failure]:
    """Return the errors, those that ended most cells first."""
    ended: defaultdict[str, list[Finished]] = defaultdict(list)
    for group in board.groups.values():
        for one in group.cells:
            if one.outcome is None:
                ended[one.error or "no error was told"].append(one)
    return sorted((Failure(error, tuple(cells)) for error, cells in ended.items()), key=lambda one: -len(one.cells))


def _tile(links: Links, group: Group | None, best: frozenset[str]) -> Tile:
    if group is None:
        return Tile(None)
    chance = links.board.bound(group.task, "chance")
    return Tile(
        group.score,
        href=f"#{links.group(group)}",
        cells=len(group.scored),
        won=group.won,
        failed=group.summary.failed,
        is_best=group.memory in best,
        is_chance=group.score is not None and chance is not None and group.score.low <= chance,
    )


def _by_category(links: Links, group: Group, names: Sequence[str]) -> Line:
    href = f"#{links.group(group)}"
    tiles = [Tile(group.by_category(name), href=href, cells=len(group.scored)) for name in names]
    return Line(group.memory, links.memory(group.memory), tuple(tiles))
