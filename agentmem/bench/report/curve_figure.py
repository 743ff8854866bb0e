"""The figures of curves: scores over steps, costs over the size of a store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from agentmem.bench.evaluation import Outcome
from agentmem.bench.report.board import Group
from agentmem.bench.report.drawing import Drawing, Mark
from agentmem.bench.report.links import Links
from agentmem.bench.report.palette import dash, stand_in
from agentmem.bench.report.panel import EDGE, HEIGHT, QUARTERS, WIDTH, Panel, group_mark, point, say_plainly
from agentmem.bench.results import Finished
from agentmem.bench.retrieval import Mean, means

SCORE = "score"
"""The curve that stays where it is until the next point; others are measured at their points, and go straight."""
WIDE = 10
"""An axis whose ends lie so many times apart counts in powers of ten."""
DrawStyle = Literal["default", "steps-post"]
Curve = tuple[tuple[float, float], ...]
Curves = list[tuple[Finished, Curve]]


def over_steps(links: Links) -> Iterator[Panel]:
    """Yield how scores rose, one panel for each task."""
    for task, svg in _drawn(links, SCORE, over="steps"):
        yield Panel(links.board.names[task], svg)


def over_size(links: Links) -> Iterator[Panel]:
    """Yield what else was measured as a store grew: a panel for each of it, and each task."""
    named = {name for group in links.board.groups.values() for _, outcome in group.done for name in outcome.curves}
    for name in sorted(named - {SCORE}):
        drawn = list(_drawn(links, name, over="events in the store"))
        for task, svg in drawn:
            said = name.replace("_", " ")
            yield Panel(said if len(drawn) == 1 else f"{said}: {links.board.names[task]}", svg)


def _drawn(links: Links, name: str, *, over: str) -> Iterator[tuple[str, Markup]]:
    """Yield each task that has a curve, with its drawing."""
    for task in links.board.tasks:
        groups = [(group, own) for group in links.board.of_task(task) if (own := _curves(group.done, name))]
        if not groups:
            continue
        drawing = Drawing(WIDTH, HEIGHT)
        for group, own in groups:
            _cells(drawing, links, group, own, style=_style(name == SCORE))
            if told := averaged([curve for _, curve in own], is_stepped=name == SCORE):
                _mean(drawing, links, group, told, is_stepped=name == SCORE)
        drawing.axes.set_xlabel(over)
        _axes(drawing, [point for _, own in groups for _, curve in own for point in curve], is_score=name == SCORE)
        yield task, drawing.svg(f"{task}: {name} over {over}, of each memory")


def averaged(curves: Sequence[Curve], *, is_stepped: bool) -> list[tuple[float, Mean]]:
    """Return the mean of several curves, with its interval, at each x that can be told.

    Those that stay until the next point keep their last one when they end before
    the others, as a game keeps its score; of the others, only what all have in common.

    >>> [(x, mean.value) for x, mean in averaged([((0, 0), (2, 1)), ((0, 0), (4, 0))], is_stepped=True)]
    [(0.0, 0.0), (2.0, 0.5), (4.0, 0.5)]
    """
    held = [dict(curve) for curve in curves]
    every = set.union(*map(set, held)) if is_stepped else set.intersection(*map(set, held))
    at = np.array(sorted(every), dtype=np.float64)
    if not len(at):
        return []
    rows: NDArray[np.float64] = np.array([_at(curve, at, is_stepped=is_stepped) for curve in curves])
    return list(zip(at.tolist(), means(rows, seed=0), strict=True))


def _at(curve: Curve, at: NDArray[np.float64], *, is_stepped: bool) -> NDArray[np.float64]:
    x, y = np.array(curve, dtype=np.float64).T
    held = np.maximum(np.searchsorted(x, at, side="right") - 1, 0)
    taken: NDArray[np.float64] = y[held] if is_stepped else np.interp(at, x, y)
    return taken


def _curves(done: Sequence[tuple[Finished, Outcome]], name: str) -> Curves:
    return [(cell, tuple(sorted(outcome.curves[name]))) for cell, outcome in done if outcome.curves.get(name)]


def _cells(drawing: Drawing, links: Links, group: Group, own: Curves, *, style: DrawStyle) -> None:
    """Draw each cell: its end, faint; and its curve, seen when its memory is looked at."""
    number = links.memory(group.memory)
    for cell, curve in own:
        title = f"{group.memory}, seed {cell.cell.seed}: {curve[-1][1]:.3g} at {curve[-1][0]:,g}"
        line, end = (drawing.mark(Mark(number, f"#{links.cell(cell)}", title, kind)) for kind in ("path", "one"))
        x, y = zip(*curve, strict=True)
        drawing.axes.plot(x, y, color=stand_in(number), linewidth=1, drawstyle=style, url=line)
        drawing.axes.plot(
            x[-1:], y[-1:], color=stand_in(number), marker="o", markersize=3.6, markeredgewidth=0, url=end
        )


def _mean(
    drawing: Drawing, links: Links, group: Group, told: Sequence[tuple[float, Mean]], *, is_stepped: bool
) -> None:
    """Draw the mean with its band; its interval at the end, or where it was measured."""
    number, axes, colour = links.memory(group.memory), drawing.axes, stand_in(links.memory(group.memory))
    at = [x for x, _ in told]
    band = axes.fill_between(
        at, [mean.low for _, mean in told], [mean.high for _, mean in told], step="post" if is_stepped else None,
        color=colour, linewidth=0,
    )  # fmt: skip
    band.set_urls([drawing.mark(group_mark(links, group, "", "band"))])
    line = drawing.mark(group_mark(links, group, "mean of its cells"))
    axes.plot(at, [mean.value for _, mean in told], color=colour, linestyle=dash(number), linewidth=1.8, url=line,
              drawstyle=_style(is_stepped))  # fmt: skip
    for x, mean in told[-1:] if is_stepped else told:
        url = drawing.mark(group_mark(links, group, f"{mean.value:.3g} at {x:,g}, mean of its cells"))
        axes.plot([x, x], [mean.low, mean.high], color=colour, linewidth=1.2, url=url)
        point(drawing, number, (x, mean.value), url)


def _style(is_stepped: bool) -> DrawStyle:
    return "steps-post" if is_stepped else "default"


def _axes(drawing: Drawing, points: Sequence[tuple[float, float]], *, is_score: bool) -> None:
    axes = drawing.axes
    if is_score:
        axes.set_ylim(-EDGE, 1 + EDGE)
        axes.set_yticks(*QUARTERS)
        return
    if _is_wide([x for x, _ in points]):
        axes.set_xscale("log")
        say_plainly(axes.xaxis)
    if _is_wide([y for _, y in points]):
        axes.set_yscale("log")
        say_plainly(axes.yaxis)
    else:
        axes.set_ylim(bottom=0)


def _is_wide(numbers: Sequence[float]) -> bool:
    return min(numbers) > 0 and max(numbers) / min(numbers) >= WIDE
