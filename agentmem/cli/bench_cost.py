"""`agentmem bench cost`: what memories cost as they grow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from agentmem.cli.chosen import Json
from agentmem.cli.measured import Limit, Names, SettingsOfEach, again, memories_of
from agentmem.cli.output import as_json, caption, heading, table
from agentmem.cli.progress import progress
from agentmem.cli.thinking import thinking_again, with_thinking
from agentmem.errors import InvalidInput

if TYPE_CHECKING:
    from agentmem.bench.growth import CostReport, Growth, Measured
    from agentmem.thinking import Thinking

AGAINST = "bm25"
SIZES = "1000,10000,100000"


@with_thinking
def cost(  # noqa: PLR0913 - one parameter is one option
    ctx: typer.Context,
    *,
    memory: Names,
    settings: SettingsOfEach = None,
    sizes: Annotated[
        str, typer.Option("--sizes", metavar="N,N", help="Events in the memories when they are measured.")
    ] = SIZES,
    against: Annotated[
        str, typer.Option("--against", metavar="NAME", help="The memory that ratios are to; measured as well.")
    ] = AGAINST,
    writes: Annotated[int, typer.Option("--writes", min=1, metavar="N", help="Writes measured at each size.")] = 200,
    recalls: Annotated[int, typer.Option("--recalls", min=1, metavar="N", help="Recalls measured at each size.")] = 100,
    limit: Limit = 10,
    seed: Annotated[int, typer.Option("--seed", min=0, metavar="N", help="Of the made-up chat.")] = 0,
    thinking: Thinking,
    json: Json = False,
) -> None:
    """Measure what memories cost as they grow.

    Processor time per write and per recall, as ratios to a plain memory in the same run: all memories
    are told the same made-up chat, which needs no file and no network, and are measured in turns.
    Also told: calls, tokens and texts embedded, bytes per event, whether a write stays as cheap as it
    was, and whether text that did not change is embedded again. What was made is erased.
    """
    from agentmem.bench.cost import cost as measure
    from agentmem.bench.growth import Growing

    memories, host = memories_of(memory, settings), ctx.obj.host()
    growing = Growing(
        sizes=_numbers(sizes), writes=writes, recalls=recalls, limit=limit, seed=seed,
        **dict(thinking),
    )  # fmt: skip
    with progress((len(memories) + (against not in memories)) * growing.sizes[-1]) as moved:
        report = measure(host, memories, against=against, growing=growing, moved=moved)
    if json:
        as_json(report)
        return
    words: list[object] = ["bench", "cost", "--memory", memory, "--sizes", sizes, "--against", against]
    words += ["--writes", writes, "--recalls", recalls, "--limit", limit, "--seed", seed]
    words += thinking_again(growing)
    _show(report, again=again(ctx.obj, words, settings))


def _numbers(sizes: str) -> tuple[int, ...]:
    """Return the sizes.

    Raises:
        InvalidInput: they are not whole numbers from 1 on that rise.

    >>> _numbers("1000,10000")
    (1000, 10000)
    """
    try:
        numbers = tuple(int(size) for size in sizes.split(","))
    except ValueError:
        numbers = ()
    if not numbers or numbers[0] < 1 or list(numbers) != sorted(set(numbers)):
        raise InvalidInput(f"--sizes is given {sizes!r}; write numbers of events that rise, such as 1000,10000")
    return numbers


def _show(report: CostReport, *, again: str) -> None:
    for what in ("write", "recall"):
        heading(f"per {what}, at each size")
        _table([_turn(row, what) for row in report.rows])
    heading(f"growth, from {report.growing.sizes[0]:,} to {report.growing.sizes[-1]:,} events")
    _table([_growth(one) for one in report.growth])
    caption(_caption(report, again))


def _table(rows: Sequence[Mapping[str, str]]) -> None:
    columns = list(rows[0])
    table(rows, columns=columns, nothing="", figures=columns[1:])


def _turn(row: Measured, what: str) -> dict[str, str]:
    turn = row.write if what == "write" else row.recall
    return {
        "memory": row.memory,
        "events": f"{row.events:,}",
        "CPU ms": f"{turn.cpu_ms:.3f}",
        "ratio": f"{turn.ratio:.2f}x",
        "calls": f"{turn.receipt.calls / turn.times:.2f}",
        "tokens": f"{turn.receipt.tokens / turn.times:,.0f}",
        "embedded": f"{turn.receipt.embedded / turn.times:.2f}",
    }


def _growth(one: Growth) -> dict[str, str]:
    return {
        "memory": one.memory,
        "write": f"{one.write:.2f}x",
        "flat": {True: "yes", False: "no", None: ""}[one.flat],
        "recall": f"{one.recall:.2f}x",
        "bytes\n/event": f"{one.bytes_per_event:,.0f}",
        "texts\nembedded": f"{one.embedded.asked:,}",
        "of them\ndistinct": f"{one.embedded.distinct:,}",
        "said\nagain": f"{one.embedded.repeated:,}",
        "un-\nchanged": f"{one.embedded.unchanged:,}",
    }


def _caption(report: CostReport, again: str) -> Iterator[str]:
    from agentmem.bench.growth import FLAT

    how, proved = report.growing, report.growth[0].embedded.events
    yield (
        f"mean processor time of {how.writes} durable writes and {how.recalls} recalls, taken in turns; "
        f"ratios are to {report.against}; {report.seconds:.0f} s"
    )
    yield f"flat: at the largest size a write costs at most {FLAT}x what it costs at the smallest"
    yield f"texts embedded: asked for while writing {proved:,} events, with no cache to hide what is asked for twice;"
    yield "said again: known, and in the new event too (a name); unchanged: known, and not said again: should be 0"
    for one in report.growth:
        if one.set_aside:
            yield f"{one.memory} could not take in {one.set_aside:,} events"
    yield f"again: {again}"
