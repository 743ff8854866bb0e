"""Running workers behind one socket: those that end are replaced, and all end when they are told to."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from agentmem.connect.server.listening import address_of, bound, checked
from agentmem.connect.server.settings import Serving
from agentmem.errors import MissingExtra

KEPT_S = 75
"""Seconds a connection may be idle: longer than clients keep one, who so never find it closed."""
GRACE_S = 30
"""Seconds that requests have to end, once the server is told to."""


def serve(serving: Serving, *, host: str, port: int, workers: int, started: Callable[[str], object] = len) -> None:
    """Serve until the process is told to end (SIGTERM, SIGINT); what is being answered then is answered.

    Args:
        serving: What is served.
        host: The address to listen at.
        port: The port; 0 for any that is free.
        workers: Processes that answer; each has the store open.
        started: Told the address, once it is listened to.

    Raises:
        MissingExtra: FastAPI or uvicorn is not installed.
        InvalidInput: it would listen to other machines without keys; the address cannot be had; or something
            about what is served.
        StoreUnavailable, StoreRefused: the store cannot be used.
    """
    try:
        import uvicorn
        from uvicorn.supervisors.multiprocess import Multiprocess

        from agentmem.connect.server.app import create_app
        from agentmem.connect.server.logs import CONFIG
        from agentmem.connect.server.opening import Opened
        from agentmem.scope import Scope
    except ImportError as error:
        if isinstance(error, MissingExtra):
            raise
        raise MissingExtra.needs("serve", what="agentmem serve") from None

    serving = checked(serving, host)
    with Opened(serving) as opened:  # what cannot be opened is said here, once, and the store is made by one process
        opened.memory(Scope()).close()
    with bound(host, port) as listening:
        config = uvicorn.Config(
            partial(create_app, serving), factory=True, workers=workers, log_config=dict(CONFIG), access_log=False,
            server_header=False, timeout_keep_alive=KEPT_S,
            timeout_graceful_shutdown=GRACE_S, proxy_headers=False, lifespan="on",
        )  # fmt: skip
        started(address_of(listening))
        Multiprocess(config, sockets=[listening]).run()
