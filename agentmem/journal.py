"""The journal: the truth, appended before anything clever happens.

One per namespace, kept in the same graph. Entries are events and operations
(reinforce, consolidate, forget, undo, retry), in one order of positions. What
memories hold is derived from it and can be thrown away. An event that was
corrected is retired, and stays; one that was erased leaves only the hash of its
id, so that who sends it again brings nothing back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, cast

from agentmem.errors import InvalidInput
from agentmem.events import EVENT_PREFIX, TRUSTS, Event, Trust
from agentmem.graph.contract import Graph, Json, Node, Where
from agentmem.graph.moving.mark import check_whole

COUNTER = "journal"
ERASED = "erased"
"""Counter: how many entries were erased."""
GRAVES = "!erased"
"""The memory that the hashes are kept under: a name no memory can have."""
TRUST = "trust/"
"""Counters: how many events of each trust below the usual were appended."""
ITEMS = "langgraph/writes"
"""Counter: writes of a namespace that holds items of LangGraph, and so no journal."""
EPOCH = datetime.fromtimestamp(0, UTC)
EVENT = "Event"
OPERATION = "Operation"
_FIELDS = ("action", "speaker", "session", "corrects")


@dataclass(frozen=True)
class Operation:
    """Something asked of a memory, at a position of its own, so that replay repeats it."""

    verb: str
    memory: str
    arguments: Mapping[str, Json]
    at: datetime
    position: int


class Journal:
    """The entries of one namespace, oldest first."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    @property
    def last(self) -> int:
        """The position of the newest entry; 0 when there is none."""
        return self._graph.counter(COUNTER)

    def append(self, events: Sequence[Event]) -> list[Event]:
        """Append durably and return what is new, with positions and in UTC; known ids are skipped."""
        return self._graph.transact(lambda: self.extend(events))

    def extend(self, events: Sequence[Event]) -> list[Event]:
        """Append as `append` does, inside a batch of the caller: durable when that commits."""
        check_whole(self._graph)
        known = {node.id for node in self._graph.get([event.node for event in events])} | self.erased_among(events)
        last = self.last
        fresh: list[Event] = []
        for event in events:
            if event.node not in known:
                known.add(event.node)
                # in UTC, as it is read back: else a memory would derive other days and hours when it is rebuilt
                kept = {"position": last + len(fresh) + 1, "at": event.at.astimezone(UTC)}
                fresh.append(event.model_copy(update=kept))
        if fresh:
            self._graph.put_nodes([_node_of(event) for event in fresh])
            self._graph.advance(COUNTER, expected=last, value=fresh[-1].position)
            self._note_trust(fresh)
        return fresh

    def correct(self, event: Event) -> None:
        """Let the event that `event` corrects hold no longer; in the batch that appends it.

        Raises:
            InvalidInput: there is none, or it was corrected already.
        """
        old = self._graph.get([f"{EVENT_PREFIX}{event.corrects}"])
        if not old or old[0].retired is not None:
            told = "was corrected already: correct what it was corrected to" if old else "is not there: add it anew"
            raise InvalidInput(f"event {event.corrects!r} {told}; nothing was changed")
        self._graph.retire([old[0].id], position=event.position)

    def erase(self, nodes: Sequence[Node]) -> None:
        """Erase entries inside a batch of the caller; what was derived from them is not looked at."""
        self._graph.delete([node.id for node in nodes])
        graves = [Node(_grave_of(node.id), "Erased", EPOCH, GRAVES, position=node.position) for node in nodes]
        self._graph.put_nodes(graves)
        erased = self._graph.counter(ERASED)
        self._graph.advance(ERASED, expected=erased, value=erased + len(nodes))

    def erased_among(self, events: Sequence[Event]) -> set[str]:
        """Return the nodes of those of `events` that were erased, by id."""
        if not self._graph.counter(ERASED):
            return set()
        graves = {_grave_of(event.node): event.node for event in events}
        return {graves[node.id] for node in self._graph.get(list(graves))}

    def knows(self, event: Event) -> bool:
        """Return whether an event of this id is here, or was erased."""
        return bool(self._graph.get([event.node])) or self.was_erased(event.id)

    def holds(self, event_id: str, *, coming: Collection[str] = ()) -> bool:
        """Return whether an event is here and was not corrected, or is among those that are just coming."""
        found = self._graph.get([EVENT_PREFIX + event_id])
        return found[0].retired is None if found else event_id in coming

    def was_erased(self, event_id: str) -> bool:
        """Return whether an event of this id was erased."""
        return bool(self._graph.counter(ERASED) and self._graph.get([_grave_of(EVENT_PREFIX + event_id)]))

    def count(self, upto: int) -> int:
        """Return how many entries there are up to a position."""
        if not self._graph.counter(ERASED):
            return upto
        return upto - sum(grave.position <= upto for grave in self._graph.scan(Where(memory=GRAVES)))

    def quarantined(self) -> int:
        """Return how many events are quarantined."""
        if not self._graph.counter(f"{TRUST}quarantined"):
            return 0
        return len(self._graph.scan(Where(memory="", label=EVENT, props={"trust": ("=", "quarantined")})))

    def believes_all(self, least: Trust) -> bool:
        """Return whether no event was ever appended that is believed less than `least`."""
        counters = self._graph.counters()
        below = TRUSTS[: TRUSTS.index(least)]
        return "normal" not in below and not any(counters.get(f"{TRUST}{trust}") for trust in below)

    def record(self, verb: str, memory: str, *, at: datetime, arguments: Mapping[str, Any]) -> Operation:
        """Append an operation on one memory, durably."""
        props: dict[str, Json] = {"verb": verb, "memory": memory, "arguments": dict(arguments)}

        def recorded() -> Operation:
            check_whole(self._graph)
            last = self.last
            self._graph.put_nodes([Node(f"operation/{last + 1}", OPERATION, at, props=props, position=last + 1)])
            self._graph.advance(COUNTER, expected=last, value=last + 1)
            return Operation(verb, memory, arguments, at, last + 1)

        return self._graph.transact(recorded)

    def after(self, position: int, *, limit: int) -> list[Event | Operation]:
        """Return up to `limit` entries behind `position`, oldest first."""
        where = Where(memory="", after=position, retired=True)  # what was corrected is repeated too, and then corrected
        return [_entry_of(node) for node in self._graph.scan(where, limit=limit)]

    def event(self, event_id: str) -> Event:
        """Return the event with this id.

        Raises:
            InvalidInput: there is none.
        """
        found = self._graph.get([EVENT_PREFIX + event_id])
        if not found:
            raise InvalidInput(f"no event {event_id!r} in namespace {self._graph.namespace!r}; see: agentmem status")
        return event_of(found[0])

    def _note_trust(self, fresh: Sequence[Event]) -> None:
        """Count what is believed less than is usual: where there is none, no search has to look for it."""
        for trust, count in Counter(event.trust for event in fresh).items():
            if trust in ("quarantined", "low"):
                before = self._graph.counter(f"{TRUST}{trust}")
                self._graph.advance(f"{TRUST}{trust}", expected=before, value=before + count)

    def at(self, position: int) -> Event | Operation | None:
        """Return the entry at exactly this position, if there is one."""
        entries = self.after(position - 1, limit=1)
        return entries[0] if entries and entries[0].position == position else None


