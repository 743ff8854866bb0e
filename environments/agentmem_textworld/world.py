"""What shows a game's screens: the contract behind which TextWorld and Jericho stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Scene:
    """What the game showed after one command, and what it tells the evaluation.

    Attributes:
        screen: As shown, with banner, prompt and status line.
        objective: What the game says is to be done; may be empty.
        inventory: What is carried, in the game's words, if it says.
        score: So far, not the change.
        max_score: The most there is; 0 where the game does not tell.
        won, lost, over: How it stands.
        valid_actions: What would be understood now, if that was asked for.
    """

    screen: str
    objective: str = ""
    inventory: str | None = None
    score: float = 0.0
    max_score: float = 0.0
    won: bool = False
    lost: bool = False
    over: bool = False
    valid_actions: tuple[str, ...] | None = None


class World(Protocol):
    """A game being played."""

    def reset(self, seed: int) -> Scene:
        """Start over. `seed` is for games that throw dice while played.

        Raises:
            EnvironmentFailed: it does not start.
        """
        ...

    def step(self, command: str) -> Scene:
        """Type one line.

        Raises:
            EnvironmentFailed: it broke.
        """
        ...

    def close(self) -> None:
        """Free what is held; may be called twice."""
        ...
