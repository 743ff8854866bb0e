"""What a memory holds, for people to look at: in its own shape, or by label where it has none.

Only reads. Ask with a view as of an earlier position to see what was held then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from agentmem.aside import owner_of
from agentmem.errors import AgentmemError, InvalidInput, PluginError
from agentmem.graph.contract import Graph, Json, ids_of
from agentmem.graph.view import MemoryGraph
from agentmem.journal import Journal
from agentmem.memory import Memory, Shows
from agentmem.shape import Group, Item


def memories_in(graph: Graph, *, offered: Iterable[str]) -> list[str]:
    """Return the names of the memories that have folded or kept anything in this namespace, sorted.

    Args:
        graph: The namespace's graph.
        offered: Names of memories that may have been here without keeping nodes of their own.
    """
    kept = {owner_of(key.rpartition("/")[0]) for key in graph.stats() if "/" in key} - {""}
    return sorted(name for name in {*kept, *offered} if name in kept or graph.counter(f"cursor/{name}"))


def view_of(graph: Graph, memory: str, *, as_of: int | None = None) -> MemoryGraph:
    """Return what the memory of this name sees of `graph`: as folded so far, or as of an earlier entry.

    Raises:
        InvalidInput: the journal has not come to `as_of` yet.
    """
    last = Journal(graph).last
    if as_of is not None and not 0 <= as_of <= last:
        raise InvalidInput(f"there is no entry {as_of} in namespace {graph.namespace!r}; choose one from 0 to {last}")
    return MemoryGraph(graph, memory, graph.counter(f"cursor/{memory}"), as_of)


def shape_of(graph: MemoryGraph, memory: Memory | None, now: datetime) -> tuple[Group, ...]:
    """Return what is held, in the memory's own groups and order, or by label if it has none.

    Args:
        graph: The memory's view, now or as of an earlier position.
        memory: The memory; None if no plugin offers it any more.
        now: The time for which what fades is reckoned.

    Raises:
        PluginError: the memory cannot show what it holds; nothing was changed.
    """
    if not isinstance(memory, Shows):
        return by_label(graph)
    name = graph.memory
    try:
        groups: Sequence[object] = tuple(memory.show(graph, now))
    except AgentmemError:
        raise
    except Exception as error:
        raise PluginError(f"memory {name!r} cannot show what it holds: {type(error).__name__}: {error}") from error
    wrong = next((one for one in groups if not isinstance(one, Group)), None)
    if wrong is not None:
        raise PluginError(f"memory {name!r} showed a {type(wrong).__name__}; return Groups")
    return tuple(one for one in groups if isinstance(one, Group))


def by_label(graph: MemoryGraph) -> tuple[Group, ...]:
    """Return one group per label, sorted: its nodes, oldest first, with their properties and links.

    A link is told by the type of its edge: the ids it leads to, oldest first.
    """
    nodes = graph.scan()
    links: dict[str, dict[str, list[Json]]] = defaultdict(lambda: defaultdict(list))
    for edge in reversed(graph.edges(ids_of(nodes), direction="out")):
        links[edge.source][edge.type].append(edge.target)
    labelled: dict[str, list[Item]] = defaultdict(list)
    for node in nodes:
        labelled[node.label].append(Item(id=node.id, text=node.text, about={**node.props, **links[node.id]}))
    return tuple(
        Group(title=label, about={"nodes": len(items)}, items=tuple(items)) for label, items in sorted(labelled.items())
    )
