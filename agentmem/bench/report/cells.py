"""The table of all cells: one row each, with its files, its settings and the command that replays it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC

from agentmem.bench.evaluation import Cell, Outcome
from agentmem.bench.report.board import Board
from agentmem.bench.report.links import FileLink, Links
from agentmem.bench.report.quantities import figure
from agentmem.bench.results import Finished
from agentmem.thinking import Thinking

FIGURES = 4
"""The most figures that have a column; all stand in the details."""
COSTS: dict[str, Callable[[Outcome], float]] = {
    "events": lambda one: one.events,
    "calls": lambda one: one.receipt.calls,
    "tokens": lambda one: one.receipt.tokens,
    "write ms": lambda one: one.write_ms,
    "recall ms": lambda one: one.recall_ms,
    "KiB": lambda one: one.bytes / 1024,
}
Fact = tuple[str, str]


@dataclass(frozen=True)
class Row:
    """One cell.

    Attributes:
        one: The cell, and how it ended.
        number: Of its memory.
        task: Which of the board's.
        anchor: Of the row.
        group: The anchor of all cells of this memory on this task, in the first of them; "" in the others.
        values: Its score and what stands in `columns`; None where it has none.
        files: That were kept of it.
        replay: The command that does it again; "" where there is none.
        facts: What else there is to know of it.
    """

    one: Finished
    number: int
    task: int
    anchor: str
    group: str
    values: tuple[float | None, ...]
    files: tuple[FileLink, ...]
    replay: str
    facts: tuple[Fact, ...]


def columns(board: Board) -> tuple[str, ...]:
    """Return what has a column beside the score: the figures that every cell has, and what any cost."""
    done = [outcome for group in board.groups.values() for _, outcome in group.done]
    shared = set.intersection(*(set(outcome.figures) for outcome in done)) if done else set()
    return (*sorted(shared)[:FIGURES], *(name for name, cost in COSTS.items() if any(map(cost, done))))


def rows(links: Links) -> Iterator[Row]:
    """Yield all cells by task, memory and seed."""
    board, names = links.board, columns(links.board)
    for task in board.tasks:
        for group in board.of_task(task):
            for place, one in enumerate(group.cells):
                yield Row(
                    one=one,
                    number=links.memory(group.memory),
                    task=board.tasks.index(task),
                    anchor=links.cell(one),
                    group="" if place else links.group(group),
                    values=_values(one.outcome, names),
                    files=tuple(links.files(one)),
                    replay=links.replay(one),
                    facts=tuple(_facts(one)),
                )


def said_settings(settings: Mapping[str, object]) -> str:
    """Return settings in short.

    >>> said_settings({"size": 5, "mode": "max"})
    'size=5, mode=max'
    """
    return ", ".join(
        f"{name}={value if isinstance(value, str) else json.dumps(value)}" for name, value in settings.items()
    )


def said_thinking(cell: Cell) -> str:
    """Return what a cell was thought with, but for what is so by default."""
    return said_settings(cell.thinking.model_dump(mode="json", exclude_defaults=True)) or Thinking().language


def _values(outcome: Outcome | None, names: tuple[str, ...]) -> tuple[float | None, ...]:
    if outcome is None:
        return (None,) * (len(names) + 1)
    return (outcome.score, *(COSTS[name](outcome) if name in COSTS else outcome.figures[name] for name in names))


def _facts(one: Finished) -> Iterator[Fact]:
    cell = one.cell
    yield "key", one.key
    yield "memory", cell.memory
    for name, said in (("settings", cell.settings), ("options", cell.options)):
        if said:
            yield name, said_settings(said)
    yield "thinks with", said_thinking(cell)
    if cell.store:
        yield "store", "shared"
    if one.outcome is not None:
        yield from ((name, figure(value)) for name, value in sorted(one.outcome.figures.items()))
        yield from ((f"score of {name}", figure(value)) for name, value in sorted(one.outcome.by.items()))
        yield from ((name, json.dumps(value, ensure_ascii=False)) for name, value in one.outcome.details.items())
    yield "CPU s", figure(one.cpu_s)
    yield "started", f"{one.started.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    yield "worker", one.worker
