"""Trying a call again: a few times, no sooner than the provider asks, and never for long."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, stop_before_delay
from tenacity.wait import wait_base, wait_random_exponential

from agentmem.errors import BudgetExceeded, LanguageMisconfigured, LanguageUnavailable

FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 20.0
Given = TypeVar("Given")


class _AsAsked(wait_base):
    """As long as the provider asked for; else at random, up to twice as long each time."""

    def __init__(self) -> None:
        self._else = wait_random_exponential(multiplier=FIRST_WAIT_S, max=LONGEST_WAIT_S)

    def __call__(self, retry_state: RetryCallState) -> float:
        error = retry_state.outcome.exception() if retry_state.outcome else None
        asked = error.retry_after_s if isinstance(error, LanguageUnavailable) else None
        return self._else(retry_state) if asked is None else max(0.0, asked)


class Patience:
    """How often and how long an outage is waited out. May be used from many threads.

    Once an outage outlasted that, one try finds out whether it is over.

    Args:
        tries: The most calls made for one question, at least 1.
        wait_s: Seconds after which no further call is begun. A provider that asks for a longer
            wait is not asked again: the event waits instead.
        sleep: What waits.
    """

    def __init__(self, *, tries: int = 3, wait_s: float = 60.0, sleep: Callable[[float], None] = time.sleep) -> None:
        self._retrying = Retrying(
            stop=stop_after_attempt(tries) | stop_before_delay(wait_s),
            wait=_AsAsked(),
            retry=retry_if_exception(_may_pass),
            sleep=sleep,
            reraise=True,
        )
        self._is_out = False

    def __call__(self, call: Callable[[], Given]) -> Given:
        """Return what the call gives, or raise what the last try raised."""
        try:
            given = call() if self._is_out else self._retrying.copy()(call)
        except Exception as error:
            self._is_out = _may_pass(error)
            raise
        self._is_out = False
        return given


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, LanguageUnavailable) and not isinstance(error, LanguageMisconfigured | BudgetExceeded)
