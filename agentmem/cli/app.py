"""The commands, and the options before them that hold for all."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agentmem.cli.ablate import ablate
from agentmem.cli.bench import bench
from agentmem.cli.catalogue import games, plugins
from agentmem.cli.chat import chat
from agentmem.cli.check import check
from agentmem.cli.chosen import Chosen, plugins_in, trace_hooks
from agentmem.cli.copy import copy
from agentmem.cli.cost import cost
from agentmem.cli.doctor import doctor
from agentmem.cli.evaluations import evaluations
from agentmem.cli.export import export, import_
from agentmem.cli.keys import keys
from agentmem.cli.mcp import mcp
from agentmem.cli.memories import memories
from agentmem.cli.new_plugin import new_plugin
from agentmem.cli.play import play
from agentmem.cli.rebuild import rebuild
from agentmem.cli.reembed import reembed
from agentmem.cli.replay import replay
from agentmem.cli.retry import retry
from agentmem.cli.serve import serve
from agentmem.cli.show import show
from agentmem.cli.status import status
from agentmem.cli.why import why

app = typer.Typer(
    name="agentmem",
    help="Agents with graph memory: play a game, see what is remembered and why, compare memories.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,  # rich would double the time of --help
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"agentmem-graph {version('agentmem-graph')}")
        raise typer.Exit


@app.callback()
def options(  # noqa: PLR0913 - one parameter is one option
    ctx: typer.Context,
    *,
    plugin: Annotated[
        list[str] | None, typer.Option("-p", metavar="no:NAME", help="Leave out a plugin; may be repeated.")
    ] = None,
    also: Annotated[
        list[str] | None,
        typer.Option("--plugin", metavar="FILE|MODULE", help="Load a file, a package or a module as well."),
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--plugins-dir", metavar="FOLDER", help="Load each file and package in it as well.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict-plugins", help="Stop at the first broken plugin.")] = False,
    trace: Annotated[bool, typer.Option("--trace-hooks", help="Tell who was asked what, and how long.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,  # noqa: ARG001 - read by entry.py
    version: Annotated[  # noqa: ARG001 - its callback does it
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and leave.")
    ] = False,
) -> None:
    """Agents with graph memory: play a game, see what is remembered and why, compare memories."""
    if trace:
        trace_hooks()
    there = plugins_in(folder) if folder else ()
    ctx.obj = Chosen(blocked=tuple(plugin or ()), also=(*(also or ()), *there), strict=strict)


for command in (
    play,
    replay,
    chat,
    mcp,
    games,
    memories,
    evaluations,
    plugins,
    check,
    new_plugin,
    status,
    show,
    why,
    cost,
    retry,
    rebuild,
    reembed,
    copy,
    export,
    import_,
    ablate,
    serve,
    doctor,
):
    app.command(command.__name__.rstrip("_").replace("_", "-"))(command)
app.add_typer(keys)
app.command(add_help_option=False, context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(bench)
