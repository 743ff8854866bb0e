"""Every constant of AriGraph, with the paper's default, and what is ours beside it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class AriGraphSettings(BaseModel):
    """What can be set with `--set name=value`.

    Attributes:
        entities: Who names the entities of a query that names none: a "rule" finds known names
            in its text; "language" asks the task `arigraph.entities`, as in the paper, and
            a search then waits for the model.
        width: w, facts per query of the semantic search (Algorithm 2).
        depth: The most hops from an entity; the paper's entity scores are 1 or 2, 3 in its
            question answering.
        text_depth: Hops from the text of the query itself; 0 searches around entities only.
        queries: Ours: the most entities a hop goes on from, those found first. The starts are
            all searched around. The paper has no cap.
        episodes: k, how many episodes are recalled; 0 recalls none.
        scoring: How episodes are ranked: equation 1 ("paper"), or as the authors' program
            does ("code": natural logarithm, and likeness to the text of the query).
        episode_candidates: Ours: how many episodes are weighed, of the newest and of those that
            first told the facts found; so a recall costs the same in a large memory.
        candidates: Ours: with a model, how many facts per entity it is shown to find outdated
            ones among, newest first.
        facts: Ours: the most facts taken of one event; what a reading has beyond them is dropped and counted.
        one_place: Ours: with a model, in the world an agent acts in, a fact that puts a thing elsewhere retires
            those that say where it was, from either side ("locker, contains, key"), also where the model does not.
        fill: Ours: use the room a generous limit leaves for more current facts.
        navigation: Ways and unexplored exits are recalled "always" (and pinned), "never", or
            when the text of the query asks for them.
        ways: Ours: the most ways and the most exits recalled, nearest first.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    entities: Literal["rule", "language"] = "rule"
    width: int = Field(default=6, ge=1, le=100)
    depth: int = Field(default=3, ge=0, le=10)
    text_depth: int = Field(default=1, ge=0, le=10)
    queries: int = Field(default=8, ge=1, le=1000)
    episodes: int = Field(default=2, ge=0, le=100)
    scoring: Literal["paper", "code"] = "paper"
    episode_candidates: int = Field(default=6, ge=1, le=100_000)
    candidates: int = Field(default=64, ge=1, le=10_000)
    facts: int = Field(default=1000, ge=1, le=100_000)
    one_place: bool = True
    fill: bool = True
    navigation: Literal["asked", "always", "never"] = "asked"
    ways: int = Field(default=12, ge=0, le=1000)
