"""What a memory sees of the graph: read-only, and bound to (namespace, memory)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from agentmem.events import EVENT_PREFIX
from agentmem.graph.changes import PAST, Changes, keyed_id
from agentmem.graph.contract import Direction, Edge, Graph, Hit, Node, Where
from agentmem.vectors import Vectors

ANYTHING = Where()


@dataclass(frozen=True)
class MemoryGraph:
    """The events of one namespace and one memory's own nodes. It cannot write.

    Attributes:
        memory: The memory this view is for.
        position: The journal position being folded, or the last one folded.
        as_of: None for now; N to see the graph as it was once N was folded.
    """

    _graph: Graph
    memory: str
    position: int
    as_of: int | None = None

    def changes(self) -> Changes:
        """Return an empty proposal, to be filled and returned by the memory."""
        return Changes(self.memory, self.position)

    def id_of(self, label: str, key: str) -> str:
        """Return the id of this memory's node with a natural key, whether it exists or not."""
        return keyed_id(self.memory, label, key)

    def get(self, ids: Sequence[str], *, vectors: bool = False) -> list[Node]:
        """Return this memory's nodes (and events) among `ids` that are current, in order."""
        nodes = [node for node in self._graph.get(ids, vectors=vectors) if node.memory in ("", self.memory)]
        if self.as_of is None:
            return [node for node in nodes if node.retired is None or self._was_there(node)]
        return [then for node in nodes if (then := self._as_it_was(node, vectors=vectors)) is not None]

    def scan(
        self, where: Where = ANYTHING, *, newest: bool = False, limit: int | None = None, vectors: bool = False
    ) -> list[Node]:
        """Return this memory's current nodes in order of (position, id)."""
        found = self._graph.scan(self._own(where), newest=newest, limit=limit, vectors=vectors)
        return found if self._is_of_now(where) else [self._seen(node) for node in found]

    def retired(self, where: Where = ANYTHING) -> list[Node]:
        """Return this memory's nodes that held once and no longer do, as they last were, in order of (position, id).

        For looking back, never for `write` or `recall`: it reads all that ever matched `where`.
        """
        ever = self._graph.scan(replace(where, memory=self.memory, as_of=None, retired=True))
        seen = (node for node in ever if self.as_of is None or node.position <= self.as_of)
        last = {node.id: node for node in map(_base, seen)}
        held = {node.id for node in self.get(list(last))}
        return sorted(
            (node for id_, node in last.items() if id_ not in held), key=lambda node: (node.position, node.id)
        )

    def revisions(self, where: Where = ANYTHING) -> Counter[str]:
        """Return how often each of this memory's nodes was changed, by id; for looking back, like `retired`."""
        ever = self._graph.scan(replace(where, memory=self.memory, as_of=None, retired=True))
        seen = Counter(_base(node).id for node in ever if self.as_of is None or node.position <= self.as_of)
        return seen - Counter(seen.keys())

    def events(self, *, last: int | None = None) -> list[Node]:
        """Return the events up to here that memories are told of, oldest first; with `last`, only the newest ones.

        So neither what was quarantined nor an echo of what was recalled is among them.
        """
        upto = self.position if self.as_of is None else self.as_of
        most = last
        while True:
            found = self._graph.scan(Where(memory="", label="Event", as_of=upto), newest=True, limit=most)
            news = [node for node in found if _is_news(node)]
            if last is None or most is None or len(news) >= last or len(found) < most:
                return news[:last][::-1]
            most *= 2

    def edges(
        self,
        ids: Sequence[str],
        *,
        types: Sequence[str] | None = None,
        direction: Direction = "both",
        limit: int | None = None,
    ) -> list[Edge]:
        """Return current edges at these nodes, newest first."""
        if self.as_of is None:
            most = limit
            if limit is not None and any(one.startswith(EVENT_PREFIX) for one in ids):
                most = None  # other memories link to events too
            return self._own_among(self._graph.edges(ids, types=types, direction=direction, limit=most))[:limit]
        then = self.as_of
        found = self._graph.edges(ids, types=types, direction=direction, retired=True)
        found = [edge for edge in self._own_among(found) if edge.position <= then]
        ends = {end for edge in found for end in (edge.source, edge.target)}
        held = {node.id for node in self.get(sorted(ends))}
        return [edge for edge in found if edge.source in held and edge.target in held][:limit]

    def nearest(self, vector: Vectors, where: Where = ANYTHING, *, limit: int) -> list[Hit]:
        """Return this memory's nodes nearest to `vector` with their cosine, best first."""
        return self._seen_hits(self._graph.nearest(vector, self._own(where), limit=limit), where)

    def nearest_many(self, vectors: Vectors, where: Where = ANYTHING, *, limit: int) -> list[list[Hit]]:
        """Return `nearest` for each row of `vectors`, shape (n, dim)."""
        found = self._graph.nearest_many(vectors, self._own(where), limit=limit)
        return [self._seen_hits(hits, where) for hits in found]

    def matching(self, text: str, where: Where = ANYTHING, *, limit: int) -> list[Hit]:
        """Return this memory's nodes that share words with `text`, best first."""
        return self._seen_hits(self._graph.matching(text, self._own(where), limit=limit), where)

    def frequencies(self, words: Sequence[str], where: Where = ANYTHING, *, most: int) -> Mapping[str, int]:
        """Return in how many of this memory's nodes each of `words` is, counting no further than `most`."""
        return self._graph.frequencies(words, self._own(where), most=most)

    def _was_there(self, node: Node) -> bool:
        """Return whether a retired node is an event that was corrected later than what is being folded."""
        return not node.memory and node.retired is not None and node.retired > self.position

    def _own_among(self, edges: list[Edge]) -> list[Edge]:
        own = (f"{self.memory}/", EVENT_PREFIX)
        return [edge for edge in edges if edge.source.startswith(own) and edge.target.startswith(own)]

    def _own(self, where: Where) -> Where:
        return replace(where, memory=self.memory, as_of=self.as_of)

    def _is_of_now(self, where: Where) -> bool:
        """Return whether only nodes as they stand match, which are seen as they are."""
        return self.as_of is None and not where.retired

    def _seen_hits(self, hits: list[Hit], where: Where) -> list[Hit]:
        return hits if self._is_of_now(where) else [Hit(self._seen(node), score) for node, score in hits]

    def _seen(self, node: Node) -> Node:
        return _base(node) if self.as_of is None else as_it_was(node)

    def _as_it_was(self, node: Node, *, vectors: bool) -> Node | None:
        then = self.as_of
        assert then is not None
        if node.position <= then:
            return as_it_was(node) if node.retired is None or node.retired > then else None
        past = Where(memory=node.memory, label=node.label, as_of=then, props={"version_of": ("=", node.id)})
        versions = self._graph.scan(past, limit=1, vectors=vectors)
        return as_it_was(versions[0]) if versions else None


def _is_news(event: Node) -> bool:
    """Return of an event's node what `Event.is_news` says of the event."""
    return not event.props.get("echo") and event.props.get("trust") != "quarantined"


def _base(node: Node) -> Node:
    """Return a past version under the id of the node it was a version of."""
    if node.retired is None or "version_of" not in node.props:
        return node
    return node._replace(id=str(node.props["version_of"]))


def as_it_was(node: Node) -> Node:
    """Return a node as it was while it held: under its own id, and neither retired nor put away yet."""
    if node.retired is None:
        return node
    props = {name: value for name, value in node.props.items() if name not in ("version_of", "archived")}
    return node._replace(id=str(node.props.get("version_of", node.id)), props=props, retired=None)


def version_id(node: Node, until: int) -> str:
    """Return the id under which `node`, as it stands, is kept once `until` has changed it.

    It comes where that of the node comes among all others, so that of equals the same are found first as once were.
    """
    return f"{node.id}{PAST}{node.position}-{until}"
