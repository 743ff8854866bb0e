"""`agentmem rebuild`: derive a memory again from the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from agentmem.cli.chosen import Json, Namespace, Settings, StoreUri, settings_of
from agentmem.cli.output import as_json
from agentmem.cli.progress import waiting
from agentmem.cli.status import standing
from agentmem.cli.stored import existing, namespace_of
from agentmem.cli.thinking import with_thinking

if TYPE_CHECKING:
    from agentmem.thinking import Thinking


@with_thinking
def rebuild(  # noqa: PLR0913 - one parameter is one option
    ctx: typer.Context,
    store: StoreUri,
    *,
    memory: Annotated[str, typer.Option("--memory", metavar="NAME", help="The memory to derive again.")],
    settings: Settings = None,
    namespace: Namespace = None,
    thinking: Thinking,
    json: Json = False,
) -> None:
    """Derive a memory again, from the journal.

    With the same settings (--set) this gives the same graph, byte for byte: the digests say so.
    A memory that never ran there is derived for the first time, and has nothing to be compared with.
    """
    from agentmem.agent_memory import AgentMemory
    from agentmem.graph.digest import digest

    host = ctx.obj.host()
    built = host.memory(memory, settings_of(settings))
    with thinking.opened(host) as thinks, existing(host, store) as opened:
        chosen = namespace_of(opened, namespace)
        ran = built.name in {row["memory"] for row in standing(opened.graph(chosen), offered=[built.name])}
        remembered = AgentMemory(
            opened, namespace=chosen, memory=built, language=thinks, host=host, budget=thinking.budget
        )
        before = digest(remembered.graph, built.name) if ran else None
        with waiting(thinks):
            receipt = remembered.rebuild()
        after = digest(remembered.graph, built.name)
        entries = remembered.status().folded
    told = {"namespace": chosen, "memory": memory, "entries": entries, "before": before, "after": after}
    if json:
        as_json({**told, "same": before == after if ran else None, "receipt": receipt})
        return
    typer.echo(f"{memory} in {chosen}: {entries} entries folded again, {receipt.milliseconds:.0f} ms in the language")
    if not ran:
        typer.echo(f"{memory} never ran in {chosen} before, so there is nothing to compare with; now it is {after}")
        return
    typer.echo(f"before {before}\nafter  {after}")
    typer.echo("the same graph" if before == after else "another graph: other settings, rules or versions derived it")
