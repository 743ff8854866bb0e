"""`agentmem bench report`: a grid as one page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agentmem.cli.chosen import Json
from agentmem.cli.output import as_json


def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where `bench play` or `bench run` wrote its results.")],
    *,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The page; by default report.html in that folder.")
    ] = None,
    json: Json = False,
) -> None:
    """Make one HTML file of a grid: tables and figures, each linked to the runs it came from.

    It asks for nothing from any network. Its links are relative: move it together with the folder. A grid that still
    runs, or was stopped, can be reported too; the page says what is missing.
    """
    from agentmem.bench.report.writing import write

    file = write(folder, out)
    if json:
        as_json({"report": file, "bytes": file.stat().st_size})
    else:
        typer.echo(f"{file} ({file.stat().st_size / 1e6:.1f} MB); open it in a browser")
