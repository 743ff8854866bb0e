"""`agentmem replay`: the same commands in a fresh game, or the same events into another memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agentmem.cli.chosen import Json, Settings, named, settings_of
from agentmem.cli.output import as_json, one_line, table
from agentmem.cli.progress import waiting
from agentmem.cli.thinking import with_thinking
from agentmem.errors import InvalidInput
from agentmem.graph.uri import without_password
from agentmem.plural import counted

if TYPE_CHECKING:
    from agentmem.agent.replay import Compared
    from agentmem.agent.trajectory import Trajectory
    from agentmem.agent_memory import AgentMemory
    from agentmem.graph.contract import Store
    from agentmem.host import Host
    from agentmem.thinking import Thinking

IN_MEMORY = "memory:"


@with_thinking
def replay(  # noqa: PLR0913 - one parameter is one option
    ctx: typer.Context,
    trajectory: Annotated[Path, typer.Argument(metavar="TRAJECTORY", help="A file that `agentmem play` wrote.")],
    *,
    memory: Annotated[
        str | None, typer.Option(metavar="NAME", help="Feed the events to this memory; no game is needed.")
    ] = None,
    settings: Settings = None,
    store: Annotated[
        str | None, typer.Option(metavar="URI", callback=named, help="Keep that memory here; else nowhere.")
    ] = None,
    thinking: Thinking,
    json: Json = False,
) -> None:
    """Do an episode again.

    The same commands in a fresh game, comparing what is seen, letter by letter (exit code 1 if
    it differs); or, with --memory, the same events into another memory, with no game.
    """
    from agentmem.agent.trajectory import read
    from agentmem.agent_memory import AgentMemory
    from agentmem.stack import open_stack
    from agentmem.thinking import Thinking

    recorded = read(trajectory)
    if memory is None and (store is not None or settings or thinking != Thinking()):
        raise InvalidInput("--store, --set and what is thought with belong to a memory; say which with --memory NAME")
    if not recorded.steps:
        raise InvalidInput(f"the trajectory {trajectory} holds no step; play once more with: agentmem play")
    host = ctx.obj.host()
    if memory is None:
        _compare(recorded, host, json=json)
    else:
        episode, built = recorded.header.episode, open_stack(memory, settings_of(settings), host)
        with (
            thinking.opened(host) as thinks,
            _opened(host, store or IN_MEMORY, new=episode) as into,
            AgentMemory(
                into, namespace=episode, memory=built, language=thinks, host=host, budget=thinking.budget
            ) as fed,
        ):
            _refeed(recorded, fed, json=json)


def _compare(recorded: Trajectory, host: Host, *, json: bool) -> None:
    """Replay in a fresh game; exit code 1 at the first observation that is another one."""
    from agentmem.agent.replay import replay as again

    spec = recorded.header.spec
    environment = host.environment(spec.name, spec.options)
    try:
        steps = list(again(recorded, environment))
        evaluation = environment.evaluate()
    finally:
        environment.close()
    other = [step for step in steps if not step.same]
    if json:
        told = {"game": spec.name, "steps": len(steps), "same": len(steps) - len(other)}
        told["cut_short"] = recorded.ending is None
        as_json({**told, "different": other, "evaluation": evaluation})
    else:
        typer.echo(_verdict(spec.name, len(steps), other))
        _tell_if_cut_short(recorded)
    if other:
        raise typer.Exit(1)


def _verdict(game: str, steps: int, other: list[Compared]) -> str:
    if not other:
        return f"{game}: all {steps} observations are the same, letter by letter"
    first = other[0]
    then, now = one_line(first.recorded, limit=300), one_line(first.replayed, limit=300)
    return (
        f"{game}: {len(other)} of {steps} observations differ; the first is step {first.step} "
        f"(after {first.action!r})\n  then: {then}\n  now:  {now}"
    )


def _tell_if_cut_short(recorded: Trajectory) -> None:
    if recorded.ending is None:
        typer.echo(f"the recording was cut short after step {len(recorded.steps) - 1}: how it ended is not in it")


def _refeed(recorded: Trajectory, fed: AgentMemory, *, json: bool) -> None:
    """Feed the recorded events to another memory and ask it the recorded questions."""
    from agentmem.agent.episode import held
    from agentmem.agent.replay import refeed

    memory = fed.stack.name
    with waiting(fed.language):
        steps = list(refeed(recorded, fed))
    status = fed.status()
    waits, kept = status.entries - status.folded, held(fed.graph, *(one.name for one in fed.stack.memories))
    if json:
        told = {"memory": memory, "steps": steps, "held": kept, "set_aside": status.set_aside, "waiting": waits}
        as_json({**told, "cut_short": recorded.ending is None})
        return
    rows = [
        {"step": s.step, memory: s.recalled, recorded.header.memory + " (recorded)": s.recalled_then} for s in steps
    ]
    table(rows, columns=list(rows[0]), nothing="nothing was recorded")
    holds = ", ".join(f"{one.current} {one.label} and {one.retired} retired" for one in kept) or "nothing of its own"
    typer.echo(f"\n{memory} took in {status.entries} events and holds {holds}; set aside: {len(status.set_aside)}")
    if waits:
        why = next((one.waits for one in status.memories if one.waits), "")
        typer.echo(f"{counted(waits, 'entry')} of them waiting to be taken in: {one_line(why, limit=300)}")
    _tell_if_cut_short(recorded)


@contextmanager
def _opened(host: Host, uri: str, *, new: str) -> Iterator[Store]:
    """Give the store at `uri`, which must not have the namespace `new` yet: the events would be there already."""
    store, uri = host.store(uri), without_password(uri)
    try:
        if new in store.namespaces():
            raise InvalidInput(
                f"the store {uri} remembers {new} already, and nothing is taken in twice; keep this memory in another "
                f"store, or derive it there with: agentmem rebuild {uri} --memory NAME --namespace {new}"
            )
        yield store
    finally:
        store.close()
