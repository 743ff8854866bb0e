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

    An embedder that does not know its dimension yet is told the one noted here.

    Raises:
        WrongDimension: it keeps vectors of another embedder, or of another dimension. Nothing was changed.
    """
    name, dim = noted_in(graph)
    if name == embedder.id and not embedder.dim and dim:
        embedder.dim = dim
    if name == embedder.id and dim in (0, embedder.dim):
        return dim == embedder.dim  # else the dimension has become known since
    if not name or not graph.stats().get("vectors"):
        return False
    raise WrongDimension(
        f"namespace {graph.namespace!r} keeps vectors of {_told(name, dim)}, and was opened with "
        f"{_told(embedder.id, embedder.dim)}; open it with the embedder it was made with, or make its vectors anew: "
        f"agentmem reembed STORE --embedder …"
    )


def note(graph: Graph, embedder: Embedder) -> None:
    """Write down that this namespace keeps vectors of `embedder`, if that is not known yet.

    Its dimension is written down as soon as it is known; nobody is asked for it here.

    Raises:
        WrongDimension: it keeps vectors of another one. Nothing was changed.
    """
    if is_noted(graph, embedder):
        return

    def noted() -> None:
        is_noted(graph, embedder)  # another may have written meanwhile
        write_down(graph, embedder)

    graph.transact(noted)


def write_down(graph: Graph, embedder: Embedder) -> None:
    """Write down that this namespace keeps vectors of `embedder`, whatever was written before."""
    props: dict[str, Json] = {"embedder": embedder.id} | ({"dim": embedder.dim} if embedder.dim else {})
    graph.put_nodes([Node(NODE, LABEL, datetime.fromtimestamp(0, UTC), props=props)])


def noted_in(graph: Graph) -> tuple[str, int]:
    """Return the id of the embedder noted here, and its dimension; "" and 0 where they are not known."""
    noted = graph.get([NODE])
    return (str(noted[0].props["embedder"]), int(str(noted[0].props.get("dim", 0)))) if noted else ("", 0)


def _told(name: str, dim: int) -> str:
    return f"{name!r} ({dim} numbers)" if dim else repr(name)
