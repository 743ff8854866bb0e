"""Explaining: where something in a memory came from, what it was before, what became of it."""

from __future__ import annotations

from pydantic import Field

from agentmem.commit import RETIRED_BY, SUPERSEDED_BY
from agentmem.errors import InvalidInput
from agentmem.events import EVENT_PREFIX, Value
from agentmem.graph.contract import Edge, Graph, Json, Node, Where
from agentmem.journal import EVENT, Journal, Operation


class Cause(Value):
    """The journal entry behind a value: its position, its event's id, and what it said."""

    position: int
    event: str | None
    text: str


class Version(Value):
    """One value over time: from which position, until which (None: still), who said it, and what."""

    since: Cause
    until: Cause | None
    by: str
    text: str
    props: dict[str, Json]


class Explanation(Value):
    """Why something is remembered.

    Attributes:
        id, label, memory: What it is.
        versions: Its values, oldest first; the last is the newest.
        successor: What replaced it, if something did.
        reason: Why it was retired, in words.
        derived: For an event: what memories made of it, as "label: text", each with its id.
    """

    id: str
    label: str
    memory: str
    versions: tuple[Version, ...]
    successor: str | None = None
    reason: str = ""
    derived: dict[str, str] = Field(default_factory=dict)


def explain(graph: Graph, id_: str) -> Explanation:
    """Return why the node with this id (or the event) is as it is.

    Raises:
        InvalidInput: nothing has this id here.
    """
    found = graph.get([id_]) or graph.get([EVENT_PREFIX + id_])
    if not found:
        raise InvalidInput(
            f"nothing has the id {id_!r} in namespace {graph.namespace!r}; a search and agentmem show tell ids"
        )
    node = found[0]
    past = graph.scan(Where(memory=node.memory, label=node.label, retired=True, props={"version_of": ("=", node.id)}))
    journal = Journal(graph)
    ending = _ending(graph, node)
    return Explanation(
        id=node.id,
        label=node.label,
        memory=node.memory,
        versions=tuple(_version(journal, one) for one in (*past, node)),
        successor=ending.target if ending and ending.type == SUPERSEDED_BY else None,
        reason=str(ending.props.get("reason", "")) if ending else "",
        derived=_derived(graph, node) if node.label == EVENT else {},
    )


def _ending(graph: Graph, node: Node) -> Edge | None:
    """Return the edge that says what ended `node`, if it has ended."""
    if node.retired is None:
        return None
    ends = graph.edges([node.id], types=[SUPERSEDED_BY, RETIRED_BY], direction="out", retired=True)
    return next((edge for edge in ends if edge.props.get("position") == node.retired), None)


def _derived(graph: Graph, event: Node) -> dict[str, str]:
    later = graph.scan(Where(after=event.position - 1, retired=True))
    made = (one for one in later if one.position == event.position and one.memory and "version_of" not in one.props)
    return {node.id: f"{node.label}: {node.text}" for node in made}


def _version(journal: Journal, node: Node) -> Version:
    since = _cause(journal, node.position)
    until = None if node.retired is None else _cause(journal, node.retired)
    props = {key: value for key, value in node.props.items() if key != "version_of"}
    return Version(since=since, until=until, by=node.by, text=node.text, props=props)


def _cause(journal: Journal, position: int) -> Cause:
    entry = journal.at(position)
    if isinstance(entry, Operation):
        return Cause(position=position, event=None, text=f"{entry.verb} of {entry.memory}")
    return Cause(position=position, event=entry.id if entry else None, text=entry.passage if entry else "")
