"""`agentmem bench`: hands the rest of the line to what is measured."""

from __future__ import annotations

import typer


def bench(ctx: typer.Context) -> None:
    """Measure: `bench recall` how well memories find what was said, `bench cost` and `bench store` what they cost."""
    from agentmem.cli.bench_commands import app

    code = app(ctx.args, prog_name="agentmem bench", standalone_mode=False, obj=ctx.obj)
    raise typer.Exit(code if isinstance(code, int) else 0)
