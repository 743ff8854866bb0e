"""The page: everything a grid came to, laid out by `page.html`, which escapes all it is given."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from agentmem.bench.report import cells, curve_figure, findings, setup, tables
from agentmem.bench.report.board import Board, board_of
from agentmem.bench.report.cost_figure import COSTS, costs
from agentmem.bench.report.drawing import our_look
from agentmem.bench.report.links import FileLink, Links
from agentmem.bench.report.palette import DARK, LIGHT, declared
from agentmem.bench.report.panel import Panel, icon
from agentmem.bench.report.quantities import figure, number
from agentmem.bench.report.score_figure import scores
from agentmem.bench.report.wording import ran, unfinished
from agentmem.bench.results import MANIFEST, RESULTS, Results
from agentmem.bench.retrieval import ROUNDS
from agentmem.bench.summary import troubles_of

SECTIONS = {"Score over steps": curve_figure.over_steps, "Over the size of the store": curve_figure.over_size}
BANDS = 4
"""The most memories whose bands are all seen at once; of more, that of the memory pointed at."""


def page(results: Results, folder: Path, file: Path) -> str:
    """Return the HTML of a report.

    Args:
        results: Of the grid, finished or not.
        folder: The grid's: cells link to what is kept in it.
        file: Where the page will be, so that its links can be relative.
    """
    board = board_of(results.finished, folder)
    links = Links(board, folder, file)
    script = _beside("page.js")
    environment = Environment(
        loader=PackageLoader("agentmem.bench.report", ""), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters.update(figure=figure, number=number, in_words=findings.in_words)
    return environment.get_template("page.html").render(
        title=results.manifest.name,
        style=Markup(_style(len(board.memories))),  # noqa: S704 - ours
        script=Markup(script),  # noqa: S704 - ours
        script_hash=f"sha256-{b64encode(hashlib.sha256(script.encode()).digest()).decode()}",
        ran=ran(results, board),
        warnings=[*unfinished(results), *_troubles(board)],
        **_findings(board),
        **_drawn(links),
        **_tables(links),
        links=links,
        setup=list(setup.facts(results)),
        raw=[FileLink(name, links.file(name)) for name in (MANIFEST, RESULTS) if (folder / name).exists()],
        rounds=ROUNDS,
    )


def _troubles(board: Board) -> Iterator[str]:
    """Yield what must be known before a score is believed."""
    for group in board.groups.values():
        yield from (f"{said}." for said in troubles_of(group.summary))


def _findings(board: Board) -> dict[str, object]:
    """Return what came out, in words."""
    told = [findings.of_task(board, task) for task in board.scored_tasks]
    return {
        "overall": findings.overall(board),
        "by_task": [one for one in told if one is not None],
        "few": findings.fewest(board),
    }


def _drawn(links: Links) -> dict[str, object]:
    """Return the figures, and the sections they stand in."""
    with our_look():
        return {
            "memories": [Shown(name, links.memory(name), icon(links, name)) for name in links.board.memories],
            "score_panels": list(scores(links)),
            "curves": [Curves(head, shown) for head, some in SECTIONS.items() if (shown := tuple(some(links)))],
            "cost_panels": [(cost.name, own) for cost in COSTS if (own := list(costs(links, cost)))],
            "has_bounds": any(links.board.bound(task, "chance") is not None for task in links.board.tasks)
            or any(links.board.bound(task, "oracle") is not None for task in links.board.tasks),
        }


def _tables(links: Links) -> dict[str, object]:
    """Return the tables."""
    board = links.board
    return {
        "names": board.names,
        "tasks": board.tasks,
        "overview": tables.overview(links),
        "categories": list(tables.categories(links)),
        "figures": list(tables.figures(links)),
        "failures": tables.failures(board),
        "cell_columns": cells.columns(board),
        "cells": list(cells.rows(links)),
    }


@dataclass(frozen=True)
class Shown:
    """A memory in the legend."""

    name: str
    number: int
    icon: Markup


@dataclass(frozen=True)
class Curves:
    """A section of curves."""

    title: str
    panels: tuple[Panel, ...]


def _style(memories: int) -> str:
    """Return the look of the page, with the colours of so many memories, and how one of them is lit or hidden."""
    each = "".join(
        f'body[data-lit="{number}"] :is(figure,.grades) .s:not(.m{number},.band,.path){{opacity:.12}}'
        f'body[data-lit="{number}"] .m{number}.path{{opacity:.6;pointer-events:auto}}'
        f'body[data-lit="{number}"] .m{number}.band{{opacity:.18}}'
        f'body[data-lit="{number}"] .m{number}.one{{opacity:.9}}'
        f".hide{number} .m{number}:not(.chip){{display:none}}.m{number} .dot{{background:var(--m{number})}}"
        for number in range(memories)
    )
    each = f".band{{opacity:{0 if memories > BANDS else 0.12}}}{each}"
    light, dark = declared(LIGHT, memories), declared(DARK, memories)
    return f"{_beside('page.css')}:root{{{light}}}@media (prefers-color-scheme:dark){{:root{{{dark}}}}}{each}"


def _beside(name: str) -> str:
    """Return the text of a file beside this one."""
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
