"""Every constant of EM-LLM, with the paper's default, and what is ours beside it."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class EMLLMSettings(BaseModel):
    """What can be set with `--set name=value`.

    The paper counts tokens, we count steps: what it gives in tokens is brought to their size. Its top k of
    results is the limit of the query.

    Attributes:
        gamma: Standard deviations above the usual from which a step is surprising.
        window: W, surprises that say what is usual.
        surprise: Who measures it: the "language" where it gives log-probabilities, as in the paper, and
            the embeddings where it does not; or the "embedding" in any case.
        context: Ours: h, steps before a step that its surprise is taken against.
        least: Steps an event has before a boundary may be set or moved there.
        most: Steps after which an event ends in any case.
        refinement: What a surprise boundary is moved for: most "modularity", least "conductance", or "none".
        contiguity: The share of the limit that is kept for neighbours of what is similar; 0 recalls none.
        representatives: Steps that stand for an event in the search, those most like its others.
        places: Ours: whether a move to another place is a boundary. The task `facts` is then asked where
            each step is set, which is a call per step where a model answers.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    gamma: float = Field(default=1.0, ge=0, le=10)
    window: int = Field(default=64, ge=4, le=10_000)
    surprise: Literal["language", "embedding"] = "language"
    context: int = Field(default=4, ge=1, le=100)
    least: int = Field(default=2, ge=1, le=1000)
    most: int = Field(default=16, ge=1, le=1000)
    refinement: Literal["modularity", "conductance", "none"] = "modularity"
    contiguity: float = Field(default=0.3, ge=0, lt=1)
    representatives: int = Field(default=4, ge=1, le=1000)
    places: bool = False

    @model_validator(mode="after")
    def _least_and_most_go_together(self) -> Self:
        if self.least > self.most:
            raise ValueError(f"least is {self.least} and most {self.most}; an event must be allowed to have both")
        return self
