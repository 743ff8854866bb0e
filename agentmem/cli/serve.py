"""`agentmem serve`: memories over HTTP, and a proxy that lets any chat app remember."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agentmem.cli.chosen import Settings, settings_of
from agentmem.cli.thinking import with_thinking
from agentmem.graph.uri import without_password

if TYPE_CHECKING:
    from agentmem.thinking import Thinking

StoreServed = Annotated[str, typer.Argument(metavar="[STORE]", help="A store: memory.db, or a URI.")]
Host = Annotated[str, typer.Option("--host", help="Where to listen; elsewhere than here only with --keys.")]
Port = Annotated[int, typer.Option("--port", min=0, max=65535, help="0 for any that is free.")]
Workers = Annotated[int, typer.Option("--workers", min=1, help="Processes that answer.")]
Remembers = Annotated[str, typer.Option("--memory", metavar="NAME", help="Which memory remembers.")]
Keys = Annotated[
    Path | None, typer.Option("--keys", metavar="FILE", help="Ask for keys, made with: agentmem keys add FILE.")
]
Upstream = Annotated[
    str | None,
    typer.Option("--upstream", metavar="URL", help="The model that chats go on to: http://localhost:11434/v1."),
]
App = Annotated[str | None, typer.Option("--app", metavar="NAME", help="Without keys: of which app all is.")]
User = Annotated[
    str | None, typer.Option("--user", metavar="NAME", help="Without keys: whose it is where a request names nobody.")
]
Hosts = Annotated[
    list[str] | None, typer.Option("--allow-host", metavar="NAME", help="Answer to this name too; repeatable.")
]
Origins = Annotated[
    list[str] | None, typer.Option("--allow-origin", metavar="URL", help="Let this web page ask; repeatable.")
]
Rate = Annotated[float, typer.Option("--rate", min=0, help="Requests a second and key, of a worker; 0: any number.")]


@with_thinking
def serve(  # noqa: PLR0913 - one parameter is one option
    ctx: typer.Context,
    store: StoreServed = "memory.db",
    *,
    host: Host = "127.0.0.1",
    port: Port = 8765,
    workers: Workers = 1,
    memory: Remembers = "episodic",
    settings: Settings = None,
    keys: Keys = None,
    upstream: Upstream = None,
    app: App = None,
    user: User = None,
    allow_host: Hosts = None,
    allow_origin: Origins = None,
    rate: Rate = 100.0,
    thinking: Thinking,
) -> None:
    """Serve memories over HTTP, and chats that remember.

    The verbs of AgentMemory as REST (see /openapi.json), and with --upstream an address for any chat app that speaks
    OpenAI's API. Without --keys only this machine may ask, and names the user itself (X-Agentmem-User).
    """
    from agentmem.connect.server.running import serve as served
    from agentmem.connect.server.settings import Serving

    serving = Serving(
        store=store, memory=memory, memory_settings=settings_of(settings), thinking=thinking, app=app, user=user,
        keys=keys, upstream=upstream, hosts=tuple(allow_host or ()), origins=tuple(allow_origin or ()), rate=rate,
        plugins_blocked=ctx.obj.left_out(), plugins_also=ctx.obj.also,
    )  # fmt: skip

    def started(address: str) -> None:
        typer.echo(f"{without_password(store)} is served at {address} with {memory}; stop with Ctrl-C")

    served(serving, host=host, port=port, workers=workers, started=started)
