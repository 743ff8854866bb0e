"""One small figure among several: what all of them share, so that a memory looks the same in each."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup
from matplotlib.axis import Axis
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from agentmem.bench.report.board import Group
from agentmem.bench.report.drawing import Drawing, Mark
from agentmem.bench.report.links import Links
from agentmem.bench.report.palette import PAPER, dash, is_hollow, marker, stand_in

WIDTH, HEIGHT = 400, 250
LABEL = 20
"""The most letters of a name beside a figure."""
EDGE = 0.04
"""Of an axis of scores, so that 0 and 1 are not at its ends."""
QUARTERS = ([0, 0.25, 0.5, 0.75, 1], ["0", "0.25", "0.5", "0.75", "1"])


@dataclass(frozen=True)
class Panel:
    """What stands above a small figure, and the drawing."""

    title: str
    svg: Markup


def icon(links: Links, memory: str) -> Markup:
    """Return how a memory is drawn, for a legend."""
    own = links.memory(memory)
    drawing = Drawing(28, 12)
    drawing.axes.set_axis_off()
    drawing.axes.plot([0, 1], [0, 0], color=stand_in(own), linestyle=dash(own), linewidth=1.5)
    point(drawing, own, (0.5, 0), "")
    drawing.axes.set_ylim(-1, 1)
    return drawing.svg(memory)


def point(drawing: Drawing, own: int, at: tuple[float, float], url: str) -> None:
    """Draw the mean of memory number `own`."""
    drawing.axes.plot(
        [at[0]], [at[1]], color=stand_in(own), marker=marker(own), markersize=7, zorder=4, url=url or None,
        markerfacecolor=PAPER if is_hollow(own) else stand_in(own), markeredgewidth=1.5 if is_hollow(own) else 0.5,
    )  # fmt: skip


def say_plainly(axis: Axis) -> None:
    """Let an axis that counts in powers of ten say its numbers as one writes them: 1, 2, 5, 10."""
    low, high = sorted(axis.get_view_interval())
    few = high / low > 100
    axis.set_major_locator(LogLocator(subs=(1.0,) if few else (1.0, 2.0, 5.0), numticks=12))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}" if value >= 1000 else f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


def group_mark(links: Links, group: Group, title: str, kind: str = "") -> Mark:
    """Return the mark of what stands for all cells of a memory on a task: it leads to them."""
    return Mark(links.memory(group.memory), f"#{links.group(group)}", title and f"{group.memory}: {title}", kind)


def short(name: str) -> str:
    """Return a name as a drawing can hold it: on one line, and cut where there is no room.

    >>> short("episodic+arigraph+memorybank")
    'episodic+arigraph+m…'
    """
    name = "".join(letter if letter.isprintable() else " " for letter in name)
    return name if len(name) <= LABEL else name[: LABEL - 1] + "…"
