"""`agentmem bench run`: a grid from a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agentmem.cli.bench_grid import Cluster, Jobs, Out, Timeout, Where, run_grid
from agentmem.cli.chosen import Json


def run(  # noqa: PLR0913 - one parameter is one option
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.toml", help="Memories, and what is measured of them.")],
    *,
    jobs: Jobs = 0,
    timeout: Timeout = 600.0,
    cluster: Cluster = None,
    out: Out = None,
    json: Json = False,
) -> None:
    """Run any evaluation on any memory, data and seed, as a file says, and compare them.

    Each cell is a process of its own. Results are written down as they come: killed and started again, it goes on.
    """
    from agentmem.bench.grid_file import read_grid

    run_grid(ctx.obj, read_grid(file), out=out, where=Where(jobs, timeout, cluster), json=json)
