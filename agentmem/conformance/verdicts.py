"""Whether a memory keeps its promises: those of `MemoryContract`, run one after the other, each in an empty store."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal
from unittest import SkipTest

from agentmem.errors import AgentmemError
from agentmem.events import Value
from agentmem.fault import fault_of
from agentmem.graph.contract import Store
from agentmem.graph.sqlite import SQLiteStore
from agentmem.host import Host
from agentmem.language.contract import Language
from agentmem.memory import Memory
from agentmem.testing.memory_promises import MemoryPromises

State = Literal["kept", "broken", "not offered"]
A_PROMISE, A_CURE = "test_", "If this fails, "
Spoken = Callable[[Language], Language]
"""Makes of a language by rules the one to check with."""


def by_rules(rules: Language) -> Language:
    """Return the language by rules as it is."""
    return rules


class Verdict(Value):
    """What became of one promise.

    Attributes:
        promise: In words.
        state: "not offered" where it is about a power that the memory does not declare.
        why: Of a broken one, in a sentence: what was seen, and what to do; else "".
    """

    promise: str
    state: State
    why: str = ""


class Promised(MemoryPromises):
    """The promises of a memory that a host builds.

    Args:
        host: Builds it.
        name, settings: Which one.
        spoken: What it is checked with.
    """

    def __init__(self, host: Host, name: str, settings: Mapping[str, Any], spoken: Spoken) -> None:
        self._host, self._name, self._settings, self._spoken = host, name, settings, spoken

    def host(self) -> Host:
        """Return the host that was given."""
        return self._host

    def new_memory(self) -> Memory:
        """Return a new one."""
        return self._host.memory(self._name, self._settings)

    def new_language(self) -> Language:
        """Return the language to check with."""
        return self._spoken(super().new_language())

    def new_store(self, folder: Path) -> Store:  # noqa: ARG002
        """Return one that is on no disk: what is checked is the memory."""
        return SQLiteStore.in_memory()


def promises() -> list[str]:
    """Return the promises in their order, each as the name of its method."""
    found = [name for kind in MemoryPromises.__mro__ for name in vars(kind) if name.startswith(A_PROMISE)]
    return list(dict.fromkeys(found))


def verdicts(promised: MemoryPromises) -> Iterator[Verdict]:
    """Yield what becomes of each promise, as it is known."""
    for name in promises():
        yield verdict(getattr(promised, name), promised)


def verdict(promise: Callable[[Store], None], promised: MemoryPromises) -> Verdict:
    """Try one promise in an empty store."""
    said = promise.__name__.removeprefix(A_PROMISE).replace("_", " ")
    try:
        with promised.empty_store() as store:
            promise(store)
    except SkipTest:
        return Verdict(promise=said, state="not offered")
    except Exception as error:  # noqa: BLE001 - a stranger's memory may raise anything; it is reported
        return Verdict(promise=said, state="broken", why=_why(error, promise))
    return Verdict(promise=said, state="kept")


def _why(error: Exception, promise: Callable[..., object]) -> str:
    """Return why a promise is broken: a fault by itself, else what was seen with the advice of the promise."""
    if type(error) is not AssertionError:
        return str(error) if isinstance(error, AgentmemError | AssertionError) else fault_of(error)
    about, _, cure = " ".join((inspect.getdoc(promise) or "").split()).partition(A_CURE)
    seen = str(error) or about.strip().rstrip(".")
    return f"{seen}; {cure.partition('. ')[0].rstrip('.')}" if cure else seen
