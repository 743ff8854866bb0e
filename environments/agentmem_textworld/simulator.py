"""TextWorld's own games, played in this process: a `.z8` with its `.json` beside it."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from agentmem.errors import EnvironmentFailed, MissingExtra
from agentmem_textworld.world import Scene


class Simulator:
    """A `World` of TextWorld's.

    Asks for the screen, what is carried, and what the evaluation needs. Never
    for facts, walkthrough or policy: they are the solution. What may be done
    (`admissible_commands`) gives part of it away too, so only if told to.

    Raises:
        MissingExtra: TextWorld is not installed.
        EnvironmentFailed: TextWorld cannot open the game.
    """

    def __init__(self, path: Path, *, show_valid_actions: bool = False) -> None:
        try:
            import textworld
        except ImportError as error:
            raise MissingExtra.needs("textworld", what="playing TextWorld's games") from error
        infos = textworld.EnvInfos(
            feedback=True,
            inventory=True,
            objective=True,
            score=True,
            max_score=True,
            won=True,
            lost=True,
            moves=True,
            admissible_commands=show_valid_actions,
        )
        self._path = path
        self._shows_actions = show_valid_actions
        try:
            with warnings.catch_warnings():  # Jericho's, about a game that TextWorld supports
                warnings.filterwarnings("ignore", message="Game .* is not fully supported")
                self._world = textworld.start(str(path), infos)
        except Exception as error:
            raise EnvironmentFailed(
                f"TextWorld cannot open '{path}': {error}; make it again, or check that the .json beside it is its own"
            ) from error

    def reset(self, seed: int) -> Scene:
        """Start over. The dice of these games fell when they were made, so `seed` changes nothing."""
        del seed
        try:
            return self._scene(self._world.reset(), is_over=False)
        except Exception as error:
            raise EnvironmentFailed(
                f"'{self._path}' does not start: {error}; the file is damaged; fetch or generate it again"
            ) from error

    def step(self, command: str) -> Scene:
        """Type one line."""
        try:
            state, _, is_over = self._world.step(command)
            return self._scene(state, is_over=is_over)
        except Exception as error:
            raise EnvironmentFailed(f"'{self._path}' broke at {command!r}: {error}; start it again") from error

    def close(self) -> None:
        """Free what is held; may be called twice."""
        self._world.close()

    def _scene(self, state: Any, *, is_over: bool) -> Scene:
        actions = tuple(state.admissible_commands) if self._shows_actions else None
        return Scene(
            screen=state.feedback,
            objective=state.objective or "",
            inventory=state.inventory,
            score=state.score or 0,  # None until the first step
            max_score=state.max_score or 0,
            won=bool(state.won),
            lost=bool(state.lost),
            over=bool(is_over),
            valid_actions=actions,
        )
