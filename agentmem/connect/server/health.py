"""Whether the server is alive, and whether it can work: asked by what watches over it, with no key."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from agentmem.connect.server.refusals import refused
from agentmem.errors import AgentmemError
from agentmem.graph.contract import Store

routes = APIRouter(tags=["health"])
PROBED = "default"
"""A namespace that is only looked at."""


@routes.get("/health")
async def health() -> dict[str, str]:
    """Say that this worker is alive."""
    return {"status": "alive"}


@routes.get("/ready", response_model=None)
def ready(request: Request) -> dict[str, str] | JSONResponse:
    """Say whether the store answers: 200, or 503."""
    store: Store = request.app.state.store
    try:
        store.graph(PROBED).counter("ready")
    except AgentmemError as error:
        return refused(error)
    return {"status": "ready"}
