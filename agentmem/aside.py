"""What a memory could not take in: set aside, listed with its reason, and tried again on request."""

from __future__ import annotations

from agentmem.events import Event
from agentmem.graph.contract import Graph, Json, Node, Where
from agentmem.journal import Operation

LABEL = "SetAside"
Entry = Event | Operation
_BESIDE = "!aside"


class Aside:
    """The list of one memory. It is kept beside the memory's own nodes, which the memory may scan."""

    def __init__(self, graph: Graph, memory: str) -> None:
        self._graph = graph
        self.memory = memory + _BESIDE

    def listed(self) -> list[Node]:
        """Return the marks of what is set aside now, oldest first; props are entry, position and reason."""
        return self._graph.scan(Where(memory=self.memory))

    def find(self, mark: str) -> Node | None:
        """Return a mark by its id, while what it stands for is set aside."""
        return next((node for node in self._graph.get([mark]) if node.retired is None), None)

    def put(self, entry: Entry, reason: str) -> str:
        """List `entry` with a reason; return the name it is listed by. A retry that fails renews what it retried."""
        mark, name, position = self._mark_of(entry), _name_of(entry), entry.position
        if _is_retry(entry) and (old := self.find(mark)) is not None:
            name, position = str(old.props["entry"]), position_of(old)
        props: dict[str, Json] = {"entry": name, "position": position, "reason": reason}
        self._graph.put_nodes([Node(mark, LABEL, entry.at, self.memory, props=props, position=entry.position)])
        return name

    def settle(self, entry: Entry) -> None:
        """Take what a retry took in off the list."""
        if _is_retry(entry):
            self._graph.retire([self._mark_of(entry)], position=entry.position)

    def rewind(self, to: int) -> None:
        """Let the list be what it was once the entry at `to` was folded, inside a batch of the caller."""
        marks = self._graph.scan(Where(memory=self.memory, retired=True))
        again = [mark._replace(retired=None) for mark in marks if mark.retired is not None and mark.retired > to]
        self._graph.put_nodes([mark for mark in again if position_of(mark) <= to])
        self._graph.delete([mark.id for mark in marks if position_of(mark) > to])

    def retried_at(self, event: Event) -> list[int]:
        """Return the position of the retry that took `event` in, if one did."""
        marks = self._graph.get([self._mark_of(event)])
        return [mark.retired for mark in marks if mark.retired is not None]

    def entry_of(self, mark: str) -> str:
        """Return the name of the entry a mark stands or stood for, an event's id; "" where there is no such mark."""
        return next((str(node.props["entry"]) for node in self._graph.get([mark])), "")

    def _mark_of(self, entry: Entry) -> str:
        if isinstance(entry, Event):
            return f"{self.memory}/{entry.id}"
        return str(entry.arguments["mark"]) if _is_retry(entry) else f"{self.memory}/{entry.position}"


def owner_of(memory: str) -> str:
    """Return the memory a list belongs to; any other memory is its own, and "" owns what is the host's.

    >>> owner_of("arigraph!aside"), owner_of("arigraph"), owner_of("!spent")
    ('arigraph', 'arigraph', '')
    """
    return memory.partition("!")[0]


def position_of(mark: Node) -> int:
    """Return the position in the journal of what a mark stands for."""
    return int(str(mark.props["position"]))


def _name_of(entry: Entry) -> str:
    return entry.id if isinstance(entry, Event) else f"{entry.verb} at {entry.position}"


def _is_retry(entry: Entry) -> bool:
    return isinstance(entry, Operation) and entry.verb == "retry"
