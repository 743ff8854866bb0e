"""What is kept, as an application sees it: events and what memories derived, where from, and for how long it held."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from pydantic import AwareDatetime

from agentmem.errors import InvalidInput
from agentmem.events import EVENT_PREFIX, Role, Trust, Value
from agentmem.explain import Version, explain
from agentmem.graph.contract import Graph, Node, Where, ids_of
from agentmem.journal import EVENT, Journal, event_of
from agentmem.rewind import as_of


class Remembered(Value):
    """One thing that is kept.

    Attributes:
        id: Of the event, or of the node a memory made.
        kind: "event", or what the memory calls it, in lower case ("note", "fact").
        text: What it says: data, never instructions.
        memory: Which memory holds it; "" for the journal.
        sources: Ids of the events it comes from.
        at: The world's time from which it holds.
        until: The time of what ended it; None while it holds.
        position: Where in the journal it came from.
        role, speaker, session, trust, corrects: Of an event.
    """

    id: str
    kind: str
    text: str
    memory: str = ""
    sources: tuple[str, ...] = ()
    at: AwareDatetime
    until: AwareDatetime | None = None
    position: int
    role: Role | None = None
    speaker: str | None = None
    session: str | None = None
    trust: Trust | None = None
    corrects: str | None = None


class Revised(Value):
    """What something was, and what it became."""

    before: Remembered
    after: Remembered


class Diff(Value):
    """What changed between two positions of the journal: what is new, what became something else, what ended."""

    since: int
    until: int
    added: tuple[Remembered, ...]
    revised: tuple[Revised, ...]
    ended: tuple[Remembered, ...]


def remembered(graph: Graph, nodes: Sequence[Node]) -> list[Remembered]:
    """Return nodes as what they are to an application, in their order."""
    return [_of_event(graph, node) if node.label == EVENT else _of_memory(graph, node) for node in nodes]


def node_of(graph: Graph, id_: str) -> Node | None:
    """Return the node of this id, or of the event of this id; None if there is none.

    Raises:
        InvalidInput: it is no text.
    """
    if not isinstance(id_, str):
        raise InvalidInput(f"{id_!r} is no id; give the text that a search or `get_all` told")
    found = graph.get([id_]) or graph.get([f"{EVENT_PREFIX}{id_}"])
    return found[0] if found and not found[0].memory.startswith("!") else None


def source_of(graph: Graph, id_: str) -> str:
    """Return the id of the one event that `id_` stands for or comes from.

    Raises:
        InvalidInput: nothing has this id, or it comes from several events, which are named.
    """
    node = node_of(graph, id_)
    if node is None:
        raise InvalidInput(f"nothing has the id {id_[:200]!r} in namespace {graph.namespace!r}; a search tells ids")
    sources = sources_of(graph, node)
    if len(sources) == 1:
        return sources[0]
    named = ", ".join(map(repr, sources[:5])) if sources else "none"
    raise InvalidInput(f"{id_[:200]!r} comes from {len(sources)} events ({named}); name the one that is meant")


def sources_of(graph: Graph, node: Node) -> tuple[str, ...]:
    """Return the ids of the events a node is linked to, or else of the one that made it; of an event, its own."""
    if node.label == EVENT and not node.memory:
        return (node.id.removeprefix(EVENT_PREFIX),)
    edges = graph.edges([node.id], retired=True)
    linked = {end for edge in edges for end in (edge.source, edge.target) if end.startswith(EVENT_PREFIX)}
    if not linked:
        cause = Journal(graph).at(node.position)
        linked = {cause.node} if cause is not None and hasattr(cause, "node") else set()
    return tuple(sorted(one.removeprefix(EVENT_PREFIX) for one in linked))


def versions_of(graph: Graph, ids: Iterable[str]) -> list[Version]:
    """Return what each of `ids` was over time, one after the other, oldest first."""
    return [version for one in ids for version in explain(graph, one).versions]


def diff(graph: Graph, since: int, until: int) -> Diff:
    """Return what changed after the entry `since`, up to `until`."""
    ever = [node for node in graph.scan(Where(retired=True)) if node.label == EVENT or node.memory]
    ever = [node for node in ever if "!" not in node.memory]
    before, after = (_holding(ever, position) for position in (since, until))
    both = [id_ for id_ in after if id_ in before and _said(before[id_]) != _said(after[id_])]
    pairs = zip(_told(graph, before, both), _told(graph, after, both), strict=True)
    return Diff(
        since=since,
        until=until,
        added=_told(graph, after, [id_ for id_ in after if id_ not in before]),
        revised=tuple(Revised(before=old, after=new) for old, new in pairs),
        ended=_told(graph, before, [id_ for id_ in before if id_ not in after]),
    )


def _holding(ever: Sequence[Node], position: int) -> dict[str, Node]:
    then = as_of(ever, position)
    holding = [node for node in then if node.retired is None and "version_of" not in node.props]
    return {node.id: node for node in sorted(holding, key=lambda node: (node.position, node.id))}


def _told(graph: Graph, nodes: Mapping[str, Node], ids: Sequence[str]) -> tuple[Remembered, ...]:
    return tuple(remembered(graph, [nodes[id_] for id_ in ids]))


def _said(node: Node) -> tuple[object, ...]:
    return (node.text, sorted(node.props.items(), key=lambda pair: pair[0]))


def _of_event(graph: Graph, node: Node) -> Remembered:
    event = event_of(node)
    ended = Journal(graph).at(node.retired) if node.retired is not None else None
    return Remembered(
        id=event.id, kind="event", text=event.text, sources=(event.id,), at=event.at,
        until=ended.at if ended else None, position=event.position, role=event.role, speaker=event.speaker,
        session=event.session, trust=event.trust, corrects=event.corrects,
    )  # fmt: skip


def _of_memory(graph: Graph, node: Node) -> Remembered:
    ended = Journal(graph).at(node.retired) if node.retired is not None else None
    return Remembered(
        id=node.id, kind=node.label.lower(), text=node.text, memory=node.memory, sources=sources_of(graph, node),
        at=node.at, until=ended.at if ended else None, position=node.position,
    )  # fmt: skip


def held(graph: Graph, memory: str, *, after: int, limit: int) -> list[Remembered]:
    """Return what is held now, in the order of the journal: of the journal itself (""), or of one memory.

    What comes from one position is not parted: where it passes the limit, there are more.
    """
    where = Where(memory=memory, label=None if memory else EVENT, after=after)
    nodes = graph.scan(where, limit=limit)
    if memory and len(nodes) == limit and limit:
        last, known = nodes[-1].position, set(ids_of(nodes))
        beside = graph.scan(replace(where, after=last - 1, as_of=last))
        nodes += [node for node in beside if node.retired is None and node.id not in known]
    return remembered(graph, nodes)
