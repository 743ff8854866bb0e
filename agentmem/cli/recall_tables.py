"""What `agentmem bench recall` found, as tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from agentmem.bench.evidence import OVERALL, Average, Cost, RecallReport, Spread
from agentmem.bench.retrieval import DEPTH, ROUNDS, Mean
from agentmem.cli.output import caption, heading, table

INTERVAL = "95 %"
NO_QUESTIONS = "no question says where its answer is: nothing to score"
MEMORY = "memory"


def show(report: RecallReport, *, again: str) -> None:
    """Print how well the memories found the evidence, what they cost, what failed, and how to measure it again."""
    cut = max((k for one in report.averages for k in one.recall), default=0)
    overall = [one for one in report.averages if one.category == OVERALL]
    if report.averages:
        heading("evidence found, in %")
        _table([_quality(one, cut) for one in overall])
        by_category = list(_by_category(report.averages, cut))
        if len(by_category[0]) > 2:
            heading(f"R@{cut} by category, in %")
            _table(by_category)
    heading("writing, per event")
    _table([_writing(one, report) for one in report.costs])
    if report.questions:
        heading("recalling, per question")
        _table([_recalling(one) for one in report.costs])
    caption(_caption(report, cut, again))


def _table(rows: Sequence[Mapping[str, str]]) -> None:
    columns = list(rows[0])
    table(rows, columns=columns, nothing=NO_QUESTIONS, figures=columns[1:])


def _quality(one: Average, cut: int) -> dict[str, str]:
    return {
        MEMORY: one.memory,
        "questions": f"{one.questions:,}",
        **{f"R@{k}": _percent(mean) for k, mean in one.recall.items()},
        INTERVAL: f"{one.recall[cut].low:.1%} to {one.recall[cut].high:.1%}".replace("%", ""),
        f"hit@{cut}": _percent(one.hit[cut]),
        "MRR": _percent(one.reciprocal_rank),
        f"nDCG@{DEPTH}": _percent(one.ndcg),
        f"listed@{cut}": _percent(one.as_listed[cut]),
    }


def _by_category(averages: Sequence[Average], cut: int) -> Iterator[dict[str, str]]:
    """Yield a row for each memory: recall by category, each under how many questions it has."""
    for memory in dict.fromkeys(one.memory for one in averages):
        own = [one for one in averages if one.memory == memory and one.category != OVERALL]
        yield {MEMORY: memory} | {f"{one.category}\nn = {one.questions:,}": _percent(one.recall[cut]) for one in own}


def _writing(one: Cost, report: RecallReport) -> dict[str, str]:
    consolidating = {"consolidate s": f"{one.consolidate_s:.1f}"} if report.asking.consolidate else {}
    return {
        MEMORY: one.memory,
        "events/s": f"{one.events_per_s:,.0f}",
        "CPU ms": f"{one.write_cpu_ms:.2f}",
        "bytes": f"{one.bytes_per_event:,.0f}",
        "embedded": f"{one.embedded_per_write:.2f}",
        "calls": f"{one.calls_per_write:.2f}",
        "tokens": f"{one.tokens_per_write:,.0f}",
        "set aside": f"{one.set_aside:,}",
        **consolidating,
    }


def _recalling(one: Cost) -> dict[str, str]:
    return {
        MEMORY: one.memory,
        "CPU ms": _milliseconds(one.recall_cpu_ms, "p50"),
        "p95": _milliseconds(one.recall_cpu_ms, "p95"),
        "wall ms": _milliseconds(one.recall_wall_ms, "p50"),
        "p95 ": _milliseconds(one.recall_wall_ms, "p95"),
        "calls": f"{one.calls_per_recall:.2f}",
        "tokens": f"{one.tokens_per_recall:,.0f}",
        "recalled": f"{one.recollections:.1f}",
        "sources": f"{one.sources:.1f}",
        "characters": f"{one.characters:,.0f}",
    }


def _caption(report: RecallReport, cut: int, again: str) -> Iterator[str]:
    yield (
        f"{report.format}: {report.conversations} conversations, {report.events:,} events, "
        f"{report.questions:,} questions, {report.scored:,} scored; {report.seconds:.0f} s"
    )
    yield from report.notes
    if apart := sorted({one.question.category for one in report.asked if one.question.apart}):
        yield f"questions of {', '.join(apart)} are scored by themselves, not overall"
    if report.averages:
        yield (
            f"R@k: evidence within the first k ranks; {INTERVAL}: of R@{cut}, {ROUNDS:,} resamples; "
            "a recollection takes a rank for each event it names first"
        )
        yield f"listed@{cut}: the same, if each recollection took one rank, whatever it cites"
    yield from _failures(report)
    yield f"again: {again}"


def _failures(report: RecallReport) -> Iterator[str]:
    """Yield how often each memory failed, and the first reason."""
    counted = Counter(one.memory for one in report.failures)
    for memory, times in counted.items():
        first = next(one for one in report.failures if one.memory == memory)
        yield f"{memory} failed on {times} questions, which count as nothing found; the first: {first.error}"


def _percent(mean: Mean) -> str:
    return f"{mean.value * 100:.1f}"


def _milliseconds(spread: Spread | None, which: str) -> str:
    value: Callable[[Spread], float] = (lambda one: one.p50) if which == "p50" else (lambda one: one.p95)
    return "" if spread is None else f"{value(spread):.2f}"
