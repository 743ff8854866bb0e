"""What one worker has open: one store, one host, one language, for the memories of all who ask."""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType
from typing import Self

from agentmem.agent_memory import AgentMemory
from agentmem.connect.server.settings import Serving
from agentmem.graph.contract import Store
from agentmem.host import Host
from agentmem.scope import Scope
from agentmem.spending.session import session_of


class Opened:
    """What a worker has open, and opens memories with. To be used in a `with`.

    Attributes:
        store: The store.

    Raises:
        AgentmemError: something cannot be opened; nothing is left open.
    """

    store: Store

    def __init__(self, serving: Serving) -> None:
        self._serving = serving
        self._held = ExitStack()

    def memory(self, scope: Scope) -> AgentMemory:
        """Open the memory of a scope."""
        return AgentMemory(
            self.store, app=scope.app, user=scope.user, session=scope.session, memory=self._serving.memory,
            settings=self._serving.memory_settings, language=self._language, host=self._host, budget=self._paying,
        )  # fmt: skip

    def __enter__(self) -> Self:
        serving = self._serving
        with ExitStack() as held:
            self._host = Host(blocked=serving.plugins_blocked, also=serving.plugins_also)
            self._paying = session_of(serving.thinking.budget)
            self._language = held.enter_context(serving.thinking.opened(self._host))
            self.store = self._host.store(serving.store)
            held.callback(self.store.close)
            self._held = held.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held.close()
