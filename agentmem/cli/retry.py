"""`agentmem retry`: take in what waits for a model, and try again what was set aside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from agentmem.cli.chosen import Json, Namespace, Settings, StoreUri, settings_of
from agentmem.cli.output import as_json, one_line
from agentmem.cli.progress import waiting
from agentmem.cli.status import standing
from agentmem.cli.stored import existing, namespace_of
from agentmem.cli.thinking import with_thinking
from agentmem.errors import InvalidInput
from agentmem.plural import counted

if TYPE_CHECKING:
    from agentmem.agent_memory import Status
    from agentmem.thinking import Thinking


@with_thinking
def retry(  # noqa: PLR0913 - one parameter is one option
    ctx: typer.Context,
    store: StoreUri,
    *,
    memory: Annotated[str, typer.Option("--memory", metavar="NAME", help="Whose entries; a+b for several.")],
    settings: Settings = None,
    namespace: Namespace = None,
    thinking: Thinking,
    json: Json = False,
) -> None:
    """Take in what waits, and what was set aside.

    After an outage, a budget that was used up, or answers that could not be used. What the memory
    has taken in is not asked again; give the settings (--set) the run had. Exit code 1 where something is left over.
    """
    from agentmem.agent_memory import AgentMemory
    from agentmem.stack import open_stack

    host = ctx.obj.host()
    built = open_stack(memory, settings_of(settings), host)
    with thinking.opened(host) as thinks, existing(host, store) as opened:
        chosen = namespace_of(opened, namespace)
        names = [one.name for one in built.memories]
        ran = {row["memory"] for row in standing(opened.graph(chosen), offered=names)} - {None}
        if ran and not ran.issuperset(names):
            raise InvalidInput(f"{memory} never ran in {chosen}; derive it there with: agentmem rebuild")
        with waiting(thinks):
            remembered = AgentMemory(
                opened, namespace=chosen, memory=built, language=thinks, host=host, budget=thinking.budget
            )
            with remembered:
                before = remembered.status()
                if before.set_aside and not any(one.waits for one in before.memories):
                    remembered.retry()
                status = remembered.status()
    left = status.entries - status.folded
    if json:
        told = {"namespace": chosen, "memory": memory, "entries": status.entries, "waiting": left}
        as_json({**told, "memories": status.memories, "receipt": thinks.receipt()})
    else:
        _tell(status, memory, left=left)
    raise typer.Exit(1 if left or status.set_aside else 0)


def _tell(status: Status, memory: str, *, left: int) -> None:
    """Print what is taken in, what is not, and why."""
    where = f"{memory} in {status.namespace}"
    if not left and not status.set_aside:
        typer.echo(f"{where}: all {counted(status.entries, 'entry')} taken in")
    for one in status.memories:
        if one.waits:
            waits = counted(status.entries - one.folded, "entry")
            typer.echo(f"{one.memory} in {status.namespace}: {waits} waiting: {one_line(one.waits, limit=300)}")
    for entry, reason in status.set_aside.items():
        typer.echo(f"{where}: {one_line(entry)} is still set aside: {one_line(reason, limit=300)}")
