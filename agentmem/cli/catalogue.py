"""`agentmem games` and `plugins`: what there is to choose from, and from whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from agentmem.cli.chosen import Json
from agentmem.cli.output import as_json, table

if TYPE_CHECKING:
    from agentmem.plugins import PluginReport


def games(ctx: typer.Context, *, json: Json = False) -> None:
    """List the games.

    Families and levels, the seconds it takes to make one, and the seeds that are made already.
    """
    host = ctx.obj.host()
    rows = [
        {**row, "family": family}
        for family, offer in sorted(host.environments.items())
        for row in offer.factory().catalogue()
    ]
    if json:
        as_json(rows)
        return
    table(rows, columns=("name", "about", "seconds", "cached_seeds"), nothing="no plugin offers games")
    typer.echo("\nplay one with: agentmem play NAME   (any .z8 or .z5 file by its path; conversations: chat:FILE)")


def plugins(ctx: typer.Context, *, json: Json = False) -> None:
    """List the plugins, broken ones too.

    Who offers what, from which distribution, and what is broken, with its reason.
    """
    rows = [_row(report) for report in ctx.obj.host().plugins()]
    if json:
        as_json(rows)
        return
    columns = ("name", "state", "distribution", "version", "offers", "reason")
    table(rows, columns=columns, nothing="no plugins are installed")


def _row(report: PluginReport) -> dict[str, Any]:
    offers = [f"{kind} {name}" for kind, names in report.offers.items() for name in names]
    return {
        "name": report.name,
        "state": report.state,
        "distribution": report.distribution,
        "version": report.version,
        "source": report.source,
        "offers": offers,
        "hooks": list(report.hooks),
        "reason": report.reason,
    }
