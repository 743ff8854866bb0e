"""`agentmem evaluations`: what can be measured of any memory, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from agentmem.cli.chosen import Json
from agentmem.cli.memories import SETTINGS, settings_rows
from agentmem.cli.output import as_json, one_line, printable, table

if TYPE_CHECKING:
    from agentmem.bench.described import Description

COLUMNS = ("name", "what is measured", "score", "seeds", "options", "plugin")


def evaluations(
    ctx: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Tell all about this one.")] = None,
    *,
    json: Json = False,
) -> None:
    """List the evaluations: what can be measured of any memory.

    What each measures, what its score is, whether a seed changes anything, and its options with
    defaults. With a NAME: what each option may be, and what it means.
    """
    from agentmem.bench.described import describe

    host = ctx.obj.host()
    told = [describe(host, one) for one in ([name] if name else sorted(host.evaluations))]
    if json:
        as_json(told[0].as_data() if name else [one.as_data() for one in told])
    elif name:
        _print_one(told[0])
    else:
        table(map(_row, told), columns=COLUMNS, nothing="no plugin offers evaluations")
        typer.echo("\nall about one, with its options: agentmem evaluations NAME")


def _print_one(told: Description) -> None:
    by = f"plugin {told.plugin}" + (f" of {told.distribution}" if told.distribution else "")
    typer.echo(f"{one_line(told.name)}   by {one_line(by)}\n{one_line(told.about or told.fault)}")
    seeds = "each seed is another cell, where it changes anything" if told.is_seeded else "a seed changes nothing"
    typer.echo(f"score: {one_line(told.measure)}; {seeds}")
    if told.more:
        typer.echo(f"\n{printable(told.more)}")
    typer.echo()
    columns = ("option", *SETTINGS[1:])
    rows = [{**row, "option": row["setting"]} for row in settings_rows(told.options)]
    table(rows, columns=columns, nothing="there are no options")


def _row(told: Description) -> dict[str, Any]:
    options = [f"{row['setting']}={row['default']}".rstrip("=") for row in settings_rows(told.options)]
    about = f"cannot be built: {told.fault}" if told.fault else told.about
    return {
        "name": told.name,
        "what is measured": about,
        "score": told.measure,
        "seeds": "yes" if told.is_seeded else "no",
        "options": options,
        "plugin": told.plugin,
    }
