"""`agentmem bench`: hands the rest of the line to what is measured."""

from __future__ import annotations

import typer


def bench(ctx: typer.Context) -> None:
    """Measure: `agentmem bench store`, on this machine, against the bare disk and a bare scan."""
    from agentmem.cli.bench_store import app

    code = app(ctx.args, prog_name="agentmem bench", standalone_mode=False, obj=ctx.obj)
    raise typer.Exit(code if isinstance(code, int) else 0)
