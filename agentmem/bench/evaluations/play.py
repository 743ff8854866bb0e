"""`play`: how well an agent plays a game, or answers in a conversation, with a memory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from agentmem.agent.environment import ChecksFirst, EvalInfo, HasFixed, defaults_of
from agentmem.agent.episode import Episode, Setup
from agentmem.agent.loop import Step
from agentmem.agent.policy import Draws, Policy
from agentmem.bench.evaluation import Cell, Outcome, Trial
from agentmem.events import Value
from agentmem.host import Host
from agentmem.settings import settings_from

TRAJECTORY = "trajectory.jsonl"


class PlayOptions(Value):
    """How a game is played.

    Attributes:
        policy, policy_settings: Who decides, by name; "": whom the game names.
        max_steps: The most actions; 0: as many as the game names.
        goal: Replaces the game's own; None keeps it.
        goal_style: "brief" cuts the route out of the game's objective, "full" leaves it.
        game_settings: What else the game is opened with.
        show_valid_actions: Whether the game tells what may be done.
    """

    policy: str = ""
    policy_settings: dict[str, Any] = Field(default_factory=dict)
    max_steps: int = Field(default=0, ge=0)
    goal: str | None = None
    goal_style: Literal["brief", "full"] = "brief"
    game_settings: dict[str, Any] = Field(default_factory=dict)
    show_valid_actions: bool = False


class Play:
    """Plays the game of a cell once, through the same call as `agentmem play`, and tells how it went."""

    name = "play"
    about = "how well an agent plays a game, or answers in a conversation"
    measure = "normalised score"
    is_seeded = True
    options = PlayOptions

    def check(self, cell: Cell, host: Host) -> None:
        """Refuse an unknown game, policy, setting or option, and a file that is no game; no game is made."""
        _policy(cell, host)
        family = host.family(cell.data)
        if isinstance(family, ChecksFirst):
            options = settings_from(PlayOptions, cell.options)
            family.check(cell.data, _setup(cell, options, store="", trajectory=Path(TRAJECTORY)).world)

    def is_fixed(self, cell: Cell, host: Host) -> bool:
        """Return whether the game is the same for every seed, and so is what is done in it: no model answers."""
        family, policy = host.family(cell.data), _policy(cell, host)
        is_drawn = cell.thinking.asks_a_model or (isinstance(policy, Draws) and policy.draws)
        return isinstance(family, HasFixed) and family.is_fixed(cell.data) and not is_drawn

    def run(self, trial: Trial) -> Outcome:
        """Play, and keep the trajectory."""
        cell, options = trial.cell, settings_from(PlayOptions, trial.cell.options)
        setup = _setup(cell, options, store=trial.store, trajectory=trial.folder / TRAJECTORY)
        steps: list[Step] = []
        scores: list[tuple[float, float]] = []
        trial.empty(setup.remembered_in)
        with Episode(setup, trial.host, session=trial.spending) as episode:
            for number, step in enumerate(episode):
                steps.append(step)
                score = episode.evaluation().normalized
                scores += [] if score is None else [(number, score)]
        result = episode.result
        return Outcome(
            score=result.evaluation.normalized,
            figures=_figures(result.evaluation),
            curves={"score": _corners(scores)} if scores else {},
            events=sum(1 if step.answer is None else 2 for step in steps),
            bytes=trial.bytes,
            receipt=result.receipt,
            write_ms=_spent(steps, "write"),
            recall_ms=_spent(steps, "recall"),
            recalls=sum("recall" in step.milliseconds for step in steps),
            details={"ended": result.ended},
        )


def _setup(cell: Cell, options: PlayOptions, *, store: str, trajectory: Path) -> Setup:
    return Setup(
        game=cell.data,
        memory=cell.memory,
        memory_settings=cell.settings,
        seed=cell.seed,
        store=store,
        trajectory=trajectory,
        name=cell.key,
        stands_in=False,
        **options.model_dump(),
        **cell.thinking.model_dump(),
    )


def _policy(cell: Cell, host: Host) -> Policy:
    """Return who decides: who is chosen, or whom the game names."""
    options = settings_from(PlayOptions, cell.options)
    policy = options.policy or defaults_of(host.family(cell.data)).policy
    return host.policy(policy, options.policy_settings)


def _spent(steps: Sequence[Step], part: str) -> float:
    return sum(step.milliseconds.get(part, 0.0) for step in steps)


def _figures(how: EvalInfo) -> dict[str, float]:
    if how.normalized is None:
        return {"steps": float(how.steps)}
    return {"won": float(how.won), "steps": float(how.steps), "points": how.score}


def _corners(points: list[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """Return the points where the line changes, with the first and the last.

    >>> _corners([(0, 0), (1, 0), (2, 1), (3, 1), (4, 1)])
    ((0, 0), (2, 1), (4, 1))
    """
    kept = [point for at, point in enumerate(points) if at in (0, len(points) - 1) or point[1] != points[at - 1][1]]
    return tuple(kept)
