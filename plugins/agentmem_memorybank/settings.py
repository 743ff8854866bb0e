"""Every constant of MemoryBank, with the paper's default, and what is ours beside it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class MemoryBankSettings(BaseModel):
    """What can be set with `--set name=value`. The paper's top-k is the `limit` of a query.

    Attributes:
        chunk_size: Characters up to which a turn that is found takes its neighbours of the same day
            along, as in the authors' program; 0 takes none.
        tau: Days in which a memory of strength 1 falls to 1/e: 1 is the paper's R = exp(-t/S); with 5 it is
            what the authors' program, SiliconFriend, meant.
        forgetting: Which memories go: below a "threshold", or "seeded", by a draw of each one's own, as in the
            authors' program, but always the same.
        theta: Ours: the threshold; what has less retention is forgotten.
        seed: Ours: another seed is another draw.
        summary_sentences: Ours: the most sentences that tell a day.
        global_sentences: Ours: the most sentences that tell all days.
        days: Ours: how many days, the newest, the global summary and portraits are made from, together with
            what they said before. The paper takes all days, and in time they no longer fit.
        budget: Ours: the most characters of turns, or of days, that one task is shown.
        people: Ours: the most people a day is searched for portraits of, those who said most.
        sources: Ours: the most events a summary or portrait names as its sources.
        pin_summary: Recall the global summary, whatever is asked, as the paper does.
        pin_portraits: Recall the global portraits, whatever is asked, as the paper does.
        pinned_share: Ours: the most that is pinned, as a share of the limit; what is most like the question first.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    chunk_size: int = Field(default=200, ge=0, le=100_000)
    tau: float = Field(default=1.0, gt=0, le=365)
    forgetting: Literal["seeded", "threshold"] = "seeded"
    theta: float = Field(default=0.1, ge=0.001, le=1)
    seed: int = Field(default=0, ge=0, le=2**31)
    summary_sentences: int = Field(default=3, ge=1, le=100)
    global_sentences: int = Field(default=6, ge=1, le=100)
    days: int = Field(default=30, ge=1, le=10_000)
    budget: int = Field(default=12_000, ge=2000, le=1_000_000)
    people: int = Field(default=8, ge=1, le=1000)
    sources: int = Field(default=12, ge=1, le=10_000)
    pin_summary: bool = True
    pin_portraits: bool = True
    pinned_share: float = Field(default=0.2, ge=0, le=1)
