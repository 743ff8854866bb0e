"""Moving the clock that a memory would read, were it to read one: what it says must not depend on the day it is run."""

from __future__ import annotations

import datetime as dt
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

BY = dt.timedelta(days=200, hours=7, minutes=11, seconds=23)
"""Another day of another week, month and year or season, and another hour."""


@contextmanager
def moved_clock(of: object) -> Iterator[None]:
    """Let the code of whatever `of` is made by see a clock that is `BY` ahead, for as long as this is held.

    That is all modules of its package; where it comes with agentmem, its own module alone. What they imported of
    `time` and `datetime`, under whatever name, is replaced; nothing outside of them is.
    """
    moved = _moved()
    kept = [
        (module, name, value)
        for module in _code_of(type(of))
        for name, value in list(vars(module).items())
        if id(value) in moved
    ]
    for module, name, value in kept:
        setattr(module, name, moved[id(value)])
    try:
        yield
    finally:
        for module, name, value in kept:
            setattr(module, name, value)


def _code_of(kind: type) -> list[ModuleType]:
    root = kind.__module__.partition(".")[0]
    names = [kind.__module__]
    if root != "agentmem":
        names += [name for name in sys.modules if name == root or name.startswith(f"{root}.")]
    return [sys.modules[name] for name in dict.fromkeys(names)]


def _moved() -> dict[int, object]:
    """Return what to put in place of the modules, classes and functions that tell the time, by their identity."""
    times: dict[str, Callable[..., object]] = {
        "time": lambda: time.time() + BY.total_seconds(),
        "time_ns": lambda: time.time_ns() + int(BY.total_seconds()) * 10**9,
        "gmtime": lambda s=None: time.gmtime(time.time() + BY.total_seconds() if s is None else s),
        "localtime": lambda s=None: time.localtime(time.time() + BY.total_seconds() if s is None else s),
    }
    kinds = {"datetime": _Datetime, "date": _Date}
    moved: dict[int, object] = {id(time): _with(time, times), id(dt): _with(dt, kinds)}
    moved |= {id(getattr(time, name)): one for name, one in times.items()}
    return moved | {id(getattr(dt, name)): one for name, one in kinds.items()}


def _with(module: ModuleType, replaced: dict[str, Any]) -> ModuleType:
    copy = ModuleType(module.__name__)
    vars(copy).update(vars(module) | replaced)
    return copy


class _Kind(type):
    """Takes for its own whatever the class it stands for does."""

    def __instancecheck__(cls, one: object) -> bool:
        return isinstance(one, cls.__mro__[1])


class _Datetime(dt.datetime, metaclass=_Kind):
    @classmethod
    def now(cls, tz: dt.tzinfo | None = None) -> Any:
        return dt.datetime.now(tz) + BY

    @classmethod
    def today(cls) -> Any:
        return dt.datetime.today() + BY  # noqa: DTZ002 - what was asked for

    @classmethod
    def utcnow(cls) -> Any:
        return dt.datetime.now(dt.UTC).replace(tzinfo=None) + BY


class _Date(dt.date, metaclass=_Kind):
    @classmethod
    def today(cls) -> Any:
        return dt.date.today() + BY  # noqa: DTZ011 - what was asked for
