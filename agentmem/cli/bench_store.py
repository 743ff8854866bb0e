"""`agentmem bench store`: what remembering costs on this machine."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from agentmem.cli.chosen import Json, named
from agentmem.cli.output import as_json, table
from agentmem.cli.progress import progress
from agentmem.errors import InvalidInput

if TYPE_CHECKING:
    from agentmem.bench.everything import Extent, Makers
    from agentmem.bench.row import Row
    from agentmem.host import Host

PLAYED = "arigraph"
NODES_OF_AN_EVENT = 10
"""On a server sizes are nodes, of which a memory makes several for each event."""
COLUMNS = ("measure", "of", "figure", "against", "ratio", "goal", "reached", "note")


def store(
    ctx: typer.Context,
    *,
    uri: Annotated[
        str | None,
        typer.Option(
            "--store",
            metavar="URI",
            callback=named,
            help="Measure in this store; by default in files that are gone after.",
        ),
    ] = None,
    sizes: Annotated[
        str | None, typer.Option("--sizes", metavar="N,N", help="Events in the memories compared: 1000,10000,100000.")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="A glance: small memories, few rounds.")] = False,
    json: Json = False,
) -> None:
    """Measure writing, searching and playing, in turns with the bare disk, a bare scan and the bare game.

    Of a Neo4j server also operations of the graph, near and far, in turns with SQLite and the bare driver, and how
    often each memory asks it; there the sizes are nodes, and a tenth as many events are written through a memory.

    The whole takes some minutes, 2 GB of memory and 2 GB of disk; what was made is erased.
    """
    extent = _extent(sizes, quick=quick)
    if not json:
        typer.echo(f"filling memories with up to {max(extent.sizes):,} events, then measuring ...", err=True)
    rows = _measured(ctx.obj.host(), uri, extent)
    if json:
        as_json(rows)
        return
    shown = (dict(zip(COLUMNS, _cells(row), strict=True)) for row in rows)
    table(shown, columns=COLUMNS, nothing="nothing was measured")


def _measured(host: Host, uri: str | None, extent: Extent) -> list[Row]:
    from agentmem.bench.everything import measure_step, measure_store
    from agentmem.bench.site import Site
    from agentmem.graph.neo4j.address import is_neo4j
    from agentmem.testing.notebook import Notebook

    memories: Makers = {
        PLAYED: lambda: host.memory(PLAYED),
        "notebook": Notebook,
        "none": lambda: host.memory("none"),
    }
    rows: list[Row] = []
    with Site(host, uri) as site:  # which says what is wrong with the address, the server, or what is installed
        if uri is not None and is_neo4j(uri):
            from agentmem.bench.operations import operations

            everybody = {name: partial(host.memory, name) for name in sorted(host.memories)}
            with progress(sum(extent.sizes)) as moved:
                rows += operations(uri, extent.sizes, host=host, memories=everybody, moved=moved)
            extent = replace(extent, sizes=[max(1, size // NODES_OF_AN_EVENT) for size in extent.sizes])
        with progress(len(memories) * sum(extent.sizes)) as moved:
            rows += measure_store(site, memories, extent, moved)
        return [*rows, *measure_step(site, host, memories[PLAYED], episodes=extent.episodes)]


def _extent(sizes: str | None, *, quick: bool) -> Extent:
    """Return how much to measure.

    Raises:
        InvalidInput: `sizes` are not whole numbers from 1 on.
    """
    from agentmem.bench.everything import GLANCE, Extent

    extent = GLANCE if quick else Extent()
    if sizes is None:
        return extent
    try:
        numbers = tuple(int(size) for size in sizes.split(","))
    except ValueError:
        raise InvalidInput(f"--sizes is given {sizes!r}; write numbers of events, such as 1000,10000") from None
    return Extent(numbers, adds=extent.adds, searches=extent.searches, episodes=extent.episodes)


def _cells(row: Row) -> list[str]:
    """Return a row as it is shown.

    >>> from agentmem.bench.row import Row, compared
    >>> row = compared(Row(measure="a search", subject="notebook", value=3, unit="ms"), against=2, baseline="a scan")
    >>> _cells(row)
    ['a search', 'notebook', '3.000 ms', '2.000 ms: a scan', '1.50x', '', '', '']
    """
    figure = "" if row.value is None else f"{_number(row.value)} {row.unit}"
    against = "" if row.against is None else f"{_number(row.against)} {row.unit}: {row.baseline}"
    ratio = "" if row.ratio is None else f"{row.ratio:.2f}x"
    reached = {True: "yes", False: "no", None: ""}[row.reached]
    return [row.measure, row.subject, figure, against, ratio, row.goal or "", reached, row.note]


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3f}"
