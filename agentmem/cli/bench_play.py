"""`agentmem bench play`: games, memories, policies and seeds, all against all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from agentmem.cli.bench_grid import Cluster, Jobs, Out, Timeout, Where, run_grid
from agentmem.cli.chosen import Json, named, settings_of
from agentmem.cli.measured import SettingsOfEach, memories_of
from agentmem.cli.thinking import with_thinking
from agentmem.errors import InvalidInput

if TYPE_CHECKING:
    from agentmem.thinking import Thinking


@with_thinking
def play(  # noqa: PLR0913 - one parameter is one option
    ctx: typer.Context,
    *,
    games: Annotated[str, typer.Option(metavar="GAME,GAME", help="Names that `agentmem games` lists, or files.")],
    memories: Annotated[str, typer.Option(metavar="NAME,NAME", help="Which memories; see: agentmem memories.")],
    settings: SettingsOfEach = None,
    policies: Annotated[str, typer.Option(metavar="NAME,NAME", help="By default whom each game names.")] = "",
    seeds: Annotated[
        str, typer.Option(metavar="N-N", help="Such as 1-10; each makes another game, but of a file.")
    ] = "1-3",
    max_steps: Annotated[int, typer.Option(min=0, metavar="N", help="The most actions; 0: as the game names.")] = 0,
    goals: Annotated[
        list[str] | None,
        typer.Option("--goal", metavar="GAME=TEXT", help="Replaces the game's own objective. May be repeated."),
    ] = None,
    thinking: Thinking,
    store: Annotated[str | None, typer.Option(metavar="URI", callback=named, help="One for all cells.")] = None,
    jobs: Jobs = 0,
    timeout: Timeout = 600.0,
    cluster: Cluster = None,
    out: Out = None,
    json: Json = False,
) -> None:
    """Let agents play games with every memory, policy and seed, and compare them.

    Each game is a process of its own. Results are written down as they come: killed and started again, it goes on.
    """
    from agentmem.bench.grid import Contender, Grid, Sweep
    from agentmem.bench.numbers import numbers

    taking_part = [Contender(memory=name, settings=own) for name, own in memories_of(memories, settings).items()]
    options: dict[str, Any] = {"max_steps": max_steps} if max_steps else {}
    vary = {"policy": _listed(policies, "--policies")} if policies else {}
    told = settings_of(goals, option="--goal")
    names = _listed(games, "--games")
    if strangers := set(told) - set(names):
        raise InvalidInput(f"--goal names {', '.join(sorted(strangers))}, which --games does not")
    shared: dict[str, Any] = {"evaluation": "play", "seeds": numbers(seeds), "vary": vary}
    plain = tuple(name for name in names if name not in told)
    run = [Sweep(**shared, data=plain, options=options)] if plain else []
    run += [Sweep(**shared, data=(name,), options=options | {"goal": goal}) for name, goal in told.items()]
    grid = Grid(name="play", memories=tuple(taking_part), run=tuple(run), thinking=thinking, store=store)
    run_grid(ctx.obj, grid, out=out, where=Where(jobs, timeout, cluster), json=json)


def _listed(text: str, option: str) -> list[str]:
    """Return the names in `a,b`.

    >>> _listed("cook:5, simple", "--games")
    ['cook:5', 'simple']

    Raises:
        InvalidInput: one is empty, or given twice.
    """
    names = [name.strip() for name in text.split(",")]
    if not all(names) or len(set(names)) < len(names):
        raise InvalidInput(f"{option} is given {text!r}; write each name once, with commas between them")
    return names
