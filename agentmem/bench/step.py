"""What an agent's step costs: observing, writing, recalling and deciding, beside the bare game."""

from __future__ import annotations

import subprocess
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import mean, median

from agentmem.agent.environment import Environment
from agentmem.agent.loop import Step, play
from agentmem.agent.policy import Policy
from agentmem.agent_memory import AgentMemory
from agentmem.bench.row import Row, compared
from agentmem.bench.timing import milliseconds
from agentmem.errors import EnvironmentFailed, MissingExtra

COOKING = ("tw-cooking", "--recipe", "3", "--take", "3", "--go", "12", "--open", "--cook", "--cut", "--drop")
MAKING_S = 120
MAX_STEPS = 150
MEASURE = "a step of an agent"
PARTS = ("environment", "write", "recall", "policy")


def made_game(folder: Path, *, seed: int = 1) -> Path:
    """Return a cooking game of 12 rooms, made by TextWorld in `folder`; takes a few seconds.

    Raises:
        MissingExtra: TextWorld is not installed.
        EnvironmentFailed: it cannot make the game.
    """
    maker = Path(sys.executable).with_name("tw-make")
    if not maker.exists():
        raise MissingExtra.needs("textworld", what="measuring an agent's step")
    path = folder / "cooking.z8"
    command = [sys.executable, str(maker), *COOKING, "--seed", str(seed), "--format", "z8", "--output", str(path)]
    made = subprocess.run(command, capture_output=True, text=True, timeout=MAKING_S, check=False)  # noqa: S603
    if made.returncode:
        said = made.stderr.strip().splitlines()[-1:] or ["no reason given"]
        raise EnvironmentFailed(f"TextWorld could not make the game: {said[0]}; see: agentmem doctor")
    return path


def steps(
    game: Path,
    *,
    environment: Callable[[], Environment],
    policy: Policy,
    memory: Callable[[int], AgentMemory],
    episodes: int,
) -> list[Row]:
    """Return what a step of an episode costs, beside the same commands in the bare game, and each of its parts.

    Args:
        game: A game of TextWorld's.
        environment: Opens `game` as an agent meets it; a new one each time.
        policy: Who decides.
        memory: Gives an empty memory for each episode; closed here.
        episodes: How often the game is played; each time, the bare game follows.
    """
    whole: list[float] = []
    bare: list[float] = []
    parts: dict[str, list[float]] = {part: [] for part in PARTS}
    name = ""
    for number in range(episodes):
        with memory(number) as remembered:
            name = remembered.stack.name
            taken, per_step = played(environment(), policy, remembered)
        commands = [step.decision.action for step in taken if step.decision is not None]
        whole.append(per_step)
        bare.append(bare_game(game, commands))
        for part in PARTS:
            parts[part].append(mean(step.milliseconds.get(part, 0.0) for step in taken[1:]))
    row = Row(measure=MEASURE, subject=name, value=median(whole), unit="ms")
    baseline = "a step of bare TextWorld"
    rows = [compared(row, against=median(bare), baseline=baseline, at_most=1.5)]
    for part in PARTS:
        row = Row(measure=f"of it: {part}", subject=name, value=median(parts[part]), unit="ms")
        rows.append(compared(row, against=median(bare), baseline=baseline))
    return rows


def played(environment: Environment, policy: Policy, memory: AgentMemory) -> tuple[list[Step], float]:
    """Return the steps of an episode, and milliseconds per step; the first observation is not counted."""
    try:
        episode = play(environment, policy, memory, max_steps=MAX_STEPS)
        taken = [next(episode)]
        spent = milliseconds(lambda: taken.extend(episode))
    finally:
        environment.close()
    return taken, spent / max(1, len(taken) - 1)


def bare_game(game: Path, commands: Sequence[str]) -> float:
    """Return milliseconds per step of TextWorld by itself, asked for what the agent's environment asks for."""
    import textworld

    wanted = ("feedback", "inventory", "objective", "score", "max_score", "won", "lost", "moves")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        world = textworld.start(str(game), textworld.EnvInfos(**dict.fromkeys(wanted, True)))
    world.reset()

    def walk() -> None:
        for command in commands:
            world.step(command)

    try:
        return milliseconds(walk) / max(1, len(commands))
    finally:
        world.close()
