"""What `agentmem bench recall` found, as tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from agentmem.bench.evidence import OVERALL, Average, Cost, RecallReport
from agentmem.bench.retrieval import DEPTH, ROUNDS, Mean
from agentmem.bench.troubles import troubles
from agentmem.cli.output import caption, heading, table

MEMORY = "memory"
INTERVAL = "95 %"


def show(report: RecallReport, *, again: str) -> None:
    """Print how well the memories found the evidence, what they cost, what failed, and how to measure it again."""
    overall = [one for one in report.averages if one.category == OVERALL] or list(report.averages)
    cut = max((k for one in overall for k in one.recall if k <= DEPTH), default=0)
    if overall:
        heading(f"evidence found, in %; {overall[0].questions:,} questions")
        _table([_quality(one, cut) for one in overall])
        by_category = _by_category(report.averages, cut)
        if len(by_category[0]) > 2:
            heading(f"R@{cut} by category, in %")
            _table(by_category)
    heading("writing, per event")
    _table([_writing(one, report) for one in report.costs])
    if report.questions:
        heading("recalling, per question")
        _table([_recalling(one, report) for one in report.costs])
    caption(_caption(report, cut, again))


def _table(rows: Sequence[Mapping[str, str]]) -> None:
    columns = list(rows[0])
    table(rows, columns=columns, nothing="", figures=columns[1:])


def _quality(one: Average, cut: int) -> dict[str, str]:
    low, high = one.recall[cut].low * 100, one.recall[cut].high * 100
    return {
        MEMORY: one.memory,
        **{f"R@{k}": _percent(mean) for k, mean in one.recall.items()},
        INTERVAL: f"{low:.1f}-{high:.1f}",
        f"hit\n@{cut}": _percent(one.hit[cut]),
        "MRR": _percent(one.reciprocal_rank),
        f"nDCG\n@{DEPTH}": _percent(one.ndcg),
        f"listed\n@{cut}": _percent(one.as_listed[cut]),
    }


def _by_category(averages: Sequence[Average], cut: int) -> list[dict[str, str]]:
    """Return a row for each memory: recall by category, each headed by how many questions it has."""
    rows = []
    for memory in dict.fromkeys(one.memory for one in averages):
        own = [one for one in averages if one.memory == memory and one.category != OVERALL]
        found = {f"{one.category}\nn = {one.questions:,}": _percent(one.recall[cut]) for one in own}
        rows.append({MEMORY: memory, **found})
    return rows


def _writing(one: Cost, report: RecallReport) -> dict[str, str]:
    model = {"calls": f"{one.calls_per_write:.2f}", "tokens": f"{one.tokens_per_write:,.0f}"}
    consolidating = {"consolidate s": f"{one.consolidate_s:.1f}"}
    return {
        MEMORY: one.memory,
        "events/s": f"{one.events_per_s:,.0f}",
        "CPU ms": f"{one.write_cpu_ms:.2f}",
        "bytes": f"{one.bytes_per_event:,.0f}",
        "embedded": f"{one.embedded_per_write:.2f}",
        "set aside": f"{one.set_aside:,}",
        **(model if _asks_a_model(report) else {}),
        **(consolidating if report.asking.consolidate else {}),
    }


def _recalling(one: Cost, report: RecallReport) -> dict[str, str]:
    model = {"calls": f"{one.calls_per_recall:.2f}", "tokens": f"{one.tokens_per_recall:,.0f}"}
    assert one.recall_cpu_ms is not None
    assert one.recall_wall_ms is not None
    return {
        MEMORY: one.memory,
        "CPU ms\np50": f"{one.recall_cpu_ms.p50:.2f}",
        "CPU ms\np95": f"{one.recall_cpu_ms.p95:.2f}",
        "wall ms\np50": f"{one.recall_wall_ms.p50:.2f}",
        "wall ms\np95": f"{one.recall_wall_ms.p95:.2f}",
        "recalled": f"{one.recollections:.1f}",
        "pinned": f"{one.pinned:.1f}",
        "sources\neach": f"{one.sources:.1f}",
        "text\nlength": f"{one.characters:,.0f}",
        **(model if _asks_a_model(report) else {}),
    }


def _asks_a_model(report: RecallReport) -> bool:
    return any(one.calls_per_write or one.calls_per_recall for one in report.costs)


def _caption(report: RecallReport, cut: int, again: str) -> Iterator[str]:
    yield (
        f"{report.format}: {report.conversations} conversations, {report.events:,} events, "
        f"{report.questions:,} questions, {report.scored:,} scored; {report.seconds:.0f} s"
        + ("" if _asks_a_model(report) else ", no model called")
    )
    yield from report.notes
    if apart := sorted({one.question.category for one in report.asked if one.question.apart}):
        yield f"not in the first table: {', '.join(apart)}"
    if report.averages:
        yield f"R@k: share of the evidence in the first k ranks; {INTERVAL}: interval of R@{cut}, {ROUNDS:,} resamples"
        yield "a recollection takes a rank for each source that none before it has, at least one; pinned ones take none"
        yield f"listed@{cut}: R@{cut} if each recollection took one rank, whatever it cites"
    for one in report.costs:
        failed = [failure.error for failure in report.failures if failure.memory == one.memory]
        yield from troubles(
            one.memory, set_aside=one.set_aside, waiting=one.deferred, events=report.events, failures=failed
        )
    yield f"again: {again}"


def _percent(mean: Mean) -> str:
    return f"{mean.value * 100:.1f}"
