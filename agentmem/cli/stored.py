"""Opening what is stored: never made by looking at it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from agentmem.errors import InvalidInput, UnknownName

if TYPE_CHECKING:
    from agentmem.graph.contract import Store
    from agentmem.host import Host


@contextmanager
def existing(host: Host, uri: str) -> Iterator[Store]:
    """Give the store at `uri`, which must exist."""
    store = host.store(uri, create=False)
    try:
        yield store
    finally:
        store.close()


def namespace_of(store: Store, given: str | None) -> str:
    """Return the namespace that is meant: the given one, or the only one there is.

    Raises:
        InvalidInput: it is not there, none was given and there are several, or the store is empty.
    """
    from agentmem.reembedding import in_use

    known = in_use(store)
    if given is not None:
        if given not in known:
            raise UnknownName.among("namespace", given, known, cure=f"agentmem status {store.uri}")
        return given
    if len(known) == 1:
        return known[0]
    if not known:
        raise InvalidInput(f"the store {store.uri} is empty; fill it with: agentmem play --store {store.uri}")
    shown = ", ".join(known[:5]) + (", ..." if len(known) > 5 else "")
    raise InvalidInput(
        f"the store {store.uri} has {len(known)} namespaces ({shown}); choose one with --namespace, "
        f"or see: agentmem status {store.uri}"
    )


def namespaces_of(store: Store, given: Sequence[str] | None) -> list[str]:
    """Return the namespaces that are meant: those given, or all there are.

    Raises:
        InvalidInput: one is not there, or the store is empty.
    """
    from agentmem.reembedding import in_use

    if given or not in_use(store):
        return [namespace_of(store, one) for one in dict.fromkeys(given or (None,))]
    return in_use(store)


def naming(store: Store, namespace: str) -> tuple[str, ...]:
    """Return the option that names a namespace; none where it is the only one."""
    from agentmem.reembedding import in_use

    return ("--namespace", namespace) if len(in_use(store)) > 1 else ()
