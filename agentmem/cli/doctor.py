"""`agentmem doctor`: whether everything needed is here and fits together, and how a store is."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from agentmem.cli.chosen import A_STORE, Json, named
from agentmem.cli.output import as_json, one_line, table


def doctor(
    ctx: typer.Context,
    store: Annotated[str | None, typer.Argument(metavar="[STORE]", callback=named, help=A_STORE)] = None,
    *,
    json: Json = False,
) -> None:
    """Check this installation, or a store.

    Each finding comes with its cure. Exit code 1 if something is wrong. Nothing is changed.
    """
    from agentmem.doctor import examine, examine_store

    host = ctx.obj.host()
    findings = examine(host) if store is None else examine_store(host, store)
    if json:
        as_json([asdict(finding) for finding in findings])
    else:
        table(
            [asdict(finding) for finding in findings], columns=("state", "what", "said"), nothing="nothing to look at"
        )
        for finding in findings:
            if finding.cure:
                typer.echo(f"\n{finding.what}: {one_line(finding.cure)}")
    if any(finding.state == "wrong" for finding in findings):
        raise typer.Exit(1)
