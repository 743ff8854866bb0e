"""`agentmem status`: what is in a store, how far each memory has come, what it could not take in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import typer

from agentmem.cli.chosen import Json, StoreUri
from agentmem.cli.output import as_json, one_line, table
from agentmem.cli.stored import existing
from agentmem.graph.uri import without_password

if TYPE_CHECKING:
    from agentmem.graph.contract import Graph


def status(ctx: typer.Context, store: StoreUri, *, json: Json = False) -> None:
    """Show what is in a store.

    Namespaces, events, how far each memory has come and what waits for it, what it holds
    (current+retired), and which events it set aside, with the reason.
    """
    from agentmem.reembedding import in_use, under_way

    host = ctx.obj.host()
    with existing(host, store) as opened:
        graphs = [opened.graph(namespace) for namespace in in_use(opened)]
        rows = [row for graph in graphs for row in standing(graph, offered=host.memories)]
        waiting = {graph.namespace: count for graph in graphs if (count := under_way(graph, opened))}
    store = without_password(store)
    if json:
        as_json({"store": store, "namespaces": rows})
        return
    columns = ("namespace", "events", "entries", "memory", "folded", "waiting", "holds", "set aside")
    shown = [{**row, "set aside": len(row["set_aside"])} for row in rows]
    table(shown, columns=columns, nothing="the store is empty; fill it with: agentmem play --store " + store)
    for namespace, count in waiting.items():
        typer.echo(f"{namespace}: {count} new vectors wait; finish with: agentmem reembed {store} --embedder SPEC")
    if any(row["waiting"] for row in rows):
        typer.echo(
            f"what waits is taken in by: agentmem retry {store} --memory NAME --namespace NS, with its --language"
        )
    for row in rows:
        for entry, reason in row["set_aside"].items():
            typer.echo(
                f"{row['namespace']}: {row['memory']} set {one_line(entry)} aside: {one_line(reason, limit=300)}"
            )


def standing(graph: Graph, *, offered: Iterable[str]) -> list[dict[str, Any]]:
    """Return one row per memory that has folded anything in this namespace; one without a memory if none has.

    Args:
        graph: The namespace's graph; only read.
        offered: Names of memories that may have been here without keeping nodes of their own.
    """
    from agentmem.agent.episode import held
    from agentmem.aside import Aside
    from agentmem.holdings import memories_in
    from agentmem.journal import EVENT, Journal

    counts = graph.stats()
    row: dict[str, Any] = {
        "namespace": graph.namespace,
        "events": counts.get(f"/{EVENT}", 0),
        "entries": Journal(graph).last,
        "memory": None,
        "folded": None,
        "waiting": None,
        "holds": [],
        "set_aside": {},
    }
    rows = []
    for name in memories_in(graph, offered=offered):
        aside = Aside(graph, name).listed()
        folded = graph.counter(f"cursor/{name}")
        rows.append(
            row
            | {
                "memory": name,
                "folded": folded,
                "waiting": row["entries"] - folded,
                "holds": [f"{one.label} {one.current}+{one.retired}" for one in held(graph, name)],
                "set_aside": {str(node.props["entry"]): str(node.props["reason"]) for node in aside},
            }
        )
    return rows or [row]
