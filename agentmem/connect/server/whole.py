"""The verbs on a memory as a whole: how it stands, what changed, what keeps it in shape, taking it elsewhere."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from agentmem.agent_memory import Added, Status
from agentmem.connect.server.access import Reader, Writer
from agentmem.connect.server.bodies import Moment
from agentmem.connect.server.refusals import DESCRIBED
from agentmem.language.contract import Receipt
from agentmem.remembered import Diff

IMPORT = "/v1/import"
IMPORT_BYTES = 1_000_000_000
LINES = "application/x-ndjson"
NOW = Moment()
routes = APIRouter(prefix="/v1", tags=["memory"], responses=dict(DESCRIBED))


@routes.get("/status")
def status(caller: Reader) -> Status:
    """Return how far each memory has come, and what it could not take in."""
    with caller.open() as memory:
        return memory.status()


@routes.get("/diff")
def diff(caller: Reader, since: Annotated[int, Query(ge=0)], until: Annotated[int | None, Query(ge=0)] = None) -> Diff:
    """Return what changed between two positions of the journal."""
    with caller.open() as memory:
        return memory.diff(since, until)


@routes.post("/retry")
def retry(caller: Writer, moment: Moment = NOW) -> Receipt:
    """Take in what was set aside, and what waits."""
    with caller.open() as memory:
        return memory.retry(now=moment.now)


@routes.post("/consolidate")
def consolidate(caller: Writer, moment: Moment = NOW) -> Receipt:
    """Let the memory tidy up."""
    with caller.open() as memory:
        return memory.consolidate(now=moment.now)


@routes.post("/forget")
def forget(caller: Writer, moment: Moment = NOW) -> Receipt:
    """Let the memory put away what has faded."""
    with caller.open() as memory:
        return memory.forget(now=moment.now)


@routes.get("/export", response_class=FileResponse, responses={200: {"content": {LINES: {}}}})
def export(caller: Reader) -> FileResponse:
    """Return all that is kept, as lines of JSON."""
    folder = tempfile.TemporaryDirectory(prefix="agentmem-")
    try:
        path = Path(folder.name) / "export.jsonl"
        with caller.open() as memory:
            memory.export(path)
    except BaseException:
        folder.cleanup()
        raise
    return FileResponse(path, media_type=LINES, filename="export.jsonl", background=BackgroundTask(folder.cleanup))


@routes.post(
    "/import",
    openapi_extra={"requestBody": {"required": True, "content": {LINES: {"schema": {"type": "string"}}}}},
)
async def import_(request: Request, caller: Writer) -> Added:
    """Remember the events of an export: what is known changes nothing, and of a broken file nothing is taken."""
    with tempfile.TemporaryDirectory(prefix="agentmem-") as folder:
        path = Path(folder) / "import.jsonl"
        await _kept(request.stream(), path)
        return await run_in_threadpool(_imported, caller, path)


async def _kept(chunks: AsyncIterator[bytes], path: Path) -> None:
    with path.open("wb") as file:
        async for chunk in chunks:
            file.write(chunk)


def _imported(caller: Writer, path: Path) -> Added:
    with caller.open() as memory:
        return memory.import_(path)
