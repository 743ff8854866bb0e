"""`agentmem new-plugin`: the project of a memory of one's own, which works at once."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from agentmem.cli.chosen import Json
from agentmem.cli.output import as_json


def new_plugin(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Of the memory: an identifier in lower case.")],
    *,
    folder: Annotated[
        Path | None, typer.Option("--dir", metavar="FOLDER", help="Where it is made: a new folder; by default NAME.")
    ] = None,
    json: Json = False,
) -> None:
    """Make a plugin of your own.

    A whole project, from a template: a memory with settings, a question to a language with its prompt
    and its rule, a test with all promises of memories, and what pip needs. It works at once; docs/plugins.md
    tells how to make it yours.
    """
    from agentmem.scaffold import new_plugin as make
    from agentmem.scaffold import package_of

    folder = folder or Path(name)
    files = make(ctx.obj.host(), name, folder)
    if json:
        as_json({"name": name, "folder": folder, "files": files})
        return
    typer.echo(f"made {folder}: a memory that works at once, to be made yours\n")
    for path in files:
        typer.echo(f"  {path}")
    typer.echo("\nwhat to type next:\n")
    for words, what in (
        (["cd", str(folder)], ""),
        (["pip", "install", "-e", ".[test]"], "registers it with agentmem, once"),
        (["agentmem", "check", name], "its promises, its powers, and what it costs"),
        (["pytest"], "the same promises, and what this memory is for"),
        (["agentmem", "play", "coin:10", "--memory", name], "a game"),
    ):
        typer.echo(f"  {shlex.join(words):<44}{f'# {what}' if what else ''}".rstrip())
    typer.echo(f"\nthe memory itself: {folder / package_of(name) / 'memory.py'}")
