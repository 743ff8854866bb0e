"""What can be measured: `agentmem bench play`, `run`, `report`, `recall`, `cost` and `store`."""

from __future__ import annotations

import typer

from agentmem.cli.bench_cost import cost
from agentmem.cli.bench_play import play
from agentmem.cli.bench_recall import recall
from agentmem.cli.bench_report import report
from agentmem.cli.bench_run import run
from agentmem.cli.bench_store import store

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def measure(ctx: typer.Context) -> None:
    """Measure: how well agents play and memories find what was said, and what remembering costs."""
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


for command in (play, run, report, recall, cost, store):
    app.command()(command)
