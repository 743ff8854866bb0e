"""Telling who was asked what, in which order, what came back and how long it took; and never a text of a user."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sized
from time import perf_counter
from typing import TypeVar

log = logging.getLogger("agentmem.hooks")
Answer = TypeVar("Answer")


def asked(who: str, what: str, work: Callable[[], Answer]) -> Answer:
    """Return what `work` returns; somebody who listens is told of it."""
    if not log.isEnabledFor(logging.DEBUG):
        return work()
    started = perf_counter()
    try:
        answer = work()
    except BaseException as error:
        log.debug("%s.%s raised %s after %.2f ms", who, what, type(error).__name__, (perf_counter() - started) * 1e3)
        raise
    log.debug("%s.%s answered %s in %.2f ms", who, what, in_short(answer), (perf_counter() - started) * 1e3)
    return answer


def in_short(answer: object) -> str:
    """Return what kind of answer it is, and how much of it: of a mapping its names, of anything else no content.

    >>> in_short({"diary": int}), in_short([1, 2]), in_short("a secret"), in_short(None)
    ('diary', 'list of 2', 'str', 'nothing')
    """
    if answer is None:
        return "nothing"
    if isinstance(answer, Mapping):
        return ", ".join(sorted(map(str, answer))) or "nothing"
    kind = type(answer).__name__
    return f"{kind} of {len(answer)}" if isinstance(answer, Sized) and not isinstance(answer, str | bytes) else kind
