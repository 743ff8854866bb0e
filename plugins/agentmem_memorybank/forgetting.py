"""Forgetting: what is left of a memory, and when it is let go.

MemoryBank (Zhong et al., 2023), section 2.3, after Ebbinghaus: retention falls
with the days since the last recall, the slower the more often it was recalled.
The paper says how much is left, not when it is too little; both ways to say so
depend on nothing but the memory and the time, so asking twice changes nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import blake2b
from math import exp, log

from agentmem_memorybank.settings import MemoryBankSettings

DAY = timedelta(days=1)


def retention(days: float, strength: float, *, tau: float = 1.0) -> float:
    """Return R = exp(-t / (tau * S)), the share of a memory still held, in [0, 1].

    Ours: `tau`. The authors' program computes exp(-t / 5 * S), where what is stronger fades
    faster: a slip of precedence for exp(-t / (5 * S)).

    Args:
        days: t, time since it was last recalled, 0 or more.
        strength: S; 1 when first written, 1 more with each recall.
        tau: Days in which a memory of strength 1 falls to 1/e.

    Raises:
        ValueError: `days` is negative, or `strength` or `tau` is not positive.

    >>> [round(retention(days=1, strength=s), 3) for s in (1, 2, 3)]
    [0.368, 0.607, 0.717]
    """
    if days < 0:
        raise ValueError(f"days is {days}: the clock ran backwards; take 0 for what was recalled later")
    if strength <= 0 or tau <= 0:
        raise ValueError(f"strength is {strength}, tau is {tau}: both must be above 0")
    return exp(-days / (tau * strength))


def days_between(recalled: datetime, now: datetime) -> float:
    """Return the days from the last recall to `now`; 0 if that is still to come."""
    return max(timedelta(0), now - recalled) / DAY


def draw(item: str, *, seed: int = 0) -> float:
    """Return the item's own number, evenly spread over [0, 1] and always the same.

    Forgetting an item when its retention falls below it is one Bernoulli draw with
    that retention, as in the authors' program, made once for all times.

    >>> draw("e1") == draw("e1") != draw("e2")
    True
    """
    digest = blake2b(f"{seed}/{item}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def is_forgotten(item: str, *, days: float, strength: float, settings: MemoryBankSettings) -> bool:
    """Return whether too little is left of an item; once true, it stays so until it is recalled."""
    least = settings.theta if settings.forgetting == "threshold" else draw(item, seed=settings.seed)
    return retention(days, strength, tau=settings.tau) < least


def safe_until(now: datetime, settings: MemoryBankSettings) -> datetime:
    """Return since when nothing can be forgotten at `now`, however weak: it need not be looked at."""
    if settings.forgetting == "seeded":
        return now
    return now + settings.tau * log(settings.theta) * DAY
