"""Every constant of HCAM, and what is ours beside it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class HCAMSettings(BaseModel):
    """What can be set with `--set name=value`.

    The paper learns what is here a temperature, and gives sizes per task (chunks of 16 or 32 steps,
    4 to 16 of them attended); its release has no defaults.

    Attributes:
        size: C, the most steps of an environment in a chunk.
        turns: Ours: the most turns of a conversation (roles other than `environment`) in a chunk.
        chunks: k, how many chunks are attended in detail.
        temperature: Divides cosines before each softmax; stands for the learned scale of the logits.
        closing: Ours beside "size": with "boundary" a chunk also ends before a surprising step (EM-LLM).
        key: How a chunk is likened to a query: by the "mean" of its steps, as in the paper, or ours, "max":
            by its mean or its best step, whichever is more like, so that a chunk of two topics is found.
        trim: Ours: what gives way where the steps of the chunks are more than the limit of the query:
            "lightest" leaves out those of least attention, wherever they are; "edges" takes whole chunks,
            the heaviest first, and of the last one a passage without its lighter ends.
        within: Which chunks may be attended: "all", or those of the present "session" only (the paper's mask).
        capacity: M, chunks kept; a new one puts the oldest into the archive. None keeps all.
        context: Ours: h, steps before a step that its surprise is taken against.
        window: Ours: W, surprises that say what is usual.
        gamma: Ours: standard deviations above the usual that are surprising.
        least: Ours: steps a chunk has before a surprise may end it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    size: int = Field(default=16, ge=1, le=1000)
    turns: int = Field(default=8, ge=1, le=1000)
    chunks: int = Field(default=4, ge=1, le=10_000)
    temperature: float = Field(default=0.1, gt=0, le=10)
    closing: Literal["size", "boundary"] = "size"
    key: Literal["mean", "max"] = "mean"
    trim: Literal["lightest", "edges"] = "lightest"
    within: Literal["all", "session"] = "all"
    capacity: int | None = Field(default=None, ge=1)
    context: int = Field(default=4, ge=1, le=100)
    window: int = Field(default=64, ge=4, le=10_000)
    gamma: float = Field(default=1.0, ge=0, le=10)
    least: int = Field(default=2, ge=1, le=1000)
