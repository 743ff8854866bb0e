"""The figure of cost against quality: who scores more, and who pays less for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from matplotlib.ticker import LogFormatter

from agentmem.bench.evaluation import Outcome
from agentmem.bench.report.board import Group, mean_of
from agentmem.bench.report.drawing import Drawing
from agentmem.bench.report.findings import number
from agentmem.bench.report.links import Links
from agentmem.bench.report.palette import INK, LINE, stand_in
from agentmem.bench.report.panel import EDGE, HEIGHT, QUARTERS, WIDTH, Panel, group_mark, point, short
from agentmem.bench.retrieval import Mean

NAMED = 6
"""The most memories on the edge that are named in the figure; all are when looked at."""


@dataclass(frozen=True)
class Cost:
    """One kind of cost.

    Attributes:
        name: What it is, for the axis.
        of: What a cell cost; None where it does not say.
        in_tens: Whether the axis counts in powers of ten.
    """

    name: str
    of: Callable[[Outcome], float | None]
    in_tens: bool


def _ms(outcome: Outcome) -> float | None:
    return (outcome.write_ms + outcome.recall_ms) / outcome.events if outcome.events else None


def _tokens(outcome: Outcome) -> float | None:
    return outcome.receipt.tokens / outcome.events if outcome.events else None


MILLISECONDS = Cost("ms of memory per event, written and recalled", _ms, in_tens=True)
TOKENS = Cost("tokens per event", _tokens, in_tens=False)


def costs(links: Links, cost: Cost) -> Iterator[Panel]:
    """Yield one panel for each task that has scores; none where that cost is 0 everywhere."""
    for task in links.board.scored_tasks:
        told = [one for group in links.board.of_task(task) if (one := _priced(group, cost))]
        if not any(one.cost.value for one in told):
            continue
        drawing = Drawing(f"{cost.name.partition(' ')[0]}{links.board.tasks.index(task)}", WIDTH, HEIGHT)
        edge = _edge(told)
        drawing.axes.step([one.cost.value for one in edge], [one.score.value for one in edge],
                          where="post", color=LINE, linewidth=1.5)  # fmt: skip
        for one in told:
            _draw(drawing, links, one)
        for one in edge[:NAMED]:
            at = (one.cost.value, one.score.value)
            drawing.axes.annotate(short(one.group.memory), at, xytext=(6, -11), textcoords="offset points", color=INK,
                                  fontsize=10).set_url(drawing.mark(group_mark(links, one.group, "")))  # fmt: skip
        _axes(drawing, cost, told)
        yield Panel(links.board.names[task], drawing.svg(f"{task}: score against {cost.name}, of each memory"))


@dataclass(frozen=True)
class _Priced:
    """What a memory scored on a task, and what it cost."""

    group: Group
    score: Mean
    cost: Mean


def _priced(group: Group, cost: Cost) -> _Priced | None:
    spent = [told for _, outcome in group.done if outcome.score is not None and (told := cost.of(outcome)) is not None]
    mean = mean_of(spent)
    return _Priced(group, group.score, mean) if group.score and mean else None


def _edge(told: Sequence[_Priced]) -> list[_Priced]:
    """Return those that nobody beats at their cost, the cheapest first: the Pareto front."""
    edge: list[_Priced] = []
    for one in sorted(told, key=lambda one: (one.cost.value, -one.score.value)):
        if not edge or one.score.value > edge[-1].score.value:
            edge.append(one)
    return edge


def _draw(drawing: Drawing, links: Links, one: _Priced) -> None:
    own, axes = links.memory(one.group.memory), drawing.axes
    at = (one.cost.value, one.score.value)
    url = drawing.mark(group_mark(links, one.group, f"{number(one.score)} at {one.cost.value:.3g}"))
    axes.plot([at[0], at[0]], [one.score.low, one.score.high], color=stand_in(own), linewidth=1.2, url=url)
    axes.plot([one.cost.low, one.cost.high], [at[1], at[1]], color=stand_in(own), linewidth=1.2, url=url)
    point(drawing, own, at, url)


def _axes(drawing: Drawing, cost: Cost, told: Sequence[_Priced]) -> None:
    axes = drawing.axes
    axes.set_ylim(-EDGE * 2, 1 + EDGE)
    axes.set_yticks(*QUARTERS)
    axes.set_xlabel(cost.name)
    if cost.in_tens and all(one.cost.low > 0 for one in told):
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(LogFormatter())
    axes.margins(x=0.12)
