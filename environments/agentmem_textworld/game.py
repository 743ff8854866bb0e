"""A game as the agent meets it: observations only, and the evaluation apart."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agentmem.agent.environment import EnvSpec, EvalInfo, Observation, StepResult
from agentmem.errors import EnvironmentFailed
from agentmem_textworld.commands import one_line, refusal
from agentmem_textworld.goals import brief
from agentmem_textworld.options import Options
from agentmem_textworld.prose import clean
from agentmem_textworld.world import Scene, World


class Game:
    """An `Environment` around any `World`: cleans its prose, keeps its score to itself, counts steps.

    Args:
        world: Where it is played; closed with the game.
        name: As typed by the user.
        options: What it was opened with.
        fingerprint: Hash of the game file.
        notes: What whoever watches should know of it.
    """

    def __init__(
        self, world: World, *, name: str, options: Options, fingerprint: str, notes: Sequence[str] = ()
    ) -> None:
        self._world = world
        self.notes = tuple(notes)
        self._options = options
        self._spec = EnvSpec(name=name, kind="game", options=options.model_dump(mode="json"), fingerprint=fingerprint)
        self._scene: Scene | None = None
        self._goal = ""
        self._steps = 0
        self._is_closed = False

    @property
    def spec(self) -> EnvSpec:
        """What is needed to open it again."""
        return self._spec

    def reset(self, seed: int | None = None) -> Observation:
        """Start over and return the first observation.

        Args:
            seed: For games that throw dice while played (some Jericho ones);
                None takes that of the options. A generated game stays the same game.

        Raises:
            EnvironmentFailed: the world does not start, or was closed.
        """
        if self._is_closed:
            raise EnvironmentFailed(f"{self._spec.name} is closed; open it again")
        self._scene = None
        scene = self._checked(self._world.reset(self._options.seed if seed is None else seed))
        own = brief(scene.objective) if self._options.goal_style == "brief" else scene.objective
        self._goal = own if self._options.goal is None else self._options.goal
        self._scene = scene
        self._steps = 0
        return self._observe(_without(scene.objective, clean(scene.screen)), scene)

    def step(self, action: str) -> StepResult:
        """Type `action` and return what is seen then.

        Line breaks and control characters in it count as spaces. What is meant
        for the interpreter (save, quit, score, ...), too long, or several commands
        at once is answered without asking the game; it counts as a step. So is `goal`.

        Raises:
            EnvironmentFailed: before `reset`, after the end, or the world broke.
        """
        before = self._now()
        command = one_line(action)
        # The game would tell the way there too.
        answer = self._goal if command.lower() == "goal" else refusal(command)
        if answer is not None:
            self._steps += 1
            return StepResult(observation=self._observe(answer, before))
        after = self._checked(self._world.step(command))
        self._steps += 1
        self._scene = after
        observation = self._observe(clean(after.screen), after)
        return StepResult(observation=observation, reward=after.score - before.score, done=after.over)

    def evaluate(self) -> EvalInfo:
        """Return how it went so far; for evaluation, never for the agent."""
        scene = self._scene or Scene("")
        share = scene.score / scene.max_score if scene.max_score > 0 else float(scene.won)
        return EvalInfo(
            score=scene.score,
            max_score=scene.max_score,
            normalized=min(max(share, 0.0), 1.0),
            won=scene.won,
            lost=scene.lost,
            steps=self._steps,
        )

    def close(self) -> None:
        """Free what is held; may be called twice. What `evaluate` tells stays."""
        if not self._is_closed:
            self._is_closed = True
            self._world.close()

    def _now(self) -> Scene:
        name = self._spec.name
        if self._is_closed:
            raise EnvironmentFailed(f"{name} is closed; open it again")
        if self._scene is None:
            raise EnvironmentFailed(f"{name} has not been started; call reset first")
        if self._scene.over:
            raise EnvironmentFailed(f"{name} is over; call reset to play again")
        return self._scene

    def _checked(self, scene: Scene) -> Scene:
        """Return the scene, unless it has more points than there are: it is scored by what belongs to another game."""
        if 0 < scene.max_score < scene.score:
            raise EnvironmentFailed(
                f"{self._spec.name} gives {scene.score} points of at most {scene.max_score}: the .json beside it is "
                "not its own; put the right one there"
            )
        return scene

    def _observe(self, text: str, scene: Scene) -> Observation:
        return Observation(
            text=text,
            goal=self._goal,
            inventory=scene.inventory,
            valid_actions=scene.valid_actions,
            step=self._steps,
        )


def _without(objective: str, text: str) -> str:
    """Return the opening `text` without the objective it begins with: that is the goal, and may tell the way there."""
    if not objective.strip():
        return text
    words = r"\s+".join(re.escape(word) for word in objective.split())
    return re.sub(words, "", text, count=1).strip("\r\n")
