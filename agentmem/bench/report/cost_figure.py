"""The figure of cost against quality: who scores more, and who pays less for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean

from agentmem.bench.evaluation import Outcome
from agentmem.bench.report.board import Group, mean_of
from agentmem.bench.report.drawing import Drawing, Mark
from agentmem.bench.report.links import Links
from agentmem.bench.report.palette import INK, LINE, stand_in
from agentmem.bench.report.panel import EDGE, HEIGHT, QUARTERS, WIDTH, Panel, point, say_plainly, short
from agentmem.bench.report.quantities import number
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


@dataclass(frozen=True)
class Priced:
    """What a memory scored, what it cost, and the anchor of the cells that say so."""

    memory: str
    score: Mean
    cost: Mean
    anchor: str


def _ms(outcome: Outcome) -> float | None:
    if not outcome.events or not outcome.recalls:
        return None
    return outcome.write_ms / outcome.events + outcome.recall_ms / outcome.recalls


def _tokens(outcome: Outcome) -> float | None:
    return outcome.receipt.tokens / outcome.events if outcome.events else None


COSTS = (
    Cost("ms to write one event and recall once", _ms, in_tens=True),
    Cost("tokens per event", _tokens, in_tens=False),
)


def costs(links: Links, cost: Cost) -> Iterator[Panel]:
    """Yield a panel for all tasks together, then one for each; none where that cost is 0 everywhere."""
    board = links.board
    by_task = {
        task: [one for group in board.of_task(task) if (one := _priced(links, group, cost))]
        for task in board.scored_tasks
    }
    if len(by_task) > 1 and (over_all := _over_all(links, list(by_task.values()))):
        yield from _panel(links, cost, over_all, title="all tasks")
    for task, told in by_task.items():
        yield from _panel(links, cost, told, title=board.names[task])


def _priced(links: Links, group: Group, cost: Cost) -> Priced | None:
    spent = [told for _, outcome in group.done if outcome.score is not None and (told := cost.of(outcome)) is not None]
    mean = mean_of(spent)
    return Priced(group.memory, group.score, mean, links.group(group)) if group.score and mean else None


def _over_all(links: Links, tasks: Sequence[Sequence[Priced]]) -> list[Priced]:
    """Return the means over all tasks, of the memories that have one in each; a cost over tasks has no interval."""
    found = []
    for memory, score in links.board.overall.items():
        spent = [one.cost.value for told in tasks for one in told if one.memory == memory]
        if len(spent) == len(tasks):
            mean = fmean(spent)
            found.append(Priced(memory, score, Mean(value=mean, low=mean, high=mean), links.all_of(memory)))
    return found


def _panel(links: Links, cost: Cost, told: Sequence[Priced], *, title: str) -> Iterator[Panel]:
    if not any(one.cost.value for one in told):
        return
    drawing = Drawing(WIDTH, HEIGHT)
    edge = front(told)
    drawing.axes.step([one.cost.value for one in edge], [one.score.value for one in edge],
                      where="post", color=LINE, linewidth=1.5)  # fmt: skip
    for one in told:
        _draw(drawing, links, one)
    for one in edge[:NAMED]:
        name = drawing.axes.annotate(short(one.memory), (one.cost.value, one.score.value), color=INK, fontsize=10,
                                     xytext=(6, -12), textcoords="offset points")  # fmt: skip
        name.set_url(drawing.mark(Mark(links.memory(one.memory), f"#{one.anchor}")))
    _axes(drawing, cost, told)
    yield Panel(title, drawing.svg(f"{title}: score against {cost.name}, of each memory"))


def front(told: Sequence[Priced]) -> list[Priced]:
    """Return those that nobody beats at their cost, the cheapest first: the Pareto front."""
    edge: list[Priced] = []
    for one in sorted(told, key=lambda one: (one.cost.value, -one.score.value)):
        if not edge or one.score.value > edge[-1].score.value:
            edge.append(one)
    return edge


def _draw(drawing: Drawing, links: Links, one: Priced) -> None:
    own, axes = links.memory(one.memory), drawing.axes
    at = (one.cost.value, one.score.value)
    title = f"{one.memory}: {number(one.score)} at {one.cost.value:.3g}"
    url = drawing.mark(Mark(own, f"#{one.anchor}", title))
    axes.plot([at[0], at[0]], [one.score.low, one.score.high], color=stand_in(own), linewidth=1.2, url=url)
    axes.plot([one.cost.low, one.cost.high], [at[1], at[1]], color=stand_in(own), linewidth=1.2, url=url)
    point(drawing, own, at, url)


def _axes(drawing: Drawing, cost: Cost, told: Sequence[Priced]) -> None:
    axes = drawing.axes
    axes.set_ylim(-EDGE * 2, 1 + EDGE)
    axes.set_yticks(*QUARTERS)
    axes.set_xlabel(cost.name)
    axes.margins(x=0.12)
    if cost.in_tens and all(one.cost.low > 0 for one in told):
        axes.set_xscale("log")
        say_plainly(axes.xaxis)
