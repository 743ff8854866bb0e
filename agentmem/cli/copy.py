"""`agentmem copy`: take namespaces from one store to another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from agentmem.cli.chosen import A_STORE, Json, Namespaces, named
from agentmem.cli.output import as_json
from agentmem.cli.progress import progress
from agentmem.cli.stored import existing, namespaces_of
from agentmem.plural import counted

if TYPE_CHECKING:
    from agentmem.graph.moving.copying import Copied


def copy(
    ctx: typer.Context,
    source: Annotated[str, typer.Argument(metavar="SOURCE", callback=named, help=A_STORE)],
    target: Annotated[str, typer.Argument(metavar="TARGET", callback=named, help="Another one, made if need be.")],
    *,
    namespace: Namespaces = None,
    json: Json = False,
) -> None:
    """Take namespaces from one store to another, of any kind.

    Interrupted, the same command goes on where it stopped. At the end both sides are compared, byte for byte;
    until then nobody can open the namespace at the target. The source is not changed.
    """
    from agentmem.graph.moving.copying import copy as copied

    host = ctx.obj.host()
    with existing(host, source) as left:
        names = namespaces_of(left, namespace)
        arrives = host.store(target)
        try:
            stats = [left.graph(name).stats() for name in names]
            with progress(sum(one["nodes"] + one["retired"] + one["edges"] for one in stats)) as moved:
                done = [copied(left, arrives, name, moved=moved) for name in names]
        finally:
            arrives.close()
    if json:
        as_json(done)
    else:
        typer.echo("\n".join(told(one, "copied and compared") for one in done))


def told(one: Copied, how: str) -> str:
    """Return what became of a namespace, in words."""
    how = "was there already" if one.was_there else how
    return f"{one.namespace}: {how}: {counted(one.nodes, 'node')}, {counted(one.edges, 'edge')}, {one.sha256}"
