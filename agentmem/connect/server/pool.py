"""The memories a worker has open: one for each scope that asks, the latest of them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from agentmem.agent_memory import AgentMemory
from agentmem.scope import Scope


@dataclass
class Held:
    """An open memory, and how many are using it."""

    memory: AgentMemory | None = None
    users: int = 0
    opening: threading.Lock = field(default_factory=threading.Lock)


class Pool:
    """Opens each scope's memory once, and closes what was not used longest. May be used from many threads.

    Args:
        open_: Opens the memory of a scope.
        most: How many are kept open, beside those that are in use.
    """

    def __init__(self, open_: Callable[[Scope], AgentMemory], *, most: int) -> None:
        self._open, self._most = open_, most
        self._lock = threading.Lock()
        self._opened: OrderedDict[Scope, Held] = OrderedDict()

    @contextmanager
    def opened(self, scope: Scope) -> Iterator[AgentMemory]:
        """Give the memory of a scope; it is not closed meanwhile.

        Raises:
            AgentmemError: it cannot be opened.
        """
        with self._lock:
            held = self._opened.setdefault(scope, Held())
            self._opened.move_to_end(scope)
            held.users += 1
        try:
            with held.opening:  # others who ask for the same wait; for another one, they do not
                if held.memory is None:
                    held.memory = self._open(scope)
            yield held.memory
        finally:
            self._let_go(held)

    def close(self) -> None:
        """Close all that are open."""
        with self._lock:
            for held in self._opened.values():
                if held.memory is not None:
                    held.memory.close()
            self._opened.clear()

    def _let_go(self, held: Held) -> None:
        with self._lock:
            held.users -= 1
            idle = [scope for scope, one in self._opened.items() if not one.users]
            gone = [self._opened.pop(scope) for scope in idle[: max(0, len(self._opened) - self._most)]]
        for one in gone:
            if one.memory is not None:
                one.memory.close()
