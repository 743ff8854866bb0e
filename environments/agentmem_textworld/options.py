"""What a game may be opened with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, StrictBool, StrictInt, ValidationError

from agentmem.errors import UnknownSetting
from agentmem.events import Value

LARGEST_SEED = 2**32 - 1


class Options(Value):
    """How to open a game.

    Attributes:
        seed: Makes the game, where it is generated.
        goal: Replaces the game's own; None keeps it.
        goal_style: "brief" cuts the way there out of the game's own objective, "full" leaves it.
        show_valid_actions: Whether observations tell what may be done. It helps a lot.
    """

    seed: Annotated[StrictInt, Field(ge=0, le=LARGEST_SEED)] = 1
    goal: str | None = None
    goal_style: Literal["brief", "full"] = "brief"
    show_valid_actions: StrictBool = False


def parse(options: Mapping[str, Any]) -> Options:
    """Return the options; one that is None is as good as not given.

    Raises:
        UnknownSetting: an option nobody reads, or a value out of its range.

    >>> parse({"seed": None, "goal_style": "full"})
    Options(seed=1, goal=None, goal_style='full', show_valid_actions=False)
    """
    given = {name: value for name, value in options.items() if value is not None}
    for name in given:
        if name not in Options.model_fields:
            known = ", ".join(Options.model_fields)
            raise UnknownSetting(f"games have no option {name!r}; they have: {known}")
    try:
        return Options(**given)
    except ValidationError as error:
        first = error.errors()[0]
        raise UnknownSetting(
            f"the option {first['loc'][0]} is {first['input']!r}: {first['msg'].lower()}; change it"
        ) from error
