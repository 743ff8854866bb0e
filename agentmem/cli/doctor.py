"""`agentmem doctor`: whether everything needed is here and fits together."""

from __future__ import annotations

from dataclasses import asdict

import typer

from agentmem.cli.chosen import Json
from agentmem.cli.output import as_json, one_line, table


def doctor(ctx: typer.Context, *, json: Json = False) -> None:
    """Check this installation.

    Each finding comes with its cure. Exit code 1 if something is wrong.
    """
    from agentmem.doctor import examine

    findings = examine(ctx.obj.host())
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
