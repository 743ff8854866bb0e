"""`agentmem mcp`: one memory for any client of the Model Context Protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from agentmem.cli.chosen import A_STORE, Settings, named, settings_of
from agentmem.cli.thinking import with_thinking
from agentmem.errors import InvalidInput

if TYPE_CHECKING:
    from agentmem.thinking import Thinking


@with_thinking
def mcp(  # noqa: PLR0913 - one parameter is one option
    ctx: typer.Context,
    store: Annotated[str, typer.Argument(metavar="STORE", callback=named, help=A_STORE)] = "memory.db",
    *,
    user: Annotated[str | None, typer.Option(metavar="NAME", help="Whose memory; no tool can name another's.")] = None,
    app: Annotated[str | None, typer.Option(metavar="NAME", help="In which application, if there are several.")] = None,
    memory: Annotated[str, typer.Option(metavar="NAME", help="See: agentmem memories.")] = "episodic",
    settings: Settings = None,
    http: Annotated[bool, typer.Option("--http", help="Serve this machine over HTTP instead of a pipe.")] = False,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="With --http; 0 for any that is free.")] = None,
    thinking: Thinking,
) -> None:
    """Let a client of the Model Context Protocol remember.

    It speaks over standard input and output, where the client starts it; or with --http over streamable HTTP.
    """
    from agentmem.agent_memory import AgentMemory
    from agentmem.connect.mcp import serve_http, serve_stdio

    if port is not None and not http:
        raise InvalidInput(f"--port {port} is for HTTP; add --http, or leave it out")
    host = ctx.obj.host()
    with (
        thinking.opened(host) as language,
        AgentMemory(
            store, app=app, user=user, memory=memory, settings=settings_of(settings),
            language=language, host=host, budget=thinking.budget,
        ) as opened,
    ):  # fmt: skip
        if http:
            serve_http(opened, 8766 if port is None else port, started=lambda at: typer.echo(at, err=True))
        else:
            serve_stdio(opened)