def check_has_no_items(graph: Graph) -> None:
    """Refuse a namespace that is kept for others.

    Raises:
        InvalidInput: it holds the items of a `GraphStore`.
    """
    if graph.counter(ITEMS):
        raise InvalidInput(
            f"namespace {graph.namespace!r} holds the items of LangGraph; name another one for what is said"
        )


def event_of(node: Node) -> Event:
    """Return the event a journal node stands for. What was checked on the way in is trusted."""
    props = node.props
    return Event.model_construct(
        id=node.id.removeprefix(EVENT_PREFIX),
        text=node.text,
        at=node.at,
        action=props.get("action"),
        role=props.get("role", "environment"),
        speaker=props.get("speaker"),
        session=props.get("session"),
        position=node.position,
        echo=bool(props.get("echo", False)),
        trust=props.get("trust", "normal"),
        corrects=props.get("corrects"),
    )


def _node_of(event: Event) -> Node:
    props: dict[str, Json] = {name: value for name in _FIELDS if (value := getattr(event, name)) is not None}
    props["role"] = event.role
    if event.echo:
        props["echo"] = True
    if event.trust != "normal":
        props["trust"] = event.trust
    return Node(event.node, EVENT, event.at, text=event.text, props=props, position=event.position)


def _grave_of(node: str) -> str:
    return f"{GRAVES}/{blake2b(node.encode(), digest_size=16).hexdigest()}"


def _entry_of(node: Node) -> Event | Operation:
    if node.label == EVENT:
        return event_of(node)
    arguments = cast("dict[str, Json]", node.props["arguments"])
    return Operation(str(node.props["verb"]), str(node.props["memory"]), arguments, node.at, node.position)
