"""Every constant of Ariadne, with the paper's default, and what is ours beside it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class AriadneSettings(BaseModel):
    """What can be set with `--policy-set name=value`.

    Attributes:
        n_prev: How many past observations, each with the action it led to, are shown again.
        episodes: k, how many passages are shown of what the memory recalls beside statements; pinned
            ones are always shown.
        explore: Whether unexplored exits are shown: as the task `ariadne.explore` says ("asked"),
            "always" or "never". The paper asks; so it can be spared.
        only_valid: Whether the action must be one of those the environment tells, where it tells any. TextWorld's
            list lacks some that work, such as reading a cookbook one carries; false lets any through,
            as the paper's program does.
        act_history: Ours: whether the choice of an action, too, is shown past observations "whole", as in the
            paper, or "brief", by their first lines: the plan was made of the whole a moment ago.
        facts: Ours: the most statements shown, best first. The paper shows all that are found.
        sub_goals: Ours: the most sub-goals of a plan; new ones beyond it are left out. The paper has no cap.
        recalled: Ours: the most recollections asked for; the whole map is drawn of them, though
            only the best are shown.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    n_prev: int = Field(default=5, ge=1, le=100)
    episodes: int = Field(default=2, ge=0, le=100)
    explore: Literal["asked", "always", "never"] = "asked"
    only_valid: bool = True
    act_history: Literal["brief", "whole"] = "brief"
    facts: int = Field(default=40, ge=0, le=1000)
    sub_goals: int = Field(default=8, ge=1, le=50)
    recalled: int = Field(default=400, ge=1, le=10_000)
