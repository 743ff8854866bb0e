"""Forks wait for writers: a child would inherit a transaction that nobody ends, and that SQLite takes for its own."""

from __future__ import annotations

import os
import threading
import weakref

WAIT_S = 5.0
"""How long a fork waits for one store: whoever forks amid a transaction of his own is not kept for ever."""

_locks: weakref.WeakSet[threading.Lock] = weakref.WeakSet()
_held: list[threading.Lock] = []


def waited_for(lock: threading.Lock) -> threading.Lock:
    """Return `lock`, which is held by whoever writes, and from now on by whoever forks."""
    _locks.add(lock)
    return lock


def _hold() -> None:
    _held.extend(lock for lock in list(_locks) if lock.acquire(timeout=WAIT_S))


def _let_go() -> None:
    while _held:
        _held.pop().release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_hold, after_in_parent=_let_go, after_in_child=_let_go)
