"""The same verbs for asyncio: each runs in a thread, so nothing waits that need not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from types import TracebackType
from typing import Any, Concatenate, Generic, ParamSpec, Self, TypeVar, overload

from agentmem.agent_memory.face import AgentMemory

P = ParamSpec("P")
T = TypeVar("T")


class _Awaited(Generic[P, T]):
    """A verb of `AgentMemory`, awaitable."""

    def __init__(self, verb: Callable[Concatenate[AgentMemory, P], T]) -> None:
        self._verb = verb
        self.__doc__ = verb.__doc__

    @overload
    def __get__(self, face: None, owner: type) -> Self: ...
    @overload
    def __get__(self, face: AsyncAgentMemory, owner: type) -> Callable[P, Awaitable[T]]: ...
    def __get__(self, face: AsyncAgentMemory | None, owner: type) -> Self | Callable[P, Awaitable[T]]:
        return self if face is None else partial(asyncio.to_thread, self._verb, face.sync)


class AsyncAgentMemory:
    """An `AgentMemory` whose verbs are awaited. Cancelling one does not stop what has begun: what is added stays.

    Args:
        sync: One that is open, which stays the caller's to close; or a store, with the arguments of `AgentMemory`.
    """

    def __init__(self, sync: Any, **options: Any) -> None:
        self._owns = not isinstance(sync, AgentMemory)
        self.sync: AgentMemory = AgentMemory(sync, **options) if self._owns else sync
        self.scope = self.sync.scope

    add = _Awaited(AgentMemory.add)
    add_many = _Awaited(AgentMemory.add_many)
    update = _Awaited(AgentMemory.update)
    import_ = _Awaited(AgentMemory.import_)
    search = _Awaited(AgentMemory.search)
    context = _Awaited(AgentMemory.context)
    as_of = _Awaited(AgentMemory.as_of)
    get = _Awaited(AgentMemory.get)
    get_all = _Awaited(AgentMemory.get_all)
    history = _Awaited(AgentMemory.history)
    why = _Awaited(AgentMemory.why)
    diff = _Awaited(AgentMemory.diff)
    status = _Awaited(AgentMemory.status)
    export = _Awaited(AgentMemory.export)
    backup = _Awaited(AgentMemory.backup)
    delete = _Awaited(AgentMemory.delete)
    delete_all = _Awaited(AgentMemory.delete_all)
    undo = _Awaited(AgentMemory.undo)
    retry = _Awaited(AgentMemory.retry)
    reinforce = _Awaited(AgentMemory.reinforce)
    consolidate = _Awaited(AgentMemory.consolidate)
    forget = _Awaited(AgentMemory.forget)
    rebuild = _Awaited(AgentMemory.rebuild)
    catch_up = _Awaited(AgentMemory.catch_up)
    close = _Awaited(AgentMemory.close)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._owns:
            await self.close()
