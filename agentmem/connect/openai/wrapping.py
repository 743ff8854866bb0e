"""`wrap_openai`: a client of OpenAI that remembers, and is otherwise what it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, overload

from agentmem.connect.turns import OnError, Recalls, Turns, Whose
from agentmem.errors import InvalidInput, MissingExtra

if TYPE_CHECKING:
    from openai import AsyncOpenAI, OpenAI

    Sync = TypeVar("Sync", bound=OpenAI)
    Async = TypeVar("Async", bound=AsyncOpenAI)


@overload
def wrap_openai(client: Sync, memory: Whose, *, recalls: Recalls | None = None, on_error: OnError = "warn") -> Sync: ...
@overload
def wrap_openai(
    client: Async, memory: Whose, *, recalls: Recalls | None = None, on_error: OnError = "warn"
) -> Async: ...
def wrap_openai(
    client: OpenAI | AsyncOpenAI, memory: Whose, *, recalls: Recalls | None = None, on_error: OnError = "warn"
) -> OpenAI | AsyncOpenAI:
    """Return a client of the same kind that recalls before each turn, and remembers what was said and answered.

    Chat completions and responses are turns: whole, streamed, parsed, raw, with other options. All else passes by, and
    so does what is sent over a websocket. What comes back is not touched, and a stream no byte of it. A turn that
    fails is not remembered; of a stream that ends half-way, what came is.

    Args:
        client: An `OpenAI` or `AsyncOpenAI`; it stays without memory. Both share their connections, as those made by
            `with_options` do: who closes one, closes both.
        memory: Stays the caller's to close. Or a function that gives the one of the current user, asked once a turn
            in the caller's context (`contextvars`); None lets the turn go without memory.
        recalls: How much is recalled; 1,000 tokens and 20 recollections by default.
        on_error: Where the memory fails: "warn" in the log and go on without it; or "raise".

    Raises:
        MissingExtra: the package `openai` is not there, or too old.
        InvalidInput: the client has memory already, or an `http_client` of another package.
    """
    try:
        import httpx2
        from openai import AsyncOpenAI, OpenAI
    except ImportError:
        raise MissingExtra.needs("openai", what="a client of OpenAI with memory") from None
    from agentmem.connect.openai.sending import Heard, HeardAsync

    turns = Turns(memory, recalls=recalls, on_error=on_error)
    inner = getattr(client, "_client", None)
    if isinstance(inner, Heard | HeardAsync):
        raise InvalidInput("this client has a memory already; wrap the one it was made of")
    if isinstance(client, OpenAI) and isinstance(inner, httpx2.Client):
        return client.copy(http_client=Heard(inner, turns))
    if isinstance(client, AsyncOpenAI) and isinstance(inner, httpx2.AsyncClient):
        return client.copy(http_client=HeardAsync(inner, turns))
    raise InvalidInput(
        f"a {type(client).__name__} over a {type(inner).__module__.partition('.')[0]} client cannot be given a memory; "
        "give an OpenAI or AsyncOpenAI, whose http_client, if any, is one of httpx2"
    )
