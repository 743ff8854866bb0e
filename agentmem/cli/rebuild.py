"""`agentmem rebuild`: derive a memory again from the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from agentmem.cli.chosen import Json, Namespace, Settings, StoreUri, settings_of
from agentmem.cli.output import as_json, one_line
from agentmem.cli.progress import waiting
from agentmem.cli.status import standing
from agentmem.cli.stored import existing, namespace_of
from agentmem.cli.thinking import with_thinking
from agentmem.graph.uri import without_password
from agentmem.plural import counted

if TYPE_CHECKING:
    from agentmem.agent_memory import Status
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
    A model is asked everything anew, and may answer otherwise. Exit code 1 where entries are left over.
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
        after, status = digest(remembered.graph, built.name), remembered.status()
    left = status.entries - status.folded
    told = {"namespace": chosen, "memory": memory, "entries": status.folded, "waiting": left, "before": before}
    if json:
        as_json({**told, "after": after, "same": before == after if ran else None, "receipt": receipt})
    else:
        took = f"{receipt.milliseconds:.0f} ms in the language"
        typer.echo(f"{memory} in {chosen}: {status.folded} entries folded again, {took}")
        typer.echo(
            _left(status, left, f"{without_password(store)} --memory {memory}")
            if left
            else _compared(before, after, whose=f"{memory} never ran in {chosen}")
        )
    if left:
        raise typer.Exit(1)


def _left(status: Status, left: int, what: str) -> str:
    """Return that it is not done, why, and how it is."""
    why = next((one.waits for one in status.memories if one.waits), "another process was at work")
    return f"{counted(left, 'entry')} waiting: {one_line(why, limit=300)}\ngo on with: agentmem retry {what}"


def _compared(before: str | None, after: str, *, whose: str) -> str:
    if before is None:
        return f"{whose} before, so there is nothing to compare with; now it is {after}"
    same = "the same graph" if before == after else "another graph: other settings, rules, answers or versions made it"
    return f"before {before}\nafter  {after}\n{same}"
