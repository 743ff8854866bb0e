"""The application one worker runs: its store, its memories, and the addresses under which they are asked."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib.metadata import version
from multiprocessing import parent_process

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from agentmem.connect.server import memories, proxy, whole
from agentmem.connect.server.access import Access
from agentmem.connect.server.health import routes as health
from agentmem.connect.server.limits import BodyLimit
from agentmem.connect.server.logs import Logged
from agentmem.connect.server.opening import Opened
from agentmem.connect.server.origin import SameOrigin
from agentmem.connect.server.pool import Pool
from agentmem.connect.server.refusals import PROBLEM, answer_errors
from agentmem.connect.server.settings import Serving

TITLE = "agentmem"
"""Of what is served; the name of the distribution says the version."""


def create_app(serving: Serving) -> FastAPI:
    """Return the application; it opens the store when it is started, and closes it when it is stopped.

    Args:
        serving: What is served.
    """
    app = FastAPI(
        title=TITLE,
        summary="The memory of chat apps: what was said, kept apart by user, explained, corrected and erased.",
        version=version("agentmem-graph"),
        lifespan=_lifespan(serving),
        docs_url=None,  # those pages would be fetched from elsewhere
        redoc_url=None,
        redirect_slashes=False,
    )
    answer_errors(app)
    for router in (health, memories.routes, whole.routes, *((proxy.routes,) if serving.upstream else ())):
        app.include_router(router)
    _describe(app)
    if serving.origins:
        app.add_middleware(CORSMiddleware, allow_origins=serving.origins, allow_methods=["*"], allow_headers=["*"])
    app.add_middleware(SameOrigin, hosts=serving.hosts, origins=serving.origins)
    larger = dict.fromkeys(proxy.CHATS, proxy.CHAT_BYTES)
    app.add_middleware(BodyLimit, larger={whole.IMPORT: whole.IMPORT_BYTES, **larger})
    app.add_middleware(Logged)
    return app


def _lifespan(serving: Serving) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        current_default_thread_limiter().total_tokens = serving.threads
        end_with_parent()
        with Opened(serving) as opened:
            pool = Pool(opened.memory, most=serving.open_memories)
            app.state.store, app.state.access = opened.store, Access(serving, pool)
            app.state.upstream = proxy.Upstream(serving)
            yield
            await app.state.upstream.close()
            pool.close()

    return lifespan


def _describe(app: FastAPI) -> None:
    """Let OpenAPI say what a problem is, and that there are keys."""
    described = app.openapi

    def openapi() -> dict[str, object]:
        whole_ = described()
        parts = whole_.setdefault("components", {})
        parts.setdefault("schemas", {})["Problem"] = dict(PROBLEM)
        parts["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
        whole_["security"] = [{"key": []}, {}]
        return whole_

    app.openapi = openapi  # type: ignore[method-assign]


def end_with_parent() -> None:
    """Stop this worker, gracefully, when the process that watches over it is gone: it would keep the port."""
    parent = parent_process()
    if parent is None:
        return

    def wait() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, daemon=True).start()
