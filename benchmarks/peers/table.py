"""What was measured, as tables in Markdown: one line a peer, all its conversations together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from statistics import fmean

from peers.served import Json

HEAD = (
    "memory",
    "turns",
    "R@5",
    "R@10",
    "adversarial R@10",
    "add, CPU ms",
    "add, ms",
    "search, CPU ms",
    "search, ms",
    "calls an add",
    "tokens an add",
    "vectors an add",
    "calls a search",
    "bytes a turn",
)


def tables(lines: Sequence[Json]) -> str:
    """Return the figures of every peer, and then what failed."""
    by_peer: dict[str, list[Json]] = defaultdict(list)
    for line in lines:
        by_peer[line["peer"]].append(line)
    told = {peer: [one for one in some if not one["error"]] for peer, some in by_peer.items()}
    rows = [row(peer, done) for peer, done in told.items() if done]
    return "\n".join([markdown(HEAD, rows), "", *failures(lines)]).strip()


def row(peer: str, done: Sequence[Json]) -> list[str]:
    """Return one line: recall by question, costs by turn and by question."""
    questions = [one for line in done for one in line["questions"]]
    overall = [one for one in questions if not one["apart"]]
    apart = [one for one in questions if one["apart"]]
    turns = sum(line["turns"] for line in done)
    return [
        f"`{peer}`",
        str(turns),
        _share(overall, "5"),
        _share(overall, "10"),
        _share(apart, "10"),
        f"{_mean(done, 'adds', 'cpu_ms'):.1f}",
        f"{_mean(done, 'adds', 'wall_ms'):.0f}",
        f"{_mean(done, 'searches', 'cpu_ms'):.1f}",
        f"{_mean(done, 'searches', 'wall_ms'):.0f}",
        f"{_mean(done, 'adds', 'calls'):.1f}",
        f"{_mean(done, 'adds', 'read') + _mean(done, 'adds', 'written'):,.0f}",
        f"{_mean(done, 'adds', 'texts'):.1f}",
        f"{_mean(done, 'searches', 'calls'):.1f}",
        f"{sum(line['bytes'] for line in done) / max(1, turns):,.0f}",
    ]


def failures(lines: Iterable[Json]) -> list[str]:
    """Return a sentence for each course that failed, and for operations that failed within one."""
    told = [f"- `{one['peer']}` on {one['conversation']}: {one['error']}" for one in lines if one["error"]]
    for one in lines:
        if one["error"]:
            continue
        for what in ("adds", "searches"):
            if failed := one[what]["failed"]:
                why = one[what]["failures"][0]
                told.append(f"- `{one['peer']}` on {one['conversation']}: {failed} {what} failed, such as: {why}")
    return told


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table.

    >>> print(markdown(["a", "b"], [["1", "2"]]))
    | a | b |
    |---|---|
    | 1 | 2 |
    """
    return "\n".join(f"| {' | '.join(one)} |" if one else f"|{'---|' * len(head)}" for one in (head, (), *rows))


def _share(questions: Sequence[Json], k: str) -> str:
    return f"{100 * fmean(one['recall'][k] for one in questions):.1f}" if questions else "-"


def _mean(done: Sequence[Json], what: str, figure: str) -> float:
    """Return a figure over all operations of all conversations."""
    count: int = sum(line[what]["done"] for line in done)
    total: float = sum(line[what][figure] * line[what]["done"] for line in done)
    return total / max(1, count)
