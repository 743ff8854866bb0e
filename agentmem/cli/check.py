"""`agentmem check`: whether a memory keeps its promises, what it can do besides, and what it costs."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agentmem.cli.chosen import Json, Settings, settings_of
from agentmem.cli.memories import first_line
from agentmem.cli.output import as_json, caption, heading, one_line, table
from agentmem.cli.progress import progress
from agentmem.errors import InvalidInput
from agentmem.plural import counted

if TYPE_CHECKING:
    from agentmem.bench.growth import Turn
    from agentmem.conformance.checking import Conformance
    from agentmem.conformance.costs import Cost
    from agentmem.conformance.verdicts import Verdict

FIGURES = ("tasks", "calls", "tokens", "embedded", "CPU ms", "nodes", "edges", "recalled")


def check(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The memory; see: agentmem memories.")],
    *,
    settings: Settings = None,
    json: Json = False,
) -> None:
    """Check whether a memory keeps its promises.

    Each promise of the contract (`agentmem.testing.memory_contract`), with rules and with a scripted
    model, without pytest; the optional powers it has; and what a write and a recall cost it. It needs
    no key and no network. Of a file that is not installed: agentmem --plugin FILE check NAME.

    Exit code: 0; 1 where a promise is broken.
    """
    if len(names := name.split("+")) > 1:
        each = ", ".join(ctx.obj.command("check", one) for one in names if one)
        raise InvalidInput(f"{name!r} is a stack, and memories are checked one at a time: {each}")
    host = ctx.obj.host()
    from agentmem.conformance.checking import STEPS
    from agentmem.conformance.checking import check as check_all

    logging.getLogger("agentmem").setLevel(logging.ERROR)  # what a memory does wrong is in the table
    with progress(STEPS) as moved:
        found = check_all(host, name, settings_of(settings), moved=moved)
    if json:
        as_json({**found.model_dump(), "is_kept": found.is_kept})
    else:
        _show(found)
    raise typer.Exit(0 if found.is_kept else 1)


def _show(found: Conformance) -> None:
    from agentmem.described import POWERS

    by = f"plugin {found.plugin}" + (f" of {found.distribution}" if found.distribution else "")
    typer.echo(
        f"{one_line(found.memory)}   by {one_line(by)}\n{one_line(found.about or 'it does not say what it is')}\n"
    )
    rows = list(_promises(found))
    columns = ["promise", *found.promises, *(["why"] if any(row["why"] for row in rows) else [])]
    table(rows, columns=columns, nothing="")
    typer.echo()
    offered = [
        {"power": one, "offered": "yes" if one in found.powers else "no", "what it is": first_line(contract)}
        for one, contract in POWERS.items()
    ]
    table(offered, columns=("power", "offered", "what it is"), nothing="")
    heading("cost")
    costs = [row for one in found.costs for row in _costs(one)]
    table(costs, columns=("of a", "language", *FIGURES), nothing="could not be measured", figures=FIGURES)
    caption(_caption(found))


def _promises(found: Conformance) -> Iterator[dict[str, str]]:
    """Yield a row for each promise that is about something the memory has; what has the same reason refers to it."""
    told: dict[str, str] = {}
    for each in zip(*found.promises.values(), strict=True):
        if all(one.state == "not offered" for one in each):
            continue
        promise, why = each[0].promise, _why(each)
        first = told.setdefault(why, promise) if why else promise
        states = {language: one.state for language, one in zip(found.promises, each, strict=True)}
        yield {"promise": promise, **states, "why": why if first == promise else f"as above: {first}"}


def _why(each: Sequence[Verdict]) -> str:
    return "; and ".join(dict.fromkeys(one.why for one in each if one.why))


def _costs(cost: Cost) -> Iterator[dict[str, Any]]:
    made = {"nodes": f"{cost.nodes:.2f}", "edges": f"{cost.edges:.2f}"}
    yield {"of a": "write", "language": cost.language, **_turn(cost.write), **made}
    yield {"of a": "recall", "language": cost.language, **_turn(cost.recall), "recalled": f"{cost.recalled:.1f}"}


def _turn(turn: Turn) -> dict[str, str]:
    each = turn.receipt
    return {
        "tasks": f"{each.asked / turn.times:.2f}",
        "calls": f"{each.calls / turn.times:.2f}",
        "tokens": f"{each.tokens / turn.times:,.0f}",
        "embedded": f"{each.embedded / turn.times:.2f}",
        "CPU ms": f"{turn.cpu_ms:.2f}",
    }


def _caption(found: Conformance) -> Iterator[str]:
    from agentmem.conformance.costs import EVENTS, QUESTIONS

    yield f"means of {EVENTS} turns of a made-up chat, each forced to the disk, and {QUESTIONS} questions about it"
    for remark in found.remarks:
        yield f"worth a look: {remark}"
    broken = {one.promise for of_one in found.promises.values() for one in of_one if one.state == "broken"}
    yield f"broken: {counted(len(broken), 'promise')}" if broken else "every promise is kept"
