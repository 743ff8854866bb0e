"""`agentmem export` and `agentmem import`: a store as lines of JSON, and back."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Annotated

import typer

from agentmem.cli.chosen import Json, Namespaces, StoreUri
from agentmem.cli.copy import told
from agentmem.cli.output import as_json
from agentmem.cli.progress import progress
from agentmem.cli.stored import existing, namespaces_of
from agentmem.errors import InvalidInput
from agentmem.plural import counted

STANDARD = "-"


def export(
    ctx: typer.Context,
    store: StoreUri,
    file: Annotated[str, typer.Argument(metavar="FILE", help="- for standard output; .gz to compress it.")] = STANDARD,
    *,
    namespace: Namespaces = None,
    json: Json = False,
) -> None:
    """Write a store as lines of JSON, the journal first.

    All of it: what is retired, past versions, vectors and counters. The file is there when it is whole.
    """
    from agentmem.graph.moving.exporting import export as exported

    if json and file == STANDARD:
        raise InvalidInput("--json prints what was done, and - the export itself: name a file")
    with existing(ctx.obj.host(), store) as kept:
        names = namespaces_of(kept, namespace)
        stats = [kept.graph(name).stats() for name in names]
        with (
            _written(file) as to,
            progress(sum(one["nodes"] + one["retired"] + one["edges"] for one in stats)) as moved,
        ):
            done = exported(kept, names, to, moved=moved)
    if json:
        as_json({"file": file, "namespaces": {name: whole._asdict() for name, whole in done.items()}})
    elif file != STANDARD:
        for name, whole in done.items():
            typer.echo(f"{name}: {counted(whole.nodes, 'node')}, {counted(whole.edges, 'edge')}, {whole.sha256}")
        typer.echo(f"written: {file}")


def import_(
    ctx: typer.Context,
    store: Annotated[str, typer.Argument(metavar="STORE", help="A store: memory.db, or a URI; made if need be.")],
    file: Annotated[str, typer.Argument(metavar="FILE", help="What agentmem export wrote; - for standard input.")],
    *,
    json: Json = False,
) -> None:
    """Bring an export into a store.

    The file is checked first: of one that is broken, cut off or edited nothing is taken. Twice is as good as once.
    """
    from agentmem.graph.moving.importing import import_ as imported
    from agentmem.graph.moving.importing import read

    host = ctx.obj.host()
    with _read(file) as came:
        read(came)  # before the store is made
        kept = host.store(store)
        try:
            with progress(0) as moved:
                done = imported(kept, came, moved=moved)
        finally:
            kept.close()
    if json:
        as_json(done)
    else:
        typer.echo("\n".join(told(one, "imported and compared") for one in done))


@contextmanager
def _written(file: str) -> Iterator[IO[bytes]]:
    """Give a file to write, or standard output."""
    if file == STANDARD:
        yield sys.stdout.buffer
        return
    from agentmem.graph.moving.files import written

    with written(Path(file)) as to:
        yield to


@contextmanager
def _read(file: str) -> Iterator[IO[bytes]]:
    """Give an export to read, twice if need be."""
    from agentmem.graph.moving.files import opened

    if file == STANDARD:
        with tempfile.TemporaryFile() as kept:
            shutil.copyfileobj(sys.stdin.buffer, kept)
            yield kept
        return
    with opened(Path(file)) as came:
        yield came
