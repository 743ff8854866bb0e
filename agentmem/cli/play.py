"""`agentmem play`: watch an agent explore, remember and decide."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from agentmem.cli.chosen import (
    GameSettings,
    PolicySettings,
    Settings,
    ValidActions,
    Wait,
    named,
    settings_of,
    waited_for,
)
from agentmem.cli.thinking import with_thinking

if TYPE_CHECKING:
    from agentmem.thinking import Thinking

PACE_S = 0.25
FOLDER = "agentmem-runs"
Game = Annotated[
    str, typer.Argument(metavar="GAME", help="A name that `agentmem games` lists, a .z8 or .z5 file, or chat:FILE.")
]
MaxSteps = Annotated[
    int | None, typer.Option(min=1, metavar="N", help="The most actions. By default 150; in a chat, all.")
]
OwnNamespace = Annotated[
    str | None, typer.Option(metavar="NS", help="Whose memory, in the store; by default this run's own.")
]
LONGEST = 60
"""Characters of a game's name in that of a run, which names a folder and a namespace."""


@with_thinking
def play(  # noqa: PLR0913 - one parameter is one option
    ctx: typer.Context,
    game: Game = "cook:4",
    *,
    memory: Annotated[str, typer.Option(metavar="NAME", help="By default arigraph; in a chat, episodic.")] = "",
    settings: Settings = None,
    policy: Annotated[str, typer.Option(metavar="NAME", help="rules or ariadne; in a chat, chat or quote.")] = "",
    policy_settings: PolicySettings = None,
    thinking: Thinking,
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="Also makes the game.")] = 1,
    max_steps: MaxSteps = None,
    game_settings: GameSettings = None,
    goal: Annotated[str | None, typer.Option(metavar="TEXT", help="Replaces the game's own objective.")] = None,
    goal_style: Annotated[Literal["brief", "full"], typer.Option(help="brief: without the way there.")] = "brief",
    valid_actions: ValidActions = False,
    store: Annotated[str | None, typer.Option(metavar="URI", callback=named, help="Keep the memory here.")] = None,
    namespace: OwnNamespace = None,
    wait: Wait = None,
    trajectory: Annotated[Path | None, typer.Option(metavar="FILE", help="Record the episode here.")] = None,
    pace: Annotated[float, typer.Option(min=0, metavar="SECONDS", help="Stay at each step, on a terminal.")] = PACE_S,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object at the end and nothing else.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show only the end.")] = False,
) -> None:
    """Watch an agent play a game, live.

    Shows where it is, what it sees, what it recalls and why, its plan, its action and the score;
    at the end what it knows, and where memory and trajectory lie. Exit code 0 whether won or lost.
    """
    from agentmem.agent.environment import defaults_of
    from agentmem.agent.episode import Setup
    from agentmem.cli.watching import watch

    host = ctx.obj.host()
    memory = memory or defaults_of(host.family(game)).memory
    place = Path(FOLDER) / (name := run_name(game, memory, seed=seed, at=datetime.now().astimezone()))
    kept = waited_for(host, store, wait) or str(place / "memory.db")
    setup = Setup(
        game=game, memory=memory, memory_settings=settings_of(settings), policy=policy,
        policy_settings=settings_of(policy_settings, option="--policy-set"), seed=seed, max_steps=max_steps or 0,
        game_settings=settings_of(game_settings, option="--game-set"),
        goal=goal, goal_style=goal_style, show_valid_actions=valid_actions, namespace=namespace, name=name,
        **dict(thinking), store=kept, trajectory=trajectory or place / "trajectory.jsonl",
    )  # fmt: skip
    code = watch(setup, host, view="json" if json else "end" if quiet else "steps", pace_s=pace)
    raise typer.Exit(code)


def run_name(game: str, memory: str, *, seed: int, at: datetime) -> str:
    """Return a name for a run, good for a folder and unlike that of any other run.

    >>> run_name("games/hunt.z8", "arigraph", seed=1, at=datetime(2026, 1, 2, 3, 4, 5, 678000))
    'hunt-arigraph-1-20260102-030405-678'
    """
    known_as = Path(game).stem if game.lower().endswith((".z8", ".z5")) else game
    said = f"{known_as[:LONGEST]}-{memory}-{seed}-{at:%Y%m%d-%H%M%S}-{at.microsecond // 1000:03}"
    return re.sub(r"[^\w.-]+", "-", said)
