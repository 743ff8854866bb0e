"""Every constant of TiM: the paper's where it gives one, ours beside it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

MOST_BUCKETS = 4096


class TiMSettings(BaseModel):
    """What can be set with `--set name=value`.

    How many thoughts are recalled (the paper's k, 5) is the limit of the query.

    Attributes:
        buckets: b, how many buckets thoughts are hashed into; even. The paper gives no number.
        probes: Buckets searched, the likeliest first. The paper searches one.
        fallback: When the buckets searched hold fewer than are wanted: "scan" looks at every
            thought, "none" does not (the paper).
        centre_after: Ours: once there are so many thoughts, their mean is taken off every vector before it is
            hashed, for vectors of sentences all point much the same way; `consolidate` finds the mean again
            when there are twice as many. 0 never does (the paper).
        seed: Which random directions the hash uses; kept with the memory, so a later change needs a rebuild.
        grow_at: Ours: from so many thoughts on, `consolidate` makes more buckets.
        per_bucket: Ours: thoughts a bucket should hold then; the number of buckets is a power of two.
        tidy_at: Ours: a bucket that an event adds to is looked through for what to forget and merge
            once it holds so many thoughts, or two with the same head.
        shown: Ours: the most thoughts of a bucket looked through then, newest first; so that writing
            costs the same however full the bucket is.
        duplicate: Ours: two thoughts of at least this cosine count as alike.
        merge: Ours: which thoughts are merged: those of what was "said", "all", or "none". A merged
            thought is no single fact any more, and a player acts on single facts.
        thoughts: Ours: the most thoughts of one event; the first ones.
        sources: Ours: the most events a recollection names.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    buckets: int = Field(default=16, ge=2, le=MOST_BUCKETS, multiple_of=2)
    probes: int = Field(default=1, ge=1, le=MOST_BUCKETS)
    fallback: Literal["scan", "none"] = "scan"
    centre_after: int = Field(default=64, ge=0, le=1000)
    seed: int = Field(default=0, ge=0, le=2**63 - 1)
    grow_at: int = Field(default=10_000, ge=1)
    per_bucket: int = Field(default=256, ge=1)
    tidy_at: int = Field(default=4, ge=2, le=1000)
    shown: int = Field(default=32, ge=2, le=1000)
    duplicate: float = Field(default=0.95, ge=0.5, le=1)
    merge: Literal["said", "all", "none"] = "said"
    thoughts: int = Field(default=64, ge=1, le=1000)
    sources: int = Field(default=16, ge=1, le=1000)
