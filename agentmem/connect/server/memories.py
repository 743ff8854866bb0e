"""The verbs on what is remembered: `/v1/memories`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, NoReturn

from fastapi import APIRouter, Query, Response

from agentmem.agent_memory import Added, AgentMemory, Erased
from agentmem.connect.server.access import Caller, Reader, Writer
from agentmem.connect.server.bodies import ContextAsked, Correction, Found, Message, Messages, Page, Search
from agentmem.connect.server.refusals import DESCRIBED, Answered
from agentmem.context import Context
from agentmem.errors import InvalidInput
from agentmem.explain import Explanation, Version
from agentmem.language.contract import Receipt
from agentmem.remembered import Remembered

routes = APIRouter(prefix="/v1/memories", tags=["memories"], responses=dict(DESCRIBED))
Limit = Annotated[int, Query(ge=1, le=1000)]
After = Annotated[int, Query(ge=0)]


@routes.post("", status_code=201, responses={200: {"description": "All of it was known; nothing was changed."}})
def add(messages: Messages, caller: Writer, response: Response) -> Added:
    """Remember one message, or a list of them; durable when this is answered."""
    given = [messages] if isinstance(messages, Message) else messages
    with caller.open() as memory:
        added = memory.add([one.model_dump(exclude_none=True) for one in given])
    response.status_code = 201 if added.events else 200
    return added


@routes.post("/search")
def search(asked: Search, caller: Reader) -> Found:
    """Return what is recalled: an empty list where nothing is."""
    with caller.open() as memory:
        asks = memory.search if asked.as_of is None else memory.as_of(asked.as_of).search
        found = asks(
            asked.query, limit=asked.limit, now=asked.now, min_score=asked.min_score, min_trust=asked.min_trust
        )
    return Found(recollections=found)


@routes.post("/context")
def context(asked: ContextAsked, caller: Reader) -> Context:
    """Return what is recalled as a block for a prompt: quoted, fenced, with its sources; "" where nothing is."""
    with caller.open() as memory:
        return memory.context(
            asked.query, max_tokens=asked.max_tokens, limit=asked.limit,
            min_score=asked.min_score, min_trust=asked.min_trust,
        )  # fmt: skip


@routes.get("")
def get_all(caller: Reader, limit: Limit = 100, after: After = 0, memory: str = "") -> Page:
    """Return what holds, page by page: what was said, or what one memory derived."""
    with caller.open() as opened:
        items = opened.get_all(limit=limit, after=after, memory=memory)
    return Page(items=items, next=items[-1].position if len(items) >= limit else None)


@routes.delete("")
def delete_all(caller: Writer, verify: bool = False) -> Erased:
    """Erase all that was ever said, and all that came of it."""
    with caller.open() as memory:
        return memory.delete_all(verify=verify)


@routes.get("/{id:path}/history")
def history(id: str, caller: Reader) -> list[Version]:  # noqa: A002 - the word every peer uses
    """Return what it was over time, oldest first."""
    with _known(id, caller) as memory:
        return memory.history(id)


@routes.get("/{id:path}/why")
def why(id: str, caller: Reader) -> Explanation:  # noqa: A002
    """Return where it comes from, what it was before, and what became of it."""
    with _known(id, caller) as memory:
        return memory.why(id)


@routes.post("/{id:path}/undo")
def undo(id: str, caller: Writer) -> Receipt:  # noqa: A002
    """Take back what an event changed in every memory; the event stays in the journal."""
    with _known(id, caller) as memory:
        return memory.undo(id)


@routes.get("/{id:path}")
def get(id: str, caller: Reader) -> Remembered:  # noqa: A002
    """Return what is kept under an id: an event, or what a memory made of one."""
    with caller.open() as memory:
        found = memory.get(id)
    return found if found is not None else _unknown(id)


@routes.put("/{id:path}")
@routes.patch("/{id:path}")
def update(id: str, correction: Correction, caller: Writer) -> Added:  # noqa: A002
    """Correct what was said; what it was stays in the history."""
    with _known(id, caller) as memory:
        return memory.update(id, correction.text, at=correction.at)


@routes.delete("/{id:path}")
def delete(id: str, caller: Writer, verify: bool = False) -> Erased:  # noqa: A002
    """Erase an event with all that came of it; what is erased already is named as `absent`."""
    with _known(id, caller) as memory:
        return memory.delete(id, verify=verify)


@contextmanager
def _known(id_: str, caller: Caller) -> Iterator[AgentMemory]:
    """Give the memory of a caller; what fails because nothing has this id is answered so."""
    with caller.open() as memory:
        try:
            yield memory
        except InvalidInput:
            if memory.get(id_) is None:
                _unknown(id_)
            raise


def _unknown(id_: str) -> NoReturn:
    raise Answered(404, "NotFound", f"nothing has the id {id_[:200]!r}; a search tells ids")
