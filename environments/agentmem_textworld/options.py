"""What a game may be opened with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from agentmem.events import Value
from agentmem.settings import settings_from

LARGEST_SEED = 2**32 - 1


class Options(Value):
    """How to open a game.

    Attributes:
        seed: Makes the game, where it is generated.
        goal: Replaces the game's own; None keeps it.
        goal_style: "brief" cuts the way there out of the game's own objective, "full" leaves it.
        show_valid_actions: Whether observations tell what may be done. It helps a lot.
    """

    seed: Annotated[int, Field(ge=0, le=LARGEST_SEED)] = 1
    goal: str | None = None
    goal_style: Literal["brief", "full"] = "brief"
    show_valid_actions: bool = False


def parse(options: Mapping[str, Any]) -> Options:
    """Return the options; one that is None is as good as not given.

    Raises:
        UnknownSetting: an option nobody reads, or a value out of its range.

    >>> parse({"seed": None, "goal_style": "full"})
    Options(seed=1, goal=None, goal_style='full', show_valid_actions=False)
    """
    return settings_from(Options, {name: value for name, value in options.items() if value is not None})
