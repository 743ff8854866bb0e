"""`agentmem reembed`: make all vectors of a namespace anew, by another embedder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from agentmem.cli.chosen import Json, Namespace, StoreUri
from agentmem.cli.output import as_json
from agentmem.cli.progress import progress
from agentmem.cli.stored import existing, namespace_of
from agentmem.graph.uri import without_password

if TYPE_CHECKING:
    from agentmem.reembedding import Reembedded


def reembed(
    ctx: typer.Context,
    store: StoreUri,
    *,
    embedder: Annotated[str, typer.Option("--embedder", metavar="SPEC", help="wordllama, or openai:MODEL[@BASE_URL].")],
    namespace: Namespace = None,
    json: Json = False,
) -> None:
    """Make all vectors anew, by another embedder.

    Texts, facts, links and history stay as they are, and no model is asked anything else. Interrupted,
    it goes on where it was when it is called again; until it is done the store works with its old embedder.
    """
    from agentmem.reembedding import reembed as run

    host = ctx.obj.host()
    chosen_embedder = host.embedder(embedder)
    with existing(host, store) as opened:
        chosen = namespace_of(opened, namespace)
        counts = opened.graph(chosen).stats()
        with progress(counts["nodes"] + counts["retired"]) as moved:
            done = run(opened, chosen, chosen_embedder, memories=host.memory, moved=moved)
    if json:
        as_json(done)
    else:
        typer.echo(_told(done, spec=embedder, store=without_password(store)))


def _told(done: Reembedded, *, spec: str, store: str) -> str:
    if done.is_needless:
        return f"{done.namespace} keeps vectors of {done.after} already: nothing to do"
    took = f"{done.embedded} texts embedded"
    took += f", {done.found} found from a run before" if done.found else ""
    took += f", {done.calls} calls, {done.tokens} tokens" if done.calls else ""
    was = f" in place of those of {done.before}" if done.before else ""
    again = f"agentmem rebuild {store} --memory NAME --namespace {done.namespace} --embedder {spec}"
    return (
        f"{done.namespace}: {done.vectors} vectors of {done.after}{was}; {took}\n"
        f"open it with --embedder {spec} from now on; what memories decided by likeness (links, boundaries) is as\n"
        f"it was, and can be decided again: {again}"
    )
