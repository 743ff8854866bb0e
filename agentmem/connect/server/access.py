"""Who asks, and which memory is theirs: a request is only ever given the memory of its own scope."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from fastapi import Depends, Request

from agentmem.agent_memory import AgentMemory
from agentmem.connect.server.keys import Key, KeyFile
from agentmem.connect.server.limits import Rate
from agentmem.connect.server.pool import Pool
from agentmem.connect.server.refusals import Answered
from agentmem.connect.server.settings import SESSION_HEADER, USER_HEADER, Serving
from agentmem.errors import InvalidInput, Refused, StoreUnavailable, UnknownKey
from agentmem.scope import Scope, scope_of

Opening = Callable[[], AbstractContextManager[AgentMemory]]
"""Opens the memory of whoever asks, and no other."""


@dataclass(frozen=True)
class Caller:
    """Who asks.

    Attributes:
        read_only: Whether nothing may be changed.
        open: Gives the memory of their scope; what is added is marked with their session.
    """

    read_only: bool
    open: Opening


class Access:
    """Lets callers in, each to the memory of their own scope.

    Args:
        serving: Where the keys are, and whose memory it is where nobody is named.
        pool: The open memories.
    """

    def __init__(self, serving: Serving, pool: Pool) -> None:
        self._serving, self._pool = serving, pool
        self._keys = None if serving.keys is None else KeyFile(serving.keys)
        self._rate = Rate(serving.rate, clock=time.monotonic)

    def caller(self, request: Request) -> Caller:
        """Return who asks.

        Raises:
            UnknownKey: there are keys, and none that holds was shown.
            Refused: the key is another user's.
            TooManyRequests: as `Rate`.
            Answered: a user must be named, or is named so that nobody can read it.
            StoreUnavailable: the keys cannot be read.
        """
        key = self._key(request)
        if key is not None:
            request.scope["key"] = key.id
            self._rate.take(key.id)
        scope = self._scope(request, key)
        return Caller(key is not None and key.read_only, partial(self._pool.opened, scope))

    def _key(self, request: Request) -> Key | None:
        if self._keys is None:
            return None
        kind, _, shown = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not shown.strip():
            raise UnknownKey("this server asks for a key: send it as Authorization: Bearer KEY")
        try:
            return self._keys.find(shown.strip())
        except InvalidInput:
            raise StoreUnavailable("the keys of this server cannot be read; its log says why") from None

    def _scope(self, request: Request, key: Key | None) -> Scope:
        named, session = _named(request, USER_HEADER, "user"), _named(request, SESSION_HEADER, "session")
        if key is None:
            return _checked(self._serving.app, self._serving.user if named is None else named, session)
        if not key.any_user:
            if named is not None and named != key.user:
                raise Refused(f"the key {key.id} is for one user, and another is named; leave {USER_HEADER} out")
            return _checked(key.app, key.user, session)
        if named is None:
            raise Answered(400, "InvalidInput", f"the key {key.id} is for any user: name one with {USER_HEADER}: NAME")
        return _checked(key.app, named, session)


def _checked(app: str | None, user: str | None, session: str | None) -> Scope:
    try:
        return scope_of(app, user, session)
    except InvalidInput as error:
        raise Answered(400, "InvalidInput", str(error)) from None


def _named(request: Request, header: str, parameter: str) -> str | None:
    """Return a name given in a header, in UTF-8, or in the address."""
    given = request.headers.get(header)
    if given is None:
        return request.query_params.get(parameter)
    try:
        return given.encode("latin-1").decode()
    except UnicodeDecodeError:
        raise Answered(
            400, "InvalidInput", f"{header} is no UTF-8; send the name so, or as ?{parameter}=NAME"
        ) from None


async def reading(request: Request) -> Caller:
    """Return who asks to look."""
    access: Access = request.app.state.access
    return access.caller(request)


async def writing(caller: Annotated[Caller, Depends(reading)]) -> Caller:
    """Return who asks to change something.

    Raises:
        Refused: they may only look.
    """
    if caller.read_only:
        raise Refused("this key may only look; use one that was made without --read-only")
    return caller


Reader = Annotated[Caller, Depends(reading)]
Writer = Annotated[Caller, Depends(writing)]
