"""`agentmem doctor`: whether everything needed is here and fits together."""

from __future__ import annotations

import typer

from agentmem.cli.chosen import Json


def doctor(ctx: typer.Context, *, json: Json = False) -> None:
    """Check the installation; each finding comes with its cure. Exit code 1 if something is wrong."""
