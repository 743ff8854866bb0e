"""`agentmem memories`: what each memory is, what it can do beside remembering, and what can be set."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agentmem.cli.chosen import Chosen, Json
from agentmem.cli.output import as_json, markdown_table, one_line, printable, table

if TYPE_CHECKING:
    from agentmem.described import Description
    from agentmem.settings import Setting

COLUMNS = ("name", "what it is", "powers", "plugin")
SETTINGS = ("setting", "default", "values", "what it is")
ARXIV = re.compile(r"arXiv (\d{4}\.\d{4,5})")


def memories(
    ctx: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Tell all about this one.")] = None,
    *,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print the table in Markdown and nothing else.")] = False,
    json: Json = False,
) -> None:
    """List the memories, and what each is.

    The paper, who offers it, and its powers: what it can do beside writing and recalling. With a
    NAME: its settings too, with defaults, values and what they mean.
    """
    from agentmem.described import describe

    host = ctx.obj.host()
    told = [describe(host, one) for one in ([name] if name else sorted(host.memories))]
    broken = [report for report in host.plugins() if report.state == "broken"]
    if json:
        names = [{"plugin": one.name, "distribution": one.distribution, "reason": one.reason} for one in broken]
        as_json(_as_data(told[0]) if name else {"memories": [_as_data(one) for one in told], "broken": names})
    elif markdown:
        typer.echo(settings_in_markdown(told[0]) if name else in_markdown(told))
    elif name:
        _print_one(told[0], ctx.obj)
    else:
        table(map(_row, told), columns=COLUMNS, nothing="no plugin offers memories")
        for report in broken:
            typer.echo(f"\nbroken: {report.name}: {one_line(report.reason)}")
        one, play = (ctx.obj.command(*words, "NAME") for words in (("memories",), ("play", "--memory")))
        typer.echo(f"\nall about one, with its settings: {one}   play: {play}")


def in_markdown(told: list[Description]) -> str:
    """Return memories as a table in Markdown, papers as links: the one in docs/memories.md."""
    rows = [{**_row(one), "name": f"`{one.name}`"} for one in told]
    linked = [
        {**row, "what it is": ARXIV.sub(r"[arXiv \1](https://arxiv.org/abs/\1)", row["what it is"])} for row in rows
    ]
    return markdown_table(linked, columns=COLUMNS[:3])


def settings_in_markdown(told: Description) -> str:
    """Return the settings of a memory as a table in Markdown."""
    rows = [{**row, "setting": f"`{row['setting']}`"} for row in settings_rows(told.settings)]
    return markdown_table(rows, columns=SETTINGS)


def _print_one(told: Description, chosen: Chosen) -> None:
    from agentmem.described import POWERS

    by = f"plugin {told.plugin}" + (f" of {told.distribution}" if told.distribution else "")
    typer.echo(f"{one_line(told.name)}   by {one_line(by)}\n{one_line(told.about or told.fault or 'it does not say')}")
    if told.more:
        typer.echo(f"\n{printable(told.more)}")
    typer.echo()
    powers = [{"power": name, "what it is": first_line(POWERS[name])} for name in told.powers]
    table(powers, columns=("power", "what it is"), nothing="it has no powers beside writing and recalling")
    typer.echo()
    table(settings_rows(told.settings), columns=SETTINGS, nothing="there is nothing to set")
    setting = next((("--set", f"{one.name}={_typed(one.default)}") for one in told.settings), ())
    typer.echo(f"\nplay with it: {chosen.command('play', '--memory', told.name, *setting)}")


def _row(told: Description) -> dict[str, Any]:
    about = f"cannot be built: {told.fault}" if told.fault else told.about
    return {"name": told.name, "what it is": about, "powers": told.powers, "plugin": told.plugin}


def settings_rows(settings: Iterable[Setting]) -> list[dict[str, Any]]:
    """Return settings as rows of a table with the columns `SETTINGS`."""
    return [
        {"setting": one.name, "default": _typed(one.default), "values": one.values, "what it is": one.about}
        for one in settings
    ]


def _typed(value: object) -> str:
    """Return a default as one would type it.

    >>> _typed(True), _typed((1, 2)), _typed(None), _typed({})
    ('true', '1,2', '', '')
    """
    if isinstance(value, tuple | list):
        return ",".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value) if value or value == 0 else ""


def _as_data(told: Description) -> dict[str, Any]:
    return {**asdict(told), "settings": [one._asdict() for one in told.settings]}


def first_line(contract: type) -> str:
    """Return what a contract is, in its own words."""
    return (contract.__doc__ or "").strip().partition("\n")[0]
