"""The figure of scores: for each task, what each memory scored, with its interval and every cell."""

from __future__ import annotations

from collections.abc import Iterator

from agentmem.bench.report.board import Bound, Group
from agentmem.bench.report.drawing import Drawing, Mark
from agentmem.bench.report.links import Links
from agentmem.bench.report.palette import MUTED, stand_in
from agentmem.bench.report.panel import EDGE, QUARTERS, WIDTH, Panel, group_mark, point, short
from agentmem.bench.report.quantities import number

ROW = 19
SPREAD = 0.62
"""How much of a row the cells of a memory are spread over."""
BOUNDS: dict[Bound, tuple[float, tuple[float, float]]] = {"chance": (0, (4, 3)), "oracle": (0, (1, 2))}


def scores(links: Links) -> Iterator[Panel]:
    """Yield one panel for each task that has scores; memories in the order of the board."""
    for task in links.board.scored_tasks:
        groups = [group for group in links.board.of_task(task) if group.score]
        drawing = Drawing(WIDTH, 44 + ROW * len(groups))
        for row, group in enumerate(groups):
            _cells(drawing, links, group, row)
            _mean(drawing, links, group, row)
        _bounds(drawing, links, task)
        axes = drawing.axes
        axes.set_xlim(-EDGE, 1 + EDGE)
        axes.set_ylim(len(groups) - 0.4, -1)
        axes.set_xticks(*QUARTERS)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        yield Panel(links.board.names[task], drawing.svg(f"{task}: the score of each memory"))


def _cells(drawing: Drawing, links: Links, group: Group, row: int) -> None:
    """Draw each cell, faint, one below the other."""
    own, last = links.memory(group.memory), max(1, len(group.scored) - 1)
    for place, (cell, score) in enumerate(group.scored):
        title = f"{group.memory}, seed {cell.cell.seed}: {score:.2f}"
        url = drawing.mark(Mark(own, f"#{links.cell(cell)}", title, "one"))
        at = row + (place / last - 0.5) * SPREAD if len(group.scored) > 1 else row
        drawing.axes.plot([score], [at], color=stand_in(own), marker="o", markersize=3.6, markeredgewidth=0, url=url)


def _mean(drawing: Drawing, links: Links, group: Group, row: int) -> None:
    """Draw mean and interval, and the name beside them."""
    own, axes, mean = links.memory(group.memory), drawing.axes, group.score
    assert mean is not None
    url = drawing.mark(group_mark(links, group, f"{number(mean)}, mean of {group.sampled}"))
    axes.plot([mean.low, mean.high], [row, row], color=stand_in(own), linewidth=2.4, solid_capstyle="round", url=url)
    point(drawing, own, (mean.value, row), url)
    name = axes.text(-0.02, row, short(group.memory), transform=axes.get_yaxis_transform(), ha="right", va="center")
    name.set_url(drawing.mark(group_mark(links, group, "")))


def _bounds(drawing: Drawing, links: Links, task: str) -> None:
    """Draw what one scores who knows nothing, and one who recalls all that matters, where that is known."""
    for which, line in BOUNDS.items():
        if (bound := links.board.bound(task, which)) is not None:
            side = "left" if bound < 0.5 else "right"
            drawing.axes.axvline(bound, color=MUTED, linestyle=line, linewidth=1.2)
            drawing.axes.text(bound, -0.68, f" {which} ", color=MUTED, fontsize=9, va="center", ha=side)
