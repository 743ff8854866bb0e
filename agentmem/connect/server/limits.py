"""How often one key may ask: a bucket of tokens for each."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from agentmem.errors import TooManyRequests

BURST_S = 2.0
"""How much may be asked at once: that of so many seconds."""
MOST = 10_000
"""Buckets; the one that was not used longest is full again."""


@dataclass
class Bucket:
    """Tokens left, and when they were counted."""

    tokens: float
    at: float


class Rate:
    """Lets each key make so many requests a second, on average.

    Args:
        per_second: Above 0; 0 lets everybody do as they like.
        clock: Seconds.
    """

    def __init__(self, per_second: float, *, clock: Callable[[], float]) -> None:
        self._per_second, self._most = per_second, max(1.0, per_second * BURST_S)
        self._clock = clock
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def take(self, key: str) -> None:
        """Count one request. Called from one thread.

        Raises:
            TooManyRequests: with the seconds to wait.
        """
        if not self._per_second:
            return
        now = self._clock()
        bucket = self._buckets.setdefault(key, Bucket(self._most, now))
        self._buckets.move_to_end(key)
        if len(self._buckets) > MOST:
            self._buckets.popitem(last=False)
        bucket.tokens = min(self._most, bucket.tokens + (now - bucket.at) * self._per_second)
        bucket.at = now
        if bucket.tokens < 1:
            wait_s = (1 - bucket.tokens) / self._per_second
            raise TooManyRequests(
                f"more than {self._per_second:g} requests a second; try again in {wait_s:.1f} s", retry_after_s=wait_s
            )
        bucket.tokens -= 1
