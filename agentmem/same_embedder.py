"""A namespace remembers its embedder: vectors of two are never mixed, and never silently made again."""

from __future__ import annotations

from datetime import UTC, datetime

from agentmem.errors import WrongDimension
from agentmem.graph.contract import Graph, Json, Node
from agentmem.language.contract import Embedder

NODE = "embedder"
LABEL = "Embedder"


def is_noted(graph: Graph, embedder: Embedder) -> bool:
    """Return whether this namespace has noted `embedder`; False when it has noted none, or holds no vector.

    Raises:
        WrongDimension: it keeps vectors of another embedder. Nothing was changed.
    """
    noted = graph.get([NODE])
    if not noted or noted[0].props["embedder"] == embedder.id:
        return bool(noted)
    if not graph.stats().get("vectors"):
        return False
    props = noted[0].props
    raise WrongDimension(
        f"namespace {graph.namespace!r} keeps vectors of {props['embedder']!r} ({props['dim']} numbers), "
        f"and was opened with {embedder.id!r} ({embedder.dim}); open it with the embedder it was made with"
    )


def note(graph: Graph, embedder: Embedder) -> None:
    """Write down that this namespace keeps vectors of `embedder`, if that is not known yet.

    Raises:
        WrongDimension: it keeps vectors of another one. Nothing was changed.
    """
    if is_noted(graph, embedder):
        return
    props: dict[str, Json] = {"embedder": embedder.id, "dim": embedder.dim}
    with graph.batch():
        is_noted(graph, embedder)  # another may have written meanwhile
        graph.put_nodes([Node(NODE, LABEL, datetime.fromtimestamp(0, UTC), props=props)])
